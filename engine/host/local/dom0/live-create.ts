import { randomUUID } from 'node:crypto';
import { posix } from 'node:path';
import { DomusError } from '../../../api/index.ts';
import { readGuestConfig } from '../../../toolstack/read-config.ts';
import type { GuestConfig } from '../../../toolstack/guest-config.ts';
import type { Operation } from '../../host.ts';
import type { HostContext } from '../context.ts';
import type { Lifecycle } from '../lifecycle.ts';
import type { ManagedDomain } from '../managed-domain.ts';

/** The configured domain the text is about: that of its file, or of its UUID. Else a new one that is gone when it is off. */
function domainFor(host: HostContext, source: string, config: GuestConfig): ManagedDomain {
  const path = posix.normalize(source);
  const definition = host.definitions.all.find((each) => each.path === path);
  const known = definition ? host.domains.find(definition.id) : undefined;
  if (known && (config.uuid === null || config.uuid === known.id)) return known;
  const id = config.uuid ?? randomUUID();
  return host.domains.find(id) ?? host.domains.adopt(id, config.name);
}

/** `xl create`. Errors as those of a start; ERROR_INVAL with the reader's words. */
export async function createFromText(
  host: HostContext,
  lifecycle: Lifecycle,
  request: { text: string; source: string; paused: boolean },
  op: Operation,
): Promise<{ domain: string; domid: number }> {
  const { config, warnings } = readGuestConfig(request.text, request.source, host.pcpus);
  warnings.forEach((warning) => op.log(warning));
  const domain = domainFor(host, request.source, config);
  op.about(domain.id);
  try {
    const domid = await domain.exclusive.run('creating', op.signal, async (signal) => {
      if (domain.live) {
        throw new DomusError('ERROR_INVAL', `Domain with name "${config.name}" already exists.`, {
          field: 'name',
          fix: `It is running as domid ${domain.live.domid}.`,
        });
      }
      domain.guard.reset();
      await lifecycle.boot(domain, config, { paused: request.paused, signal, steps: op });
      return domain.live ? (domain.live as { domid: number }).domid : 0;
    });
    return { domain: domain.id, domid };
  } finally {
    host.domains.dropIfGone(domain);
  }
}
