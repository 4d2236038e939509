import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { DomusError, type SaveFileHeader, type SaveInfo } from '../../../api/index.ts';
import {
  endsWhole,
  openSave,
  type OpenSave,
  SaveError,
  type SaveHeader,
  TAIL_BYTES,
} from '../../../migration/index.ts';
import { realDiskPath } from '../../../toolstack/disk-images.ts';
import { diskChanges } from '../../../toolstack/save/disk-changes.ts';
import { parseSavedDomain, type SavedDomain } from '../../../toolstack/save/saved-domain.ts';
import type { HostContext } from '../context.ts';

export const checksum = (bytes: Uint8Array, before: number): number => crc32(bytes, before);

const chunkBytes = 1024 * 1024;

/** A save file's own errors as the contract knows errors; everything else is returned as it is. */
export function fromSaveError(error: unknown): unknown {
  if (!(error instanceof SaveError)) return error;
  return new DomusError(error.kind === 'header' ? 'ERROR_FAIL' : 'ERROR_INVAL', error.message, {
    field: 'path',
  });
}

export interface OpenFile {
  readonly file: OpenSave;
  readonly saved: SavedDomain;
}

/** ERROR_NOTFOUND; ERROR_FAIL with xl's sentences, ERROR_INVAL for what is no save of this host. Close what was opened. */
export async function openSaveFile(real: string, path: string): Promise<OpenFile> {
  const found = await stat(real).catch(() => null);
  if (!found?.isFile())
    throw new DomusError('ERROR_NOTFOUND', `There is no file ${path}.`, { field: 'path' });
  try {
    const file = await openSave(createReadStream(real, { highWaterMark: chunkBytes }), checksum);
    try {
      return { file, saved: parseSavedDomain(file.domain) };
    } catch (error) {
      await file.close();
      throw error;
    }
  } catch (error) {
    throw fromSaveError(error);
  }
}

export const headerOf = ({
  mandatoryFlags,
  optionalFlags,
  optionalDataBytes,
}: SaveHeader): SaveFileHeader => ({
  mandatoryFlags,
  optionalFlags,
  optionalDataBytes,
});

async function isWhole(real: string, bytes: number): Promise<boolean> {
  if (bytes < TAIL_BYTES) return false;
  const handle = await open(real, 'r');
  try {
    const tail = new Uint8Array(TAIL_BYTES);
    await handle.read(tail, 0, TAIL_BYTES, bytes - TAIL_BYTES);
    return endsWhole(tail);
  } finally {
    await handle.close();
  }
}

/** What a look at a file's beginning and end tells of it. ERROR_NOTFOUND. */
export async function lookAt(
  host: HostContext,
  path: string,
  real: string,
): Promise<{ header: SaveFileHeader | null; save: SaveInfo }> {
  const found = await stat(real).catch(() => null);
  if (!found?.isFile())
    throw new DomusError('ERROR_NOTFOUND', `There is no file ${path}.`, { field: 'path' });
  const unknown: SaveInfo = {
    path,
    bytes: found.size,
    savedAt: Math.floor(found.mtimeMs),
    domain: null,
    name: null,
    memoryKiB: null,
    paused: false,
    byHost: host.settings.value.savedByHost.includes(path),
    problem: null,
    warnings: [],
  };
  try {
    const { file, saved } = await openSaveFile(real, path);
    const header = headerOf(file.header);
    await file.close();
    const realPath = (disk: string): string => realDiskPath(disk, host.toolstack);
    const changes = await diskChanges(saved.disks, realPath);
    const fatal = changes.find((change) => change.fatal);
    const cut = (await isWhole(real, found.size)) ? null : 'The file was cut off: its end is missing.';
    const save: SaveInfo = {
      ...unknown,
      savedAt: saved.savedAt,
      domain: saved.uuid,
      name: saved.name,
      memoryKiB: saved.machine.memoryTargetKiB ?? saved.machine.memoryKiB,
      paused: saved.paused,
      problem: cut ?? fatal?.sentence ?? null,
      warnings: changes.filter((change) => !change.fatal).map(({ sentence }) => sentence.slice(0, 1000)),
    };
    return { header, save };
  } catch (error) {
    const problem = error instanceof Error ? error.message.slice(0, 1000) : String(error);
    return { header: null, save: { ...unknown, problem } };
  }
}
