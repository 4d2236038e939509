import fc from 'fast-check';
import { inflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { encodePng } from '../../../engine/display/png.ts';
import { keyOf } from '../../../engine/display/rfb/keysyms.ts';
import { Region } from '../../../engine/display/rfb/region.ts';
import { RfbSession } from '../../../engine/display/rfb/session.ts';
import { responseTo } from '../../../engine/display/rfb/vnc-auth.ts';
import type { Picture, Rect } from '../../../engine/display/screen/screen.ts';

const picture = (width = 4, height = 2, pixel = 0xff030201): Picture => ({
  width,
  height,
  pixels: new Uint32Array(width * height).fill(pixel),
});

function viewer(screen = picture(), password = '') {
  const sent: Buffer[] = [];
  const log: string[] = [];
  const session = new RfbSession(
    { name: 'web', password },
    {
      send: (...pieces) => void sent.push(Buffer.concat(pieces)),
      wants: () => log.push('wants'),
      key: (key, down) => log.push(`key ${key} ${down ? 'down' : 'up'}`),
      pointer: (x, y, buttons) => log.push(`pointer ${x},${y} ${buttons}`),
      begun: (shared) => {
        if (!shared) log.push('alone');
        session.start(screen);
      },
      broken: (why) => log.push(`broken: ${why}`),
    },
  );
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
    session.changed({ x: 1, y: 0, width: 9, height: 9 });
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

  test('follows a change of size when the viewer can, and shows the part that fits to one that cannot', () => {
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
    const part = rigid.take();
    expect([part.readUInt16BE(2), part.readUInt16BE(8), part.readUInt16BE(10)]).toEqual([1, 4, 2]);
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
    expect(log).toEqual(['key 30 down', 'pointer 3,1 1', 'key 48 up']);
  });

  test('speaks to viewers of RFB 3.3 and 3.7 as those expect', () => {
    const oldest = viewer();
    oldest.take();
    oldest.session.receive(Buffer.from('RFB 003.003\n'));
    expect([...oldest.take()]).toEqual([0, 0, 0, 1]);
    oldest.say(0);
    expect(oldest.take().readUInt16BE(0)).toBe(4);
    expect(oldest.log).toEqual(['alone']);
    const older = viewer();
    older.take();
    older.session.receive(Buffer.from('RFB 003.007\n'));
    older.say(1);
    expect([...older.take()]).toEqual([1, 1]);
  });

  test('lets in who knows the password, and tells the others so', () => {
    const hello = (answer: (challenge: Uint8Array) => Uint8Array) => {
      const { session, say, take, log } = viewer(picture(), 'secret');
      take();
      session.receive(Buffer.from('RFB 003.008\n'));
      expect([...take()]).toEqual([1, 2]);
      say(2);
      session.receive(answer(take()));
      return { result: take(), log, say, take };
    };
    const known = hello((challenge) => responseTo(challenge, 'secret'));
    expect([...known.result]).toEqual([0, 0, 0, 0]);
    known.say(1);
    expect(known.take().subarray(24).toString()).toBe('web');
    const unknown = hello((challenge) => responseTo(challenge, 'Secret'));
    expect(unknown.result.readUInt32BE(0)).toBe(1);
    expect(unknown.result.subarray(8).toString()).toBe('The password is wrong.');
    expect(unknown.log).toEqual(['broken: The password was wrong.']);
  });

  test('does not let in who skips the password', () => {
    const { session, say, take, log } = viewer(picture(), 'secret');
    session.receive(Buffer.from('RFB 003.008\n'));
    take();
    say(1, 1);
    expect(log).toEqual([expect.stringMatching(/not offered/)]);
    expect(take()).toHaveLength(0);
  });

  test.each([
    ['another version', 'RFB 002.008\n', /another version/],
    ['another protocol', 'GET / HTTP/1', /another version/],
  ])('lets go of %s', (_what, hello, why) => {
    const { session, log } = viewer();
    session.receive(Buffer.from(hello));
    expect(log).toEqual([expect.stringMatching(why)]);
  });

  /** Messages that are nearly right reach further than noise. */
  const count = fc.nat(0xffff);
  const u16 = (value: number): number[] => [value >> 8, value & 255];
  const message = fc.oneof(
    fc.uint8Array({ maxLength: 40 }).map((bytes) => [...bytes]),
    fc.tuple(fc.uint8Array({ minLength: 19, maxLength: 19 })).map(([rest]) => [0, ...rest]),
    fc
      .tuple(
        count,
        fc.array(fc.constantFrom(0, 1, 5, 16, -223, -239, -256, -258, -308, 7), { maxLength: 12 }),
      )
      .map(([lie, known]) => [
        ...[2, 0, ...u16(lie % 7 === 0 ? lie : known.length)],
        ...known.flatMap((one) => [one >>> 24, (one >>> 16) & 255, (one >>> 8) & 255, one & 255]),
      ]),
    fc
      .tuple(fc.nat(1), count, count)
      .map(([part, x, w]) => [3, part, ...u16(x), ...u16(x), ...u16(w), ...u16(w)]),
    fc.tuple(fc.nat(255), count).map(([down, key]) => [4, down, 0, 0, 0, 0, ...u16(key)]),
    fc.tuple(fc.nat(255), count, count).map(([buttons, x, y]) => [5, buttons, ...u16(x), ...u16(y)]),
    fc.tuple(count, count).map(([high, low]) => [6, 0, 0, 0, ...u16(high), ...u16(low)]),
    fc.uint8Array({ minLength: 7, maxLength: 60 }).map((rest) => [251, ...rest]),
    fc.uint8Array({ minLength: 11, maxLength: 11 }).map((rest) => [255, ...rest]),
  );

  test('no stream of bytes, however it is cut, makes it throw, send without end or keep more than a message', () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 40 }),
        cuts,
        fc.constantFrom('no greeting', 'greeted', 'password'),
        (messages, lengths, how) => {
          const { session, greet, take } = viewer(picture(), how === 'password' ? 'secret' : '');
          if (how === 'greeted') greet();
          const bytes = Uint8Array.from(messages.flat());
          let updates = 0;
          for (let at = 0, cut = 0; at < bytes.length; cut += 1) {
            const end = at + lengths[cut % lengths.length]!;
            session.receive(bytes.subarray(at, end));
            session.changed({ x: 0, y: 0, width: 4, height: 2 });
            session.flush(picture(1 + (cut % 9), 2));
            updates += 1;
            at = end;
          }
          expect(take().length).toBeLessThan(2000 + updates * 1000);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('a message is waited for up to its bound, and one that is never finished ends the session', () => {
    const { session, say, greet, log } = viewer();
    greet();
    say(6, 0, 0, 0, 0, 0x0f, 0xff, 0xff);
    const chunk = new Uint8Array(64 * 1024);
    for (let sent = 0; sent < 40; sent += 1) session.receive(chunk);
    expect(log.filter((line) => line.startsWith('broken'))).toHaveLength(1);
    say(6, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff);
    expect(log.filter((line) => line.startsWith('broken'))).toHaveLength(1);
  });
});

test('the answer to a challenge is DES with the mirrored password, of which 8 bytes count', () => {
  const challenge = Uint8Array.from({ length: 16 }, (_, at) => at);
  const answer = Buffer.from(responseTo(challenge, 'password')).toString('hex');
  expect(answer).toBe('b866924125c8eebb9debc1db61c538e2');
  expect(responseTo(challenge, 'password and more')).toEqual(responseTo(challenge, 'password'));
});

test('keysyms have the keys of a US keyboard', () => {
  const keys = [0x61, 0x41, 0x7c, 0xff0d, 0xff52, 0xffc9, 0x7e].map(keyOf);
  expect(keys).toEqual([0x1e, 0x1e, 0x2b, 0x1c, 0xc8, 0x58, 0x29]);
  expect(keyOf(0x1000_4e00)).toBeNull();
});

test('a region covers all that was added, with few rectangles that do not overlap', () => {
  const size = { width: 64, height: 48 };
  const side = fc.integer({ min: 0, max: 40 });
  const rect: fc.Arbitrary<Rect> = fc.record({
    x: side,
    y: side,
    width: side.map((n) => n + 1),
    height: side.map((n) => n + 1),
  });
  const cells = (rects: readonly Rect[]): number[] => {
    const counts = new Array<number>(size.width * size.height).fill(0);
    for (const { x, y, width, height } of rects)
      for (let row = y; row < Math.min(size.height, y + height); row += 1)
        for (let at = x; at < Math.min(size.width, x + width); at += 1)
          counts[row * size.width + at] = (counts[row * size.width + at] ?? 0) + 1;
    return counts;
  };
  fc.assert(
    fc.property(fc.array(rect, { maxLength: 60 }), (rects) => {
      const region = new Region();
      for (const one of rects) region.add(one);
      const taken = region.take(size);
      expect(taken.length).toBeLessThanOrEqual(24);
      const covered = cells(taken);
      expect(Math.max(0, ...covered)).toBeLessThanOrEqual(1);
      expect(cells(rects).every((count, at) => count === 0 || covered[at] === 1)).toBe(true);
      expect(region.empty).toBe(true);
    }),
  );
});

test('a PNG holds the pixels it was made of', async () => {
  const png = await encodePng({ width: 2, height: 1, rgb: Uint8Array.of(1, 2, 3, 4, 5, 6) });
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  const at = png.indexOf('IDAT');
  const data = png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4));
  expect([...inflateSync(data)]).toEqual([0, 1, 2, 3, 4, 5, 6]);
});
