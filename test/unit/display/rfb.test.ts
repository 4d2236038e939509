import fc from 'fast-check';
import { inflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { encodePng } from '../../../engine/display/png.ts';
import { RfbSession } from '../../../engine/display/rfb/session.ts';
import type { Picture } from '../../../engine/display/screen/screen.ts';

const picture = (width = 4, height = 2, pixel = 0xff030201): Picture => ({
  width,
  height,
  pixels: new Uint32Array(width * height).fill(pixel),
});

function viewer(screen = picture()) {
  const sent: Buffer[] = [];
  const log: string[] = [];
  const session = new RfbSession('web', screen, {
    send: (bytes) => void sent.push(Buffer.from(bytes)),
    wants: () => log.push('wants'),
    key: (key, keysym, down) => log.push(`key ${key ?? `sym ${keysym}`} ${down ? 'down' : 'up'}`),
    pointer: (x, y, buttons) => log.push(`pointer ${x},${y} ${buttons}`),
    broken: (why) => log.push(`broken: ${why}`),
  });
  const say = (...bytes: number[]): void => session.receive(Uint8Array.from(bytes));
  const take = (): Buffer => Buffer.concat(sent.splice(0));
  const greet = (): void => {
    session.receive(Buffer.from('RFB 003.008\n'));
    say(1);
    say(1);
    take();
  };
  return { session, say, take, greet, log };
}
const requestAll = [3, 0, 0, 0, 0, 0, 0, 4, 0, 2];
const requestChanges = [3, 1, 0, 0, 0, 0, 0, 4, 0, 2];

describe('an RFB session', () => {
  test('greets, offers no security, and tells size, format and name', () => {
    const { session, say, take } = viewer();
    expect(take().toString('latin1')).toBe('RFB 003.008\n');
    session.receive(Buffer.from('RFB 003.008\n'));
    expect([...take()]).toEqual([1, 1]);
    say(1);
    expect([...take()]).toEqual([0, 0, 0, 0]);
    say(1);
    const init = take();
    expect([init.readUInt16BE(0), init.readUInt16BE(2), init[4], init.subarray(24).toString()]).toEqual([
      4,
      2,
      32,
      'web',
    ]);
  });

  test('sends the whole picture when asked for everything, then only what changed, and nothing unasked', () => {
    const { session, say, take, greet } = viewer();
    greet();
    session.flush(picture());
    expect(take()).toHaveLength(0);
    say(...requestAll);
    session.flush(picture());
    const whole = take();
    expect(whole).toHaveLength(4 + 12 + 4 * 2 * 4);
    expect([...whole.subarray(16, 20)]).toEqual([1, 2, 3, 255]);
    say(...requestChanges);
    session.flush(picture());
    expect(take()).toHaveLength(0);
    session.changed({ x: 1, y: 0, width: 1, height: 1 });
    session.changed({ x: 2, y: 1, width: 9, height: 9 });
    session.flush(picture());
    const part = take();
    expect([part.readUInt16BE(4), part.readUInt16BE(6), part.readUInt16BE(8), part.readUInt16BE(10)]).toEqual(
      [1, 0, 3, 2],
    );
  });

  test('converts pixels for a viewer with 16 bits, red highest', () => {
    const { session, say, take, greet } = viewer(picture(1, 1, 0xff0000ff));
    greet();
    say(0, 0, 0, 0, 16, 16, 0, 1, 0, 31, 0, 63, 0, 31, 11, 5, 0, 0, 0, 0);
    say(...requestAll);
    session.flush(picture(1, 1, 0xff0000ff));
    expect([...take().subarray(16)]).toEqual([0x00, 0xf8]);
  });

  test('follows a change of size when the viewer can, and lets go of one that cannot', () => {
    const able = viewer();
    able.greet();
    able.say(2, 0, 0, 1, 0xff, 0xff, 0xff, 0x21);
    able.say(...requestChanges);
    able.session.flush(picture(8, 8));
    const update = able.take();
    expect([update.readUInt16BE(2), update.readUInt16BE(8), update.readInt32BE(12)]).toEqual([2, 8, -223]);
    const rigid = viewer();
    rigid.greet();
    rigid.say(...requestChanges);
    rigid.session.flush(picture(8, 8));
    expect(rigid.log.at(-1)).toMatch(/^broken: The size/);
  });

  test('hears keys by their place, the pointer, and passes over the clipboard, however the bytes are cut', () => {
    const bytes = [
      ...[255, 0, 0, 1, 0, 0, 0, 97, 0, 0, 0, 0x1e],
      ...[5, 1, 0, 3, 0, 1],
      ...[6, 0, 0, 0, 0, 0, 0, 2, 104, 105],
      ...[4, 0, 0, 0, 0, 0, 0, 98],
    ];
    const { say, greet, log } = viewer();
    greet();
    for (const byte of bytes) say(byte);
    expect(log).toEqual(['key 30 down', 'pointer 3,1 1', 'key sym 98 up']);
  });

  test.each([
    ['another version', 'RFB 003.003\n', /another version/],
    ['another protocol', 'GET / HTTP/1', /another version/],
  ])('lets go of %s', (_what, hello, why) => {
    const { session, log } = viewer();
    session.receive(Buffer.from(hello));
    expect(log).toEqual([expect.stringMatching(why)]);
  });

  test('no stream of bytes makes it throw, send without end or keep more than a message', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 64 }), { maxLength: 40 }),
        fc.boolean(),
        (chunks, greeted) => {
          const { session, greet, take } = viewer();
          if (greeted) greet();
          for (const chunk of chunks) {
            session.receive(chunk);
            session.flush(picture());
          }
          expect(take().length).toBeLessThan(100_000);
        },
      ),
    );
  });
});

test('a PNG holds the pixels it was made of', async () => {
  const png = await encodePng({ width: 2, height: 1, rgb: Uint8Array.of(1, 2, 3, 4, 5, 6) });
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  const at = png.indexOf('IDAT');
  const data = png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4));
  expect([...inflateSync(data)]).toEqual([0, 1, 2, 3, 4, 5, 6]);
});
