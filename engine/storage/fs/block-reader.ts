import { damaged, FsError } from './fs-error.ts';

/** A disk or a part of one, for reading. All figures are in bytes. */
export interface BlockReader {
  readonly size: number;
  /** Exactly `length` bytes from `offset`; both within the size. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

export interface ReadLimits {
  /** Most calls to `read`. */
  readonly reads: number;
  /** Most bytes handed out. */
  readonly bytes: number;
}

/** Enough for a kernel of 64 MiB and a ramdisk of 512 MiB in small fragments, and too little to be busy for long. */
export const defaultLimits: ReadLimits = { reads: 4_000_000, bytes: 2 ** 30 };

const pageBytes = 16 * 1024;
const maxPages = 256;
const readsPerTurn = 1024;

/**
 * The door between an image nobody trusts and the readers: keeps every read within the image, remembers pages that were
 * read lately, and ends work that no sound image needs. Throws FsError `damaged` (outside), `too-large` (limits) or
 * `unreadable` (the source failed).
 */
export class GuardedReader implements BlockReader {
  readonly size: number;
  readonly #source: BlockReader;
  readonly #pages = new Map<number, Uint8Array>();
  #readsLeft: number;
  #bytesLeft: number;

  constructor(source: BlockReader, limits: ReadLimits = defaultLimits) {
    this.size = source.size;
    this.#source = source;
    this.#readsLeft = limits.reads;
    this.#bytesLeft = limits.bytes;
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    checkRange(this, offset, length);
    this.#readsLeft -= 1;
    this.#bytesLeft -= length;
    if (this.#readsLeft < 0 || this.#bytesLeft < 0)
      throw new FsError('too-large', 'reading it takes more work than any sound file system does');
    // Pages in memory are there at once: without a pause a large image would keep everybody else waiting.
    if (this.#readsLeft % readsPerTurn === 0) await new Promise((resolve) => setImmediate(resolve));
    if (length > pageBytes) return this.#fetch(offset, length);
    const out = new Uint8Array(length);
    for (let done = 0; done < length;) {
      const at = offset + done;
      const start = at - (at % pageBytes);
      const page = await this.#page(start);
      const part = page.subarray(at - start, at - start + length - done);
      out.set(part, done);
      done += part.length;
    }
    return out;
  }

  async #page(start: number): Promise<Uint8Array> {
    const known = this.#pages.get(start);
    const page = known ?? (await this.#fetch(start, Math.min(pageBytes, this.size - start)));
    this.#pages.delete(start);
    this.#pages.set(start, page);
    const [oldest] = this.#pages.keys();
    if (this.#pages.size > maxPages && oldest !== undefined) this.#pages.delete(oldest);
    return page;
  }

  async #fetch(offset: number, length: number): Promise<Uint8Array> {
    const bytes = await this.#source.read(offset, length).catch((error: unknown) => {
      if (error instanceof FsError) throw error;
      throw new FsError('unreadable', error instanceof Error ? error.message : String(error));
    });
    if (bytes.length !== length) throw new FsError('unreadable', 'the image ended while it was read');
    return bytes;
  }
}

function checkRange(reader: BlockReader, offset: number, length: number): void {
  const sound = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0;
  if (!sound || offset + length > reader.size) throw damaged('it points outside the disk');
}

/** The part of `reader` from `start`, `size` bytes long; cut off at the end of `reader`. */
export function windowOf(reader: BlockReader, start: number, size: number): BlockReader {
  const length = Math.max(0, Math.min(size, reader.size - start));
  const window: BlockReader = {
    size: length,
    async read(offset, count) {
      checkRange(window, offset, count);
      return reader.read(start + offset, count);
    },
  };
  return window;
}

/** Little-endian fields of a structure; `word64` and `text` as the file systems here have them. */
export class Fields {
  readonly bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  byte = (at: number): number => this.#view.getUint8(at);
  word16 = (at: number): number => this.#view.getUint16(at, true);
  word32 = (at: number): number => this.#view.getUint32(at, true);
  /** Two halves of a 64-bit number. Beyond 2^53 it is no longer exact, and outside of any disk. */
  pair = (low: number, high: number): number => this.word32(low) + this.word32(high) * 2 ** 32;
  text = (at: number, length: number): string => latin1(this.bytes.subarray(at, at + length));
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
