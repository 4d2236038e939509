import { randomUUID } from 'node:crypto';
import { DomusError } from '../../../api/index.ts';
import { realDiskPath } from '../../../toolstack/disk-images.ts';
import type { GuestConfig } from '../../../toolstack/guest-config.ts';
import { fromMachineError } from '../../../toolstack/machine-errors.ts';
import { readGuestConfig, readLibxlJson } from '../../../toolstack/read-config.ts';
import { wantedDomid } from '../../../toolstack/save/capture.ts';
import { diskChanges } from '../../../toolstack/save/disk-changes.ts';
import type { SavedDomain } from '../../../toolstack/save/saved-domain.ts';
import type { Operation } from '../../host.ts';
import type { ConfigOverride } from '../../save.ts';
import type { HostContext } from '../context.ts';
import type { ManagedDomain } from '../managed-domain.ts';
import { fromSaveError, type OpenFile, openSaveFile } from './file.ts';
import type { SaveParts } from './save.ts';

export interface RestoreRequest {
  readonly path: string;
  readonly paused: boolean;
  readonly config?: ConfigOverride | undefined;
}

function configOf(
  host: HostContext,
  { path, config }: RestoreRequest,
  { file, saved }: OpenFile,
): GuestConfig {
  if (config) return readGuestConfig(config.text, config.source, host.pcpus).config;
  const { sharedDisks, readOnlyShares } = saved;
  return readLibxlJson(file.header.config, path, { sharedDisks, readOnlyShares });
}

/** ERROR_FAIL for an image that the guest cannot go on with; what else has changed goes to the log. */
export async function checkDisks(host: HostContext, saved: SavedDomain, op: Operation): Promise<void> {
  const changes = await diskChanges(saved.disks, (path) => realDiskPath(path, host.toolstack));
  for (const { fatal, sentence } of changes) {
    if (fatal) throw new DomusError('ERROR_FAIL', sentence, { field: 'disk' });
    op.log(sentence);
  }
}

/** The domain it was, if that is still defined; else one that is gone when it is off. */
function domainOf(host: HostContext, config: GuestConfig): ManagedDomain {
  const id = config.uuid ?? randomUUID();
  return host.domains.find(id) ?? host.domains.adopt(id, config.name);
}

/** See `SaveTools.restore`. */
export async function restoreDomain(
  { host, lifecycle }: SaveParts,
  request: RestoreRequest,
  op: Operation,
): Promise<{ domain: string; domid: number }> {
  const opened = await openSaveFile(host.stateDir.resolve(request.path), request.path);
  const { file, saved } = opened;
  try {
    const config = configOf(host, request, opened);
    await checkDisks(host, saved, op);
    const domain = domainOf(host, config);
    op.about(domain.id);
    try {
      return await domain.exclusive.run('restoring', op.signal, async (signal) => {
        if (domain.live)
          throw new DomusError(
            'ERROR_INVAL',
            `${domain.name} is live already (domid ${domain.live.domid}).`,
            {
              fix: 'Force it off first, or save it elsewhere.',
            },
          );
        domain.guard.reset();
        const restore = { saved, parts: file.parts(), domid: wantedDomid(file.header.config) };
        await lifecycle.boot(domain, config, { paused: request.paused, signal, steps: op, restore });
        const { live } = domain as { live: { domid: number } | null };
        return { domain: domain.id, domid: live?.domid ?? 0 };
      });
    } finally {
      host.domains.dropIfGone(domain);
    }
  } catch (error) {
    throw fromSaveError(fromMachineError(error));
  } finally {
    await file.close().catch(() => {});
  }
}
