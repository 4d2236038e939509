import { constants } from 'node:fs';
import { access, open, stat } from 'node:fs/promises';
import { DomusError } from '../api/index.ts';
import { formatBytes, formatOf, type ImageFormat } from './image-format.ts';

export interface RawDisk {
  readonly path: string;
  readonly bytes: number;
  readonly kind: 'file' | 'block';
  /** The same for every path to the same file: what sharing is checked by. */
  readonly identity: string;
}

const sectorBytes = 512;

/** The sentence for what the operating system said about a file. */
export function fileProblem(what: string, path: string, error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT' || code === 'ENOTDIR') return `${what} ${path} does not exist.`;
  if (code === 'EACCES' || code === 'EPERM') return `${what} ${path} may not be read by this user.`;
  if (code === 'EROFS') return `${what} ${path} is on a read-only file system.`;
  return `${what} ${path} cannot be opened: ${error instanceof Error ? error.message : String(error)}.`;
}

/**
 * Checks that `path` can back a disk: a regular file or block device of at least one sector that this process may
 * open as asked. Opens nothing for longer than the check.
 * Errors (field `disk`): ERROR_NOTFOUND when it is not there, ERROR_INVAL when it is no disk, ERROR_FAIL for rights.
 */
export async function checkRawDisk(path: string, options: { readOnly: boolean }): Promise<RawDisk> {
  const what = 'The disk image';
  const found = await stat(path).catch((error: unknown) => {
    throw new DomusError('ERROR_NOTFOUND', fileProblem(what, path, error), {
      field: 'disk',
      fix: 'Choose another file, or create the image first.',
    });
  });
  if (!found.isFile() && !found.isBlockDevice()) {
    throw new DomusError(
      'ERROR_INVAL',
      `${path} is neither a file nor a block device: it cannot be a disk.`,
      {
        field: 'disk',
      },
    );
  }
  const mode = options.readOnly ? constants.R_OK : constants.R_OK | constants.W_OK;
  await access(path, mode).catch((error: unknown) => {
    throw new DomusError('ERROR_FAIL', rightsProblem(path, options.readOnly, error), {
      field: 'disk',
      fix: options.readOnly
        ? 'Give this user the right to read it.'
        : 'Give this user the right to write it, or attach it read-only.',
    });
  });
  const bytes = found.isFile() ? found.size : await deviceBytes(path);
  if (bytes < sectorBytes) {
    throw new DomusError('ERROR_INVAL', `The disk image ${path} is empty: it has not even one sector.`, {
      field: 'disk',
    });
  }
  return {
    path,
    bytes,
    kind: found.isFile() ? 'file' : 'block',
    identity: found.isFile() ? `${found.dev}:${found.ino}` : `block:${found.rdev}`,
  };
}

function rightsProblem(path: string, readOnly: boolean, error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (!readOnly && (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')) {
    return `The disk image ${path} may not be written.`;
  }
  return fileProblem('The disk image', path, error);
}

/** A block device says its size by where its end is. */
async function deviceBytes(path: string): Promise<number> {
  const handle = await open(path, 'r');
  try {
    let low = 0;
    let high = 2 ** 50;
    const probe = new Uint8Array(1);
    while (high - low > sectorBytes) {
      const middle = Math.floor((low + high) / 2 / sectorBytes) * sectorBytes;
      const { bytesRead } = await handle.read(probe, 0, 1, middle).catch(() => ({ bytesRead: 0 }));
      if (bytesRead === 1) low = middle;
      else high = middle;
    }
    return high;
  } finally {
    await handle.close();
  }
}

/** Tells the format of an image by its first 36 KiB; `raw` when no signature is known. Rejects as `open` does. */
export async function detectFormat(path: string): Promise<ImageFormat> {
  const handle = await open(path, 'r');
  try {
    const head = new Uint8Array(formatBytes);
    const { bytesRead } = await handle.read(head, 0, head.length, 0);
    return formatOf(head.subarray(0, bytesRead));
  } finally {
    await handle.close();
  }
}
