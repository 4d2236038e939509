import { stat } from 'node:fs/promises';
import { posix } from 'node:path';
import { DomusError, type SaveFileHeader } from '../../../api/index.ts';
import { encodeSave, optionalDataBytes } from '../../../migration/index.ts';
import { realDiskPath } from '../../../toolstack/disk-images.ts';
import type { LiveDomain } from '../../../toolstack/live-domain.ts';
import { readGuestConfig } from '../../../toolstack/read-config.ts';
import { captureDomain, printSavedConfig } from '../../../toolstack/save/capture.ts';
import { printSavedDomain } from '../../../toolstack/save/saved-domain.ts';
import { suspendGuest } from '../../../toolstack/save/suspend.ts';
import type { Operation } from '../../host.ts';
import type { SaveRequest } from '../../save.ts';
import { writeStreamAtomic } from '../atomic-file.ts';
import type { HostContext } from '../context.ts';
import { liveConfig } from '../dom0/config.ts';
import { runningGuest } from '../dom0/target.ts';
import type { Lifecycle } from '../lifecycle.ts';
import type { ManagedDomain } from '../managed-domain.ts';
import { checksum } from './file.ts';

/** What the recorded xl writes: JSON configuration, version 2 of the stream. */
const flags = { mandatoryFlags: 3, optionalFlags: 0 };
const xen = { major: 4, minor: 17 };

export interface SaveParts {
  readonly host: HostContext;
  readonly lifecycle: Lifecycle;
  /** Of Domus, for people. */
  readonly version: string;
}

/** Where the file goes. ERROR_INVAL, ERROR_NOTFOUND when its folder is missing. */
async function placeOf(host: HostContext, path: string): Promise<string> {
  if (!posix.isAbsolute(path))
    throw new DomusError('ERROR_INVAL', `${path} is not an absolute path.`, { field: 'path' });
  const real = host.stateDir.place(path);
  const folder = await stat(posix.dirname(real)).catch(() => null);
  if (!folder?.isDirectory())
    throw new DomusError('ERROR_NOTFOUND', `There is no folder ${posix.dirname(path)}.`, { field: 'path' });
  if ((await stat(real).catch(() => null))?.isDirectory())
    throw new DomusError('ERROR_INVAL', `${path} is a folder.`, { field: 'path' });
  return real;
}

/** Counts what goes by; ends when the operation is cancelled. */
async function* watched(
  chunks: AsyncIterable<Uint8Array>,
  expected: number,
  op: Operation,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of chunks) {
    signal.throwIfAborted();
    bytes += chunk.length;
    op.progress('Writing memory', 0.1 + 0.85 * Math.min(1, bytes / expected));
    yield chunk;
  }
}

/** A run of a domain that is to be saved or sent. */
export interface SavedRun extends SaveParts {
  readonly domain: ManagedDomain;
  readonly live: LiveDomain;
}

/** The configuration that goes with it, in libxl's JSON, and what xl prints of the header. ERROR_INVAL for a bad override. */
export function savedConfig(
  { host, domain, live }: SavedRun,
  { config: given, keepDomid }: Pick<SaveRequest, 'config' | 'keepDomid'>,
): { json: string; header: SaveFileHeader } {
  const target = { domid: live.domid, name: domain.name, domain, live };
  const config = given
    ? readGuestConfig(given.text, given.source, host.pcpus).config.libxl
    : liveConfig(host, target);
  const json = printSavedConfig(config, keepDomid ? live.domid : null);
  return { json, header: { ...flags, optionalDataBytes: optionalDataBytes(json) } };
}

/** The suspended run as the bytes of a save file. ERROR_NI when its machine cannot be saved. */
export async function savedStream(run: SavedRun, json: string): Promise<AsyncGenerator<Uint8Array>> {
  const { host, domain, live, version } = run;
  if (!live.machine.save) throw new DomusError('ERROR_NI', `The machine of ${domain.name} cannot be saved.`);
  const saved = await captureDomain(live, {
    by: `Domus ${version}`,
    wallMs: host.toolstack.clock.wallMs(),
    realPath: (path) => realDiskPath(path, host.toolstack),
  });
  const content = { config: json, domain: printSavedDomain(saved), xen, parts: live.machine.save() };
  return encodeSave(content, checksum);
}

async function write(run: SavedRun, request: SaveRequest, real: string, op: Operation, signal: AbortSignal) {
  const { json, header } = savedConfig(run, request);
  const chunks = watched(await savedStream(run, json), run.live.spec.memoryKiB * 1024, op, signal);
  return { bytes: await writeStreamAtomic(real, chunks, 0o600), header };
}

const why = (error: unknown): unknown => {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC')
    return new DomusError('ERROR_FAIL', 'The disk is full: the save was not finished.', {
      field: 'path',
      fix: 'Make room, or save to another place.',
    });
  if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM')
    return new DomusError('ERROR_FAIL', `The file cannot be written: ${message}.`, { field: 'path' });
  return error;
};

/** See `SaveTools.save`. */
export async function saveDomain(
  parts: SaveParts,
  id: string,
  request: SaveRequest,
  op: Operation,
): Promise<{ bytes: number; header: SaveFileHeader }> {
  const { host, lifecycle } = parts;
  const { domain } = runningGuest(host, id);
  const real = await placeOf(host, request.path);
  return domain.exclusive.run('saving', op.signal, async (signal) => {
    const { live } = runningGuest(host, id);
    const was = live.suspended;
    op.progress('Stopping the guest', 0.02);
    if (!was && !(await suspendGuest(live, host.toolstack.clock, signal)))
      op.log('The guest did not write its disks out in time; it was stopped as it was.');
    let result;
    try {
      result = await write({ ...parts, domain, live }, request, real, op, signal);
    } catch (error) {
      if (!was) await live.resume();
      throw why(error);
    }
    await forget(host, request.path);
    op.log(`Saved to ${request.path}: ${result.bytes} bytes.`);
    lifecycle.logs.write(domain, `Domain ${live.domid} was saved to ${request.path}`);
    const at = host.toolstack.clock.wallMs();
    domain.newestSave = { path: request.path, savedAt: at };
    if (request.after === 'off') {
      domain.lastExit = { at, reason: 'saved', detail: `It was saved to ${request.path}.`.slice(0, 500) };
      await lifecycle.tearDown(domain);
    } else {
      if (request.after === 'paused' && !live.paused) await live.pause();
      await live.resume();
    }
    host.domains.dropIfGone(domain);
    return result;
  });
}

/** A file that was written anew, or is gone, is nobody's to restore at the next start. */
export async function forget(host: HostContext, path: string): Promise<void> {
  const { savedByHost } = host.settings.value;
  if (!savedByHost.includes(path)) return;
  await host.settings.update({ savedByHost: savedByHost.filter((one) => one !== path) });
}
