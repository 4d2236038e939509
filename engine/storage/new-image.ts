import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, type FileHandle, link, open, rename, stat, statfs, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { DomusError } from '../api/index.ts';

export type ImageOrigin =
  { readonly kind: 'blank'; readonly bytes: number } | { readonly kind: 'copy'; readonly of: string };

export interface ImageWork {
  readonly signal: AbortSignal;
  progress(fraction: number): void;
}

const chunkBytes = 1 << 20;
const zeros = Buffer.alloc(chunkBytes);
const gib = 2 ** 30;
const inGiB = (bytes: number): string =>
  bytes < gib ? `${Math.floor(bytes / 2 ** 20)} MiB` : `${(bytes / gib).toFixed(1)} GiB`;

const sentences: Record<string, string> = {
  EEXIST: 'is there already',
  ENOENT: 'cannot be made: there is no such folder',
  ENOTDIR: 'cannot be made: a part of its path is no folder',
  EACCES: 'cannot be made: this user may not write there',
  EPERM: 'cannot be made: this user may not write there',
  EROFS: 'cannot be made: the file system is read-only',
  ENOSPC: 'cannot be made: the file system is full',
  EDQUOT: 'cannot be made: the quota is used up',
  EFBIG: 'cannot be made: the file system takes no file that large',
  ENAMETOOLONG: 'cannot be made: its name is too long',
};

function refusal(path: string, error: unknown): Error {
  if (error instanceof DomusError || !(error instanceof Error)) return error as Error;
  const code = (error as NodeJS.ErrnoException).code;
  if (code === undefined) return error;
  const why = sentences[code] ?? `cannot be made: ${error.message}`;
  const fix =
    code === 'EEXIST' ? 'Choose another name, or use the image that is there.' : 'Choose another place.';
  return new DomusError(
    code === 'EEXIST' ? 'ERROR_DEVICE_EXISTS' : 'ERROR_FAIL',
    `The image ${path} ${why}.`,
    {
      fix,
    },
  );
}

/** Says before anything is written that there is not enough room. A sparse file needs it only when the guest fills it. */
async function checkRoom(path: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(dirname(path));
  const free = Number(bavail) * Number(bsize);
  if (bytes <= free) return;
  throw new DomusError(
    'ERROR_FAIL',
    `The image ${path} of ${inGiB(bytes)} does not fit: ${inGiB(free)} are free in ${dirname(path)}.`,
    { fix: 'Choose a smaller size or another place, or delete something.' },
  );
}

async function copyInto(to: FileHandle, of: string, work: ImageWork): Promise<void> {
  const from = await open(of, 'r');
  try {
    const { size } = await from.stat();
    await to.truncate(size);
    const buffer = Buffer.alloc(chunkBytes);
    for (let at = 0; at < size;) {
      work.signal.throwIfAborted();
      const { bytesRead } = await from.read(buffer, 0, chunkBytes, at);
      if (bytesRead === 0) break;
      const part = buffer.subarray(0, bytesRead);
      // What is zero stays a hole.
      if (!part.equals(zeros.subarray(0, bytesRead))) await to.write(part, 0, bytesRead, at);
      at += bytesRead;
      work.progress(at / size);
    }
  } finally {
    await from.close();
  }
}

async function fill(temporary: string, origin: ImageOrigin, work: ImageWork): Promise<void> {
  if (origin.kind === 'copy') {
    const shared = await copyFile(
      origin.of,
      temporary,
      constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE,
    ).then(
      () => true,
      () => false,
    );
    if (shared) return;
  }
  const handle = await open(temporary, 'wx', 0o644);
  try {
    if (origin.kind === 'blank') await handle.truncate(origin.bytes);
    else await copyInto(handle, origin.of, work);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
const taken = (): Error => Object.assign(new Error('it is there'), { code: 'EEXIST' });

/** Gives the finished file its name, unless somebody else took it meanwhile. Not every file system has hard links. */
async function publish(temporary: string, path: string): Promise<void> {
  try {
    await link(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST' || (await exists(path))) throw taken();
    await rename(temporary, path);
  }
}

/**
 * Makes a raw image that is not there yet; it appears under its name when it is whole, and nothing is left of one that
 * failed or was cancelled. ERROR_DEVICE_EXISTS, or ERROR_FAIL with a sentence about room, rights and folders.
 */
export async function createImage(path: string, origin: ImageOrigin, work: ImageWork): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.domus-${randomBytes(4).toString('hex')}`);
  try {
    if (await exists(path)) throw taken();
    const needed = origin.kind === 'blank' ? origin.bytes : (await stat(origin.of)).blocks * 512;
    await checkRoom(path, needed);
    await fill(temporary, origin, work);
    work.signal.throwIfAborted();
    await publish(temporary, path);
  } catch (error) {
    throw refusal(path, error);
  } finally {
    await unlink(temporary).catch(() => undefined);
  }
}
