/** The files a guest has in its hands: each fid is a place in the folder, perhaps opened. Bounded in number. */
import type { FileHandle } from 'node:fs/promises';
import { step, type Place, type SharedFolder } from './folder.ts';
import { P9Error } from './wire.ts';

const MOST_FIDS = 16_384;
const MOST_OPEN = 256;
/** Directories whose names are kept between two readings; the names of others are read again. */
const MOST_LISTS = 8;

/** What an open file may be used for. */
export type Access = 'read' | 'write' | 'both';

export interface Fid {
  place: Place;
  /** Undefined: not opened. */
  access?: Access;
  isDirectory?: boolean;
  /** Absent when not opened, a directory, or from before the guest was saved: opened again when it is used then. */
  file?: FileHandle;
  /** The names of an open directory, as they were when its reading began. */
  names?: readonly string[];
}

/** How a fid is kept in a saved guest. */
export type SavedFid = [number: number, place: string[], access: Access | null, isDirectory: boolean];

export class Fids {
  readonly #fids = new Map<number, Fid>();
  #lists: Fid[] = [];
  #open = 0;

  /** EBADF when there is none. */
  get(number: number): Fid {
    const fid = this.#fids.get(number);
    if (!fid) throw new P9Error('EBADF');
    return fid;
  }

  is(number: number, fid: Fid): boolean {
    return this.#fids.get(number) === fid;
  }

  /** A new fid. EBADF when there is one of that number, ENFILE when there are too many. */
  add(number: number, place: Place): void {
    if (this.#fids.has(number)) throw new P9Error('EBADF');
    if (this.#fids.size >= MOST_FIDS) throw new P9Error('ENFILE');
    this.#fids.set(number, { place });
  }

  /** Throws when it cannot be opened: it is already, or too many are. */
  mayOpen(fid: Fid): void {
    if (fid.access !== undefined) throw new P9Error('EBADF');
    if (this.#open >= MOST_OPEN) throw new P9Error('EMFILE');
  }

  openedFile(fid: Fid, access: Access, file: FileHandle): void {
    Object.assign(fid, { access, file, isDirectory: false });
    this.#open += 1;
  }

  openedDirectory(fid: Fid): void {
    Object.assign(fid, { access: 'read', isDirectory: true });
    this.#open += 1;
  }

  async drop(number: number): Promise<void> {
    const fid = this.get(number);
    this.#fids.delete(number);
    this.#lists = this.#lists.filter((other) => other !== fid);
    if (fid.access !== undefined) this.#open -= 1;
    await fid.file?.close();
  }

  async clear(): Promise<void> {
    const all = [...this.#fids.values()];
    this.#fids.clear();
    this.#lists = [];
    this.#open = 0;
    await Promise.all(all.map(async ({ file }) => file?.close()));
  }

  /** Names of an open directory; read from the folder at the beginning of a reading, and when they were forgotten. */
  async names(fid: Fid, folder: SharedFolder, fromStart: boolean): Promise<readonly string[]> {
    if (fid.names && !fromStart) return fid.names;
    const names = await folder.names(fid.place);
    fid.names = names;
    this.#lists = [...this.#lists.filter((other) => other !== fid), fid];
    while (this.#lists.length > MOST_LISTS) delete this.#lists.shift()!.names;
    return names;
  }

  /** What lay at or below `from` lies at `to` now. */
  moved(from: Place, to: Place): void {
    for (const fid of this.#fids.values()) {
      if (from.every((name, index) => fid.place[index] === name))
        fid.place = [...to, ...fid.place.slice(from.length)];
    }
  }

  save(): SavedFid[] {
    return [...this.#fids].map(([number, { place, access, isDirectory }]) => [
      number,
      [...place],
      access ?? null,
      isDirectory ?? false,
    ]);
  }

  /** Those of a saved guest, which is not trusted: what makes no sense throws. */
  restore(saved: unknown): void {
    if (!Array.isArray(saved)) throw new P9Error('EINVAL');
    for (const item of saved as SavedFid[]) {
      const [number, place, access, isDirectory] = item;
      if (!Number.isInteger(number) || !Array.isArray(place)) throw new P9Error('EINVAL');
      this.add(
        number,
        place.reduce((all: Place, name) => step(all, String(name)), []),
      );
      if (access === null) continue;
      const fid = this.get(number);
      this.mayOpen(fid);
      fid.access = access === 'write' || access === 'both' ? access : 'read';
      fid.isDirectory = isDirectory;
      this.#open += 1;
    }
  }
}
