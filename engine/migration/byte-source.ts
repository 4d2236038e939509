import { SaveError } from './save-error.ts';

export type Crc32 = (bytes: Uint8Array, before: number) => number;

/** Takes exact amounts out of a stream of chunks, never holding more than was asked for and one chunk. */
export class ByteSource {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #crc32: Crc32;
  #chunk: Uint8Array = new Uint8Array(0);
  #crc = 0;

  constructor(chunks: AsyncIterable<Uint8Array>, crc32: Crc32) {
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#crc32 = crc32;
  }

  /** The checksum of everything taken so far. */
  get crc(): number {
    return this.#crc;
  }

  /** Throws SaveError `truncated`, naming `what` was being read. The bytes are the caller's own. */
  async take(bytes: number, what: string): Promise<Uint8Array> {
    const taken = new Uint8Array(bytes);
    for (let at = 0; at < bytes;) {
      if (this.#chunk.length === 0 && !(await this.#more())) {
        throw new SaveError('truncated', `The file ends in the middle of ${what}: it was cut off.`);
      }
      const part = this.#chunk.subarray(0, bytes - at);
      taken.set(part, at);
      at += part.length;
      this.#chunk = this.#chunk.subarray(part.length);
    }
    this.#crc = this.#crc32(taken, this.#crc);
    return taken;
  }

  /** True when nothing follows. */
  async atEnd(): Promise<boolean> {
    return this.#chunk.length === 0 && !(await this.#more());
  }

  /** Bytes of the last chunk that nobody has taken. */
  get rest(): number {
    return this.#chunk.length;
  }

  /** No more is wanted: lets the stream close what it holds. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  async #more(): Promise<boolean> {
    while (this.#chunk.length === 0) {
      const next = await this.#chunks.next();
      if (next.done) return false;
      this.#chunk = next.value;
    }
    return true;
  }
}
