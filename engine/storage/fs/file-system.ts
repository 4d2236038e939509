import { FsError } from './fs-error.ts';
import type { FsNode, Volume } from './node.ts';

const maxLinks = 40;
const maxSteps = 512;
/** Parts of a path below the root. */
const maxDepth = 64;

/** A file opened for reading. */
export interface OpenFile {
  readonly path: string;
  readonly size: number;
  read(offset: number, length: number): Promise<Uint8Array>;
}

/**
 * A file system by paths. Links are followed inside of it only (an absolute one starts at its own root), at most 40 of
 * them. Everything throws FsError only.
 */
export class FileSystem {
  readonly #volume: Volume;

  constructor(volume: Volume) {
    this.#volume = volume;
  }

  get kind(): Volume['kind'] {
    return this.#volume.kind;
  }

  get label(): string {
    return this.#volume.label;
  }

  /** FsError `not-found`, `not-a-directory` (on the way), `not-a-file`. */
  async open(path: string): Promise<OpenFile> {
    const node = await this.#walk(path);
    if (node.kind !== 'file') throw new FsError('not-a-file', `${path} is not a file`);
    return { path, size: node.size, read: (offset, length) => node.read(offset, length) };
  }

  /** The file at `path`, or null when there is none. Other errors are thrown. */
  async find(path: string): Promise<OpenFile | null> {
    return this.open(path).catch((error: unknown) => {
      if (error instanceof FsError && absent.has(error.code)) return null;
      throw error;
    });
  }

  /** A whole file; FsError `too-large` when it has more than `maxBytes`. */
  async readFile(path: string, maxBytes: number): Promise<Uint8Array> {
    const file = await this.open(path);
    if (file.size > maxBytes) throw new FsError('too-large', `${path} is larger than ${maxBytes} bytes`);
    return file.read(0, file.size);
  }

  /** Names in a directory, unsorted. */
  async list(path: string): Promise<string[]> {
    const node = await this.#walk(path);
    if (node.kind !== 'directory') throw new FsError('not-a-directory', `${path} is not a directory`);
    const names: string[] = [];
    for await (const { name } of node.entries()) names.push(name);
    return names;
  }

  async #walk(path: string): Promise<FsNode> {
    const above: FsNode[] = [await this.#volume.root()];
    const todo = split(path);
    let links = 0;
    for (let steps = 0; todo.length > 0; steps += 1) {
      const name = todo.shift() ?? '';
      if (steps > maxSteps || above.length > maxDepth) throw new FsError('not-found', `${path} is too deep`);
      if (name === '..') {
        if (above.length > 1) above.pop();
        continue;
      }
      const node = await this.#child(above.at(-1), name, path);
      if (node.kind !== 'link') {
        above.push(node);
        continue;
      }
      if (++links > maxLinks) throw new FsError('not-found', `${path} leads in a circle of links`);
      const target = await node.target();
      if (target.startsWith('/')) above.length = 1;
      todo.unshift(...split(target));
    }
    const last = above.at(-1);
    if (!last) throw new FsError('not-found', `${path} does not exist`);
    return last;
  }

  async #child(directory: FsNode | undefined, name: string, path: string): Promise<FsNode> {
    if (directory?.kind !== 'directory')
      throw new FsError('not-a-directory', `a part of ${path} is not a directory`);
    const plain = (text: string): string => (this.#volume.caseless ? text.toLowerCase() : text);
    const wanted = plain(name);
    for await (const entry of directory.entries()) {
      if (plain(entry.name) === wanted) return entry.open();
    }
    throw new FsError('not-found', `${path} does not exist`);
  }
}

const absent: ReadonlySet<string> = new Set(['not-found', 'not-a-file', 'not-a-directory']);

const split = (path: string): string[] => path.split('/').filter((part) => part !== '' && part !== '.');
