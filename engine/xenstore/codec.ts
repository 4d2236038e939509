import { HEADER_BYTES, MAX_PAYLOAD_BYTES } from './protocol.ts';

/** One message inside a buffer; the payload is `buffer[start, end)`. Valid until the next call of the decoder. */
export interface Frame {
  readonly type: number;
  readonly requestId: number;
  readonly transactionId: number;
  readonly buffer: Buffer;
  readonly start: number;
  readonly end: number;
}

const NOTHING = Buffer.alloc(0);

function readU32(buffer: Buffer, at: number): number {
  return (
    ((buffer[at] as number) |
      ((buffer[at + 1] as number) << 8) |
      ((buffer[at + 2] as number) << 16) |
      ((buffer[at + 3] as number) << 24)) >>>
    0
  );
}

/** Appends a u32 in the byte order of x86, which is what every Xen host and guest of ours speaks. */
function writeU32(buffer: Buffer, at: number, value: number): void {
  buffer[at] = value;
  buffer[at + 1] = value >>> 8;
  buffer[at + 2] = value >>> 16;
  buffer[at + 3] = value >>> 24;
}

/** Bytes of a byte string (characters 0..255) at `at`; short ones cost less without leaving JavaScript. */
function writeBytes(buffer: Buffer, at: number, text: string): void {
  if (text.length > 48) {
    buffer.write(text, at, text.length, 'latin1');
    return;
  }
  for (let i = 0; i < text.length; i += 1) buffer[at + i] = text.charCodeAt(i);
}

/** Bytes of a message with that payload. */
export function frameBytes(payload: string): number {
  return HEADER_BYTES + payload.length;
}

/** Writes a message at `at`; the buffer has `frameBytes(payload)` free there. */
export function writeFrame(
  buffer: Buffer,
  at: number,
  type: number,
  requestId: number,
  transactionId: number,
  payload: string,
): void {
  writeU32(buffer, at, type);
  writeU32(buffer, at + 4, requestId);
  writeU32(buffer, at + 8, transactionId);
  writeU32(buffer, at + 12, payload.length);
  writeBytes(buffer, at + HEADER_BYTES, payload);
}

/** One message on its own; for clients and tests. The payload is a byte string. */
export function encodeFrame(type: number, requestId: number, transactionId: number, payload: string): Buffer {
  const buffer = Buffer.allocUnsafe(frameBytes(payload));
  writeFrame(buffer, 0, type, requestId, transactionId, payload);
  return buffer;
}

/**
 * Cuts a byte stream, however it is chunked, into messages. A message that lies whole in a chunk is not copied; at
 * most one that straddles chunks is held (≤ 4,112 bytes). Usage: `push` a chunk, then `next` until undefined.
 */
export class FrameDecoder {
  #chunk: Buffer = NOTHING;
  #at = 0;
  #carry: Buffer = NOTHING;
  #carried = 0;
  #broken = false;

  /** A header announced more than 4,096 bytes: the stream makes no sense any more and nothing further comes. */
  get broken(): boolean {
    return this.#broken;
  }

  /** Bytes held: not yet decoded, or part of an unfinished message. */
  get held(): number {
    return this.#chunk.length - this.#at + this.#carried;
  }

  /** A copy of the bytes held. */
  rest(): Buffer {
    return Buffer.concat([this.#carry.subarray(0, this.#carried), this.#chunk.subarray(this.#at)]);
  }

  /** The bytes belong to the decoder from now on. Legal before earlier ones are used up; these are then joined. */
  push(bytes: Uint8Array): void {
    const chunk = Buffer.isBuffer(bytes)
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const rest = this.#chunk.length - this.#at;
    this.#chunk = rest === 0 ? chunk : Buffer.concat([this.#chunk.subarray(this.#at), chunk]);
    this.#at = 0;
  }

  /** The next whole message; undefined = wait for more bytes (or broken). */
  next(): Frame | undefined {
    if (this.#broken) return undefined;
    if (this.#carried > 0) return this.#finishCarried();
    const start = this.#at;
    const available = this.#chunk.length - start;
    if (available >= HEADER_BYTES) {
      const length = this.#payloadLength(this.#chunk, start);
      if (length < 0) return undefined;
      if (available >= HEADER_BYTES + length) {
        this.#at = start + HEADER_BYTES + length;
        return frameAt(this.#chunk, start, length);
      }
    }
    if (available > 0) this.#carryUpTo(available);
    return undefined;
  }

  #finishCarried(): Frame | undefined {
    this.#carryUpTo(HEADER_BYTES);
    if (this.#carried < HEADER_BYTES) return undefined;
    const length = this.#payloadLength(this.#carry, 0);
    if (length < 0) return undefined;
    this.#carryUpTo(HEADER_BYTES + length);
    if (this.#carried < HEADER_BYTES + length) return undefined;
    this.#carried = 0;
    return frameAt(this.#carry, 0, length);
  }

  /** Moves bytes from the chunk until `total` are carried or the chunk is used up. */
  #carryUpTo(total: number): void {
    if (this.#carry.length === 0) this.#carry = Buffer.allocUnsafeSlow(HEADER_BYTES + MAX_PAYLOAD_BYTES);
    const amount = Math.min(total - this.#carried, this.#chunk.length - this.#at);
    if (amount > 0) {
      this.#chunk.copy(this.#carry, this.#carried, this.#at, this.#at + amount);
      this.#carried += amount;
      this.#at += amount;
    }
    if (this.#at === this.#chunk.length) {
      this.#chunk = NOTHING;
      this.#at = 0;
    }
  }

  #payloadLength(buffer: Buffer, header: number): number {
    const length = readU32(buffer, header + 12);
    if (length <= MAX_PAYLOAD_BYTES) return length;
    this.#broken = true;
    this.#chunk = NOTHING;
    this.#at = 0;
    this.#carried = 0;
    return -1;
  }
}

function frameAt(buffer: Buffer, header: number, length: number): Frame {
  const start = header + HEADER_BYTES;
  return {
    type: readU32(buffer, header),
    requestId: readU32(buffer, header + 4),
    transactionId: readU32(buffer, header + 8),
    buffer,
    start,
    end: start + length,
  };
}
