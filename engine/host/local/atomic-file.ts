import { randomBytes } from 'node:crypto';
import { type FileHandle, link, mkdir, open, readdir, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Names of files being written: `.NAME.domus-XXXXXXXX`. What a killed engine left of them is removed at start. */
const temporaryName = /^\..+\.domus-[0-9a-f]{8}$/;

/** Makes the directory's entries durable. Not possible on Windows, where it is not needed either. */
async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function writeTemporary(
  path: string,
  write: (handle: FileHandle) => Promise<void>,
  mode: number,
): Promise<string> {
  const temporary = join(dirname(path), `.${basename(path)}.domus-${randomBytes(4).toString('hex')}`);
  const handle = await open(temporary, 'wx', mode);
  try {
    await write(handle);
    await handle.sync();
  } catch (error) {
    await unlink(temporary).catch(() => {});
    throw error;
  } finally {
    await handle.close();
  }
  return temporary;
}

export interface WriteOptions {
  /** Permission bits of a new file. Default 0644. */
  readonly mode?: number;
  /** Fail with EEXIST instead of replacing a file. */
  readonly exclusive?: boolean;
}

/**
 * Writes a whole file so that at any instant, also after a power cut, either the old or the new content is there:
 * temporary file, fsync, rename (or link, when the file must be new), fsync of the directory.
 */
export async function writeFileAtomic(
  path: string,
  data: string | Uint8Array,
  options: WriteOptions = {},
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = await writeTemporary(path, (handle) => handle.writeFile(data), options.mode ?? 0o644);
  try {
    if (options.exclusive) await link(temporary, path);
    else await rename(temporary, path);
  } finally {
    await unlink(temporary).catch(() => {});
  }
  await syncDirectory(dirname(path));
}

/**
 * The same for a file that is made piece by piece; replaces a file of that name at the end. An error of the stream leaves
 * nothing behind and comes through. Returns how many bytes were written.
 */
export async function writeStreamAtomic(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  mode: number,
): Promise<number> {
  let bytes = 0;
  const temporary = await writeTemporary(
    path,
    async (handle) => {
      for await (const chunk of chunks) {
        await handle.writeFile(chunk);
        bytes += chunk.length;
      }
    },
    mode,
  );
  await rename(temporary, path).catch(async (error: unknown) => {
    await unlink(temporary).catch(() => {});
    throw error;
  });
  await syncDirectory(dirname(path));
  return bytes;
}

/** Deletes a file durably. ENOENT when it is not there. */
export async function removeFileDurably(path: string): Promise<void> {
  await unlink(path);
  await syncDirectory(dirname(path));
}

/** Removes what unfinished writes left in `directory`; returns how many there were. */
export async function removeLeftovers(directory: string): Promise<number> {
  const names = await readdir(directory).catch(() => []);
  const leftovers = names.filter((name) => temporaryName.test(name));
  for (const name of leftovers) await unlink(join(directory, name)).catch(() => {});
  return leftovers.length;
}
