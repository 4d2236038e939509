import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeFrame, FrameDecoder } from '../../../engine/xenstore/index.ts';

interface Message {
  readonly type: number;
  readonly requestId: number;
  readonly transactionId: number;
  readonly payload: string;
}

const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const byteString = (maxLength: number): fc.Arbitrary<string> =>
  fc.uint8Array({ maxLength }).map((bytes) => Buffer.from(bytes).toString('latin1'));
const message: fc.Arbitrary<Message> = fc.record({
  type: u32,
  requestId: u32,
  transactionId: u32,
  payload: fc.oneof(byteString(40), byteString(4096)),
});

const encode = ({ type, requestId, transactionId, payload }: Message): Buffer =>
  encodeFrame(type, requestId, transactionId, payload);

function decodeAll(decoder: FrameDecoder): Message[] {
  const found: Message[] = [];
  for (let frame = decoder.next(); frame; frame = decoder.next()) {
    const { type, requestId, transactionId, buffer, start, end } = frame;
    found.push({ type, requestId, transactionId, payload: buffer.toString('latin1', start, end) });
  }
  return found;
}

/** `bytes` in chunks whose lengths are taken round and round from `sizes`. */
function* chunks(bytes: Buffer, sizes: readonly number[]): Generator<Buffer> {
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield Buffer.from(bytes.subarray(at, at + size));
    at += size;
  }
}

describe('decoding', () => {
  test('gives back what was encoded, for any messages in any chunks', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(fc.array(message, { maxLength: 8 }), sizes, (messages, cuts) => {
        const decoder = new FrameDecoder();
        const found: Message[] = [];
        for (const chunk of chunks(Buffer.concat(messages.map(encode)), cuts)) {
          decoder.push(chunk);
          found.push(...decodeAll(decoder));
        }
        expect(found).toEqual(messages);
        expect(decoder.held).toBe(0);
      }),
    );
  });

  test('also when chunks pile up before anybody asks', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 5 }), (messages) => {
        const decoder = new FrameDecoder();
        for (const chunk of chunks(Buffer.concat(messages.map(encode)), [7, 100])) decoder.push(chunk);
        expect(decodeAll(decoder)).toEqual(messages);
      }),
    );
  });

  test('a message that lies whole in a chunk is not copied', () => {
    const chunk = encodeFrame(2, 1, 0, '/tool\0');
    const decoder = new FrameDecoder();
    decoder.push(chunk);
    expect(decoder.next()?.buffer.buffer).toBe(chunk.buffer);
  });

  test('whatever comes, it never throws and holds at most one message', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 60 }), (stream) => {
        const decoder = new FrameDecoder();
        for (const bytes of stream) {
          decoder.push(bytes);
          decodeAll(decoder);
          expect(decoder.held).toBeLessThanOrEqual(16 + 4096);
        }
      }),
    );
  });

  test('a length beyond 4,096 breaks it for good, in whichever way the header comes', () => {
    const hostile = fc.integer({ min: 4097, max: 0xffff_ffff });
    fc.assert(
      fc.property(hostile, fc.integer({ min: 1, max: 40 }), (length, size) => {
        const header = encodeFrame(2, 1, 0, '');
        header.writeUInt32LE(length, 12);
        const decoder = new FrameDecoder();
        for (const chunk of chunks(Buffer.concat([header, Buffer.alloc(64)]), [size])) {
          decoder.push(chunk);
          expect(decoder.next()).toBeUndefined();
        }
        expect(decoder.broken).toBe(true);
        decoder.push(encodeFrame(2, 1, 0, '/\0'));
        expect(decoder.next()).toBeUndefined();
      }),
    );
  });
});
