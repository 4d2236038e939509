/** Ethernet frames travel between threads packed: per frame its length (u16, little endian), then its bytes. */

/** Longest frame taken, in bytes (an Ethernet frame with a few tags). */
export const MAX_FRAME_BYTES = 1600;
/** Shortest thing that is a frame: two addresses and a type. */
export const MIN_FRAME_BYTES = 14;
const BATCH_BYTES = 64 * 1024;

export class FrameBatch {
  #buffer = new Uint8Array(BATCH_BYTES);
  #length = 0;

  /** Bytes now held, with the length fields. */
  get length(): number {
    return this.#length;
  }

  /** Copies `frame` in. False when the batch is full: take it first. The frame's length must be within the limits. */
  push(frame: Uint8Array): boolean {
    if (frame.length < MIN_FRAME_BYTES || frame.length > MAX_FRAME_BYTES) {
      throw new RangeError(`Bad frame length ${frame.length}`);
    }
    if (this.#length + 2 + frame.length > BATCH_BYTES) return false;
    this.#buffer[this.#length] = frame.length & 0xff;
    this.#buffer[this.#length + 1] = frame.length >> 8;
    this.#buffer.set(frame, this.#length + 2);
    this.#length += 2 + frame.length;
    return true;
  }

  /** Everything pushed since the last take, in a buffer of its own. */
  take(): Uint8Array {
    const batch = this.#buffer.slice(0, this.#length);
    this.#length = 0;
    return batch;
  }
}

/** The frames of a batch, as views of it. Throws RangeError at the first one that does not fit its batch. */
export function* unpackFrames(batch: Uint8Array): Generator<Uint8Array> {
  let at = 0;
  while (at < batch.length) {
    const length = (batch[at] ?? 0) | ((batch[at + 1] ?? 0) << 8);
    const end = at + 2 + length;
    if (length < MIN_FRAME_BYTES || length > MAX_FRAME_BYTES || end > batch.length) {
      throw new RangeError(`Bad frame at byte ${at} of a batch`);
    }
    yield batch.subarray(at + 2, end);
    at = end;
  }
}
