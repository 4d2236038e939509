import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileSystem, OpenFile } from '../../storage/fs/index.ts';
import { bootError, limits } from './boot-config.ts';
import { clause } from './boot-disk.ts';

const chunkBytes = 1024 * 1024;
/** The kernel looks for each ramdisk at a multiple of this. */
const ramdiskAlignment = 4;

/** Files to take out of a guest's disk. Paths are of its file systems. */
export interface Wanted {
  readonly disk: string;
  readonly kernel: string;
  readonly ramdisks: readonly string[];
}

export interface Extracted {
  readonly kernel: string;
  readonly ramdisk: string | null;
}

/**
 * Copies kernel and ramdisks (one behind the other) into `directory`, which is made anew and only this user may look into.
 * ERROR_NOTFOUND or ERROR_INVAL, field `bootloader`; the caller removes the directory in every case.
 */
export async function extract(
  fileSystems: readonly FileSystem[],
  wanted: Wanted,
  directory: string,
  signal: AbortSignal,
): Promise<Extracted> {
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const copy = async (what: string, paths: readonly string[], maxBytes: number): Promise<string> => {
    const files: OpenFile[] = [];
    for (const path of paths) files.push(await locate(fileSystems, what, path, wanted.disk));
    const total = files.reduce((sum, { size }) => sum + size, 0);
    if (total > maxBytes) throw tooLarge(what, paths, total, maxBytes);
    const target = join(directory, what);
    await write(target, files, signal).catch((error: unknown) => {
      if (error instanceof Error && error.name !== 'FsError') throw error;
      throw bootError('ERROR_INVAL', `The ${what} on ${wanted.disk} cannot be read: ${clause(error)}.`);
    });
    return target;
  };
  const kernel = await copy('kernel', [wanted.kernel], limits.kernelBytes);
  const ramdisk =
    wanted.ramdisks.length === 0 ? null : await copy('ramdisk', wanted.ramdisks, limits.ramdiskBytes);
  return { kernel, ramdisk };
}

/** The first file system that has the file. */
async function locate(
  fileSystems: readonly FileSystem[],
  what: string,
  path: string,
  disk: string,
): Promise<OpenFile> {
  const problems: string[] = [];
  for (const fs of fileSystems) {
    try {
      const found = await fs.find(path);
      if (found) return found;
    } catch (error) {
      problems.push(clause(error));
    }
  }
  const why = problems.length > 0 ? ` (${problems.join('; ').slice(0, 500)})` : '';
  throw bootError(
    'ERROR_NOTFOUND',
    `The boot menu on ${disk} wants the ${what} ${path}, which is not there${why}.`,
  );
}

async function write(target: string, files: readonly OpenFile[], signal: AbortSignal): Promise<void> {
  const handle = await open(target, 'wx', 0o600);
  try {
    let at = 0;
    for (const file of files) {
      at = Math.ceil(at / ramdiskAlignment) * ramdiskAlignment;
      for (let offset = 0; offset < file.size; offset += chunkBytes) {
        signal.throwIfAborted();
        const bytes = await file.read(offset, Math.min(chunkBytes, file.size - offset));
        await handle.write(bytes, 0, bytes.length, at + offset);
      }
      at += file.size;
    }
  } finally {
    await handle.close();
  }
}

function tooLarge(what: string, paths: readonly string[], bytes: number, maxBytes: number): Error {
  const mib = (value: number): number => Math.round(value / 2 ** 20);
  return bootError(
    'ERROR_INVAL',
    `The ${what} ${paths.join(', ').slice(0, 300)} on the guest's disk has ${mib(bytes)} MiB; at most ${mib(maxBytes)} MiB are taken.`,
  );
}
