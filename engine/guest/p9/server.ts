/**
 * A 9P2000.L server over one folder of the host, for one guest (protocol: Linux, Documentation/filesystems/9p.rst and
 * net/9p/protocol.c; diod's protocol.md). Requests are answered one after the other; every request is answered, a bad one
 * with the number of a Linux error. Guests make no symbolic links and no devices: who uses the folder on the host would follow them.
 */
import type { FileOperations, Handler } from './operations.ts';
import { ERROR_REPLY, errorNumber, HEADER_BYTES, P9Error, P9Reader, P9Writer, REQUEST } from './wire.ts';

export const LARGEST_MESSAGE = 128 * 1024;
const SMALLEST_MESSAGE = 4096;
const VERSION = '9P2000.L';

export class P9Server {
  readonly #operations: FileOperations;
  #messageBytes = LARGEST_MESSAGE;

  constructor(operations: FileOperations) {
    this.#operations = operations;
  }

  /** The answer to a message, which may be anything. Never rejects. */
  async answer(message: Uint8Array): Promise<Uint8Array> {
    const header = message.length < HEADER_BYTES ? undefined : new P9Reader(message, 0);
    const size = header?.u32() ?? 0;
    const type = header?.u8() ?? 0;
    const tag = header?.u16() ?? 0xffff;
    const reply = new P9Writer();
    try {
      if (!header || size < HEADER_BYTES || size > Math.min(message.length, this.#messageBytes))
        throw new P9Error('EINVAL');
      const reader = new P9Reader(message.subarray(0, size), HEADER_BYTES);
      await this.#handle(type, reader, reply);
      return framed(type + 1, tag, reply.bytes());
    } catch (error) {
      return framed(ERROR_REPLY, tag, new P9Writer().u32(errorNumber(error)).bytes());
    }
  }

  /** For a saved guest, together with the operations' own. */
  get messageBytes(): number {
    return this.#messageBytes;
  }

  restore(messageBytes: unknown): void {
    const fits = Number.isInteger(messageBytes) && Number(messageBytes) >= SMALLEST_MESSAGE;
    if (!fits || Number(messageBytes) > LARGEST_MESSAGE) throw new P9Error('EINVAL');
    this.#messageBytes = Number(messageBytes);
  }

  async #handle(type: number, reader: P9Reader, reply: P9Writer): Promise<void> {
    if (type === REQUEST.version) return this.#version(reader, reply);
    // Nothing is under way when it comes: what it wants to stop has been answered.
    if (type === REQUEST.flush) return;
    const handler: Handler | undefined = this.#operations.handlers.get(type);
    if (!handler) throw new P9Error('EOPNOTSUPP');
    await handler(reader, reply, this.#messageBytes - HEADER_BYTES);
  }

  async #version(reader: P9Reader, reply: P9Writer): Promise<void> {
    const [bytes, version] = [reader.u32(), reader.text()];
    if (bytes < SMALLEST_MESSAGE) throw new P9Error('EINVAL');
    await this.#operations.fids.clear();
    this.#messageBytes = Math.min(bytes, LARGEST_MESSAGE);
    reply.u32(this.#messageBytes).text(version === VERSION ? VERSION : 'unknown');
  }
}

/** In the place of an answer that its asker left no room for. */
export const refusal = (answer: Uint8Array): Uint8Array =>
  framed(
    ERROR_REPLY,
    new P9Reader(answer, 5).u16(),
    new P9Writer().u32(errorNumber(new P9Error('EINVAL'))).bytes(),
  );

function framed(type: number, tag: number, body: Uint8Array): Uint8Array {
  return new P9Writer()
    .u32(HEADER_BYTES + body.length)
    .u8(type)
    .u16(tag)
    .data(body)
    .bytes();
}
