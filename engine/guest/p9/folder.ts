/**
 * A folder of the host for a guest that must not get out of it. A place is a list of names below the folder. No symbolic
 * link is ever followed: a guest's kernel follows links itself, inside its own tree. On Linux each directory on the way is
 * opened from the one above it (/proc/self/fd), so nobody can put a link in the way between a check and its use.
 */
import { closeSync, constants, openSync, statSync } from 'node:fs';
import { chmod, type FileHandle, lstat, open, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { P9Error } from './wire.ts';

export type Place = readonly string[];

const LONGEST_NAME = 255;
const LONGEST_PLACE = 4096;
/** Names of one directory; a larger one cannot be listed (EOVERFLOW). */
const MOST_NAMES = 65_536;

const isLinux = process.platform === 'linux';
const isWindows = process.platform === 'win32';
const { O_DIRECTORY = 0, O_NOFOLLOW = 0, O_NONBLOCK = 0, O_RDONLY } = constants;

/** Linux: a handle of a file or link itself, whatever its rights are. */
const O_PATH = 0o10000000;

/** EINVAL for what is no name of a file in a directory. */
export function checkName(name: string): string {
  if (name === '' || name === '.' || name === '..' || /[/\0]/.test(name)) throw new P9Error('EINVAL');
  if (isWindows && /[\\:]/.test(name)) throw new P9Error('EINVAL');
  if (Buffer.byteLength(name) > LONGEST_NAME) throw new P9Error('ENAMETOOLONG');
  return name;
}

/** A step of a walk. The folder's parent is the folder itself. */
export function step(place: Place, name: string): Place {
  if (name === '..') return place.slice(0, -1);
  const longer = [...place, checkName(name)];
  if (longer.reduce((sum, one) => sum + one.length + 1, 0) > LONGEST_PLACE) throw new P9Error('ENAMETOOLONG');
  return longer;
}

export class SharedFolder {
  /** Number of the file system it is on. */
  readonly device: bigint;
  readonly #path: string;
  readonly #fd: number;

  /** Throws when it is no folder or may not be read. */
  constructor(path: string) {
    this.#path = path;
    const stat = statSync(path, { bigint: true });
    if (!stat.isDirectory()) throw new Error('it is not a folder');
    this.device = stat.dev;
    this.#fd = isWindows ? -1 : openSync(path, O_RDONLY | O_DIRECTORY);
  }

  close(): void {
    if (this.#fd >= 0) closeSync(this.#fd);
  }

  /** `work` gets a path to use at once. Rejects with ENOTDIR or ELOOP where a link or file is on the way. */
  async at<T>(place: Place, work: (path: string) => Promise<T>): Promise<T> {
    const name = place.at(-1);
    return this.#inDirectory(place.slice(0, -1), (directory) => work(`${directory}/${name ?? '.'}`));
  }

  /** Two places at once. */
  two<T>(one: Place, other: Place, work: (one: string, other: string) => Promise<T>): Promise<T> {
    return this.at(one, (first) => this.at(other, (second) => work(first, second)));
  }

  /** Opens a regular file; anything else is EPERM (devices, pipes), EISDIR or ELOOP. `flags` of the host. */
  async open(place: Place, flags: number, mode?: number): Promise<FileHandle> {
    return this.at(place, async (path) => {
      const before = await lstat(path).catch(() => null);
      if (before?.isSymbolicLink()) throw new P9Error('ELOOP');
      if (before?.isDirectory()) throw new P9Error('EISDIR');
      if (before && !before.isFile()) throw new P9Error('EPERM');
      const file = await open(path, flags | O_NOFOLLOW | O_NONBLOCK, mode);
      if ((await file.stat()).isFile()) return file;
      await file.close();
      throw new P9Error('EPERM');
    });
  }

  /** Sets the rights of what a path from `at` names, which is never a link's target. */
  async setMode(path: string, mode: number): Promise<void> {
    if (!isLinux) {
      if ((await lstat(path)).isSymbolicLink()) throw new P9Error('EOPNOTSUPP');
      return chmod(path, mode);
    }
    const handle = await open(path, O_PATH | O_NOFOLLOW);
    await chmod(`/proc/self/fd/${handle.fd}`, mode).finally(() => handle.close());
  }

  /** The names in a directory. EOVERFLOW when there are too many. */
  async names(place: Place): Promise<string[]> {
    return this.#inDirectory(place, async (directory) => {
      const names: string[] = [];
      for await (const { name } of await opendir(`${directory}/.`)) {
        if (names.push(name) > MOST_NAMES) throw new P9Error('EOVERFLOW');
      }
      return names.sort();
    });
  }

  async #inDirectory<T>(place: Place, work: (path: string) => Promise<T>): Promise<T> {
    if (!isLinux) return work(await this.#checked(place));
    let handle: FileHandle | undefined;
    try {
      for (const name of place) {
        const above = handle;
        const path = `/proc/self/fd/${above?.fd ?? this.#fd}/${name}`;
        handle = await open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW).finally(() => above?.close());
      }
      return await work(`/proc/self/fd/${handle?.fd ?? this.#fd}`);
    } finally {
      await handle?.close();
    }
  }

  async #checked(place: Place): Promise<string> {
    let path = this.#path;
    for (const name of place) {
      path = join(path, name);
      if (!(await lstat(path)).isDirectory()) throw new P9Error('ENOTDIR');
    }
    return path;
  }
}
