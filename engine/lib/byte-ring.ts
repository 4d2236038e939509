/** What `ByteRing.read` found. Offsets are absolute: bytes counted from the first byte ever appended. */
export interface ByteRingRead {
  /** Offset of the first byte returned; beyond the asked one when bytes were lost. */
  readonly start: number;
  /** Offset after the last byte returned: pass it to the next `read`. */
  readonly end: number;
  /** Bytes between the asked offset and `start` that were overwritten or cleared. */
  readonly lost: number;
  /** A copy; the caller may keep it. */
  readonly bytes: Uint8Array;
}

/**
 * Scrollback of a byte stream: append, keep the last `capacity` bytes, read from an absolute offset.
 * The buffer grows by doubling up to its capacity, so a quiet console costs little.
 */
export class ByteRing {
  readonly capacity: number;
  #buffer: Uint8Array;
  #start = 0;
  #end = 0;

  /** `capacity` is a whole number ≥ 1 in bytes; anything else throws RangeError. */
  constructor(capacity: number) {
    if (!Number.isInteger(capacity) || capacity < 1) throw new RangeError(`Bad ring capacity ${capacity}`);
    this.capacity = capacity;
    this.#buffer = new Uint8Array(Math.min(capacity, 1024));
  }

  /** Offset of the oldest byte still held. */
  get start(): number {
    return this.#start;
  }

  /** Offset after the newest byte, which is the number of bytes ever appended. */
  get end(): number {
    return this.#end;
  }

  /** Bytes now held. */
  get length(): number {
    return this.#end - this.#start;
  }

  append(bytes: Uint8Array): void {
    const kept = bytes.length > this.capacity ? bytes.subarray(bytes.length - this.capacity) : bytes;
    this.#grow(Math.min(this.capacity, this.length + kept.length));
    const end = this.#end + bytes.length;
    this.#copyIn(end - kept.length, kept);
    this.#end = end;
    this.#start = Math.max(this.#start, end - this.capacity);
  }

  /**
   * Bytes from `offset` (default: the oldest held) on, at most `maxBytes`. An offset in the past is moved to the
   * oldest byte and the difference reported as lost; one in the future reads nothing and stays where it is.
   */
  read(offset = this.#start, maxBytes = Number.POSITIVE_INFINITY): ByteRingRead {
    const asked = Math.max(0, Math.trunc(offset) || 0);
    if (asked >= this.#end) return { start: asked, end: asked, lost: 0, bytes: new Uint8Array(0) };
    const start = Math.max(asked, this.#start);
    const length = Math.min(this.#end - start, Math.max(0, Math.floor(maxBytes)));
    return { start, end: start + length, lost: start - asked, bytes: this.#copyOut(start, length) };
  }

  /** Forgets what is held. Offsets go on counting, so readers notice the loss. */
  clear(): void {
    this.#start = this.#end;
  }

  #grow(needed: number): void {
    const size = this.#buffer.length;
    if (needed <= size) return;
    const held = this.#copyOut(this.#start, this.length);
    let next = size;
    while (next < needed) next *= 2;
    this.#buffer = new Uint8Array(Math.min(this.capacity, next));
    this.#copyIn(this.#start, held);
  }

  #copyIn(offset: number, bytes: Uint8Array): void {
    const size = this.#buffer.length;
    const at = offset % size;
    const first = Math.min(bytes.length, size - at);
    this.#buffer.set(bytes.subarray(0, first), at);
    this.#buffer.set(bytes.subarray(first), 0);
  }

  #copyOut(offset: number, length: number): Uint8Array {
    const out = new Uint8Array(length);
    const size = this.#buffer.length;
    const at = offset % size;
    const first = Math.min(length, size - at);
    out.set(this.#buffer.subarray(at, at + first), 0);
    out.set(this.#buffer.subarray(0, length - first), first);
    return out;
  }
}
