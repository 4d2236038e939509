import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PixelFormat } from '../../../engine/display/rfb/messages.ts';
import { RfbSession } from '../../../engine/display/rfb/session.ts';
import { applyMove, clip, type Picture, type Rect } from '../../../engine/display/screen/screen.ts';
import { RfbDecoder } from '../../support/rfb-decoder.ts';

const formats: Readonly<Record<string, PixelFormat>> = {
  'as in memory': { bitsPerPixel: 32, depth: 24, bigEndian: false, max: [255, 255, 255], shift: [0, 8, 16] },
  'blue lowest': { bitsPerPixel: 32, depth: 24, bigEndian: false, max: [255, 255, 255], shift: [16, 8, 0] },
  'big-endian': { bitsPerPixel: 32, depth: 24, bigEndian: true, max: [255, 255, 255], shift: [16, 8, 0] },
  'high bytes': { bitsPerPixel: 32, depth: 24, bigEndian: true, max: [255, 255, 255], shift: [24, 16, 8] },
  '30 bits': { bitsPerPixel: 32, depth: 30, bigEndian: false, max: [1023, 1023, 1023], shift: [20, 10, 0] },
  '16 bits': { bitsPerPixel: 16, depth: 16, bigEndian: false, max: [31, 63, 31], shift: [11, 5, 0] },
  '8 bits': { bitsPerPixel: 8, depth: 8, bigEndian: false, max: [7, 7, 3], shift: [0, 3, 6] },
};
const pixelEncodings = { raw: 0, hextile: 5, zrle: 16 } as const;

const i32 = (value: number): number[] => [
  value >>> 24,
  (value >>> 16) & 255,
  (value >>> 8) & 255,
  value & 255,
];

/** A viewer that has been let in, and what it sees. */
function look(picture: Picture, format: PixelFormat, encodings: readonly number[]) {
  const sent: Buffer[] = [];
  const session = new RfbSession(
    { name: 'web' },
    {
      send: (...pieces) => void sent.push(Buffer.concat(pieces)),
      wants: () => {},
      key: () => {},
      pointer: () => {},
      begun: () => session.start(picture),
      broken: (why) => expect.unreachable(why),
    },
  );
  const say = (...bytes: number[]): void => session.receive(Uint8Array.from(bytes));
  session.receive(Buffer.from('RFB 003.008\n'));
  say(1, 1);
  const { bitsPerPixel, depth, bigEndian, max, shift } = format;
  say(0, 0, 0, 0, bitsPerPixel, depth, bigEndian ? 1 : 0, 1);
  say(...max.flatMap((most) => [most >> 8, most & 255]), ...shift, 0, 0, 0);
  say(2, 0, 0, encodings.length, ...encodings.flatMap(i32));
  sent.length = 0;
  const decoder = new RfbDecoder(picture.width, picture.height, format);
  return {
    session,
    decoder,
    /** Asks, and takes what comes; how many bytes that were. */
    ask(now: Picture, incremental = true): number {
      say(3, incremental ? 1 : 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff);
      session.flush(now);
      const bytes = Buffer.concat(sent.splice(0));
      if (bytes.length > 0) decoder.update(bytes);
      return bytes.length;
    },
  };
}

/** What the viewer should see. */
const seen = ({ pixels }: Picture, { max, shift }: PixelFormat): number[] =>
  [...pixels].map(
    (word) =>
      max.reduce(
        (value, most, part) =>
          value | (Math.round((((word >>> (part * 8)) & 255) * most) / 255) << shift[part]!),
        0,
      ) >>> 0,
  );

/** Pictures as screens are: noise, few colours, long runs. */
const paint = fc.record({
  colours: fc.constantFrom(1, 2, 3, 16, 100, 5000),
  run: fc.constantFrom(1, 2, 30, 700),
  seed: fc.nat(),
});
function draw(
  pixels: Uint32Array,
  { colours, run, seed }: { colours: number; run: number; seed: number },
): void {
  let state = seed | 1;
  const next = (): number => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) >>> 8;
  for (let at = 0; at < pixels.length;) {
    const colour = (Math.imul(next() % colours, 0x9e3779b1) & 0xffffff) | 0xff000000;
    const length = 1 + (next() % run);
    pixels.fill(colour, at, at + length);
    at += length;
  }
}
const size = fc.record({ width: fc.integer({ min: 1, max: 150 }), height: fc.integer({ min: 1, max: 140 }) });
const picture = fc.tuple(size, paint).map(([{ width, height }, how]): Picture => {
  const pixels = new Uint32Array(width * height);
  draw(pixels, how);
  return { width, height, pixels };
});

describe.each(Object.entries(pixelEncodings))('%s', (_name, encoding) => {
  test.each(Object.keys(formats))('shows any picture as it is, pixels %s', (key) => {
    const format = formats[key]!;
    fc.assert(
      fc.property(picture, (screen) => {
        const viewer = look(screen, format, [encoding]);
        viewer.ask(screen, false);
        expect(viewer.decoder.last).toEqual([encoding]);
        expect([...viewer.decoder.pixels]).toEqual(seen(screen, format));
      }),
      { numRuns: 25 },
    );
  });
});

const byte = fc.nat(255);
const step = fc.oneof(
  fc.record({
    kind: fc.constant('paint' as const),
    x: byte,
    y: byte,
    w: byte,
    h: byte,
    colour: fc.nat(0xffffff),
  }),
  fc.record({
    kind: fc.constant('scroll' as const),
    y: byte,
    h: byte,
    dy: fc.integer({ min: -30, max: 30 }),
  }),
  fc.constant({ kind: 'ask' as const }),
  fc.constant({ kind: 'ask all' as const }),
  fc.record({ kind: fc.constant('resize' as const), size }),
);

test('whatever a screen does between the requests of a viewer, the viewer sees what is there', () => {
  const format = formats['as in memory']!;
  const lists = fc.constantFrom([1, 16, -308, -239], [1, 5, -223], [1, 0, -223, -258], [16, -223]);
  fc.assert(
    fc.property(picture, lists, fc.array(step, { maxLength: 30 }), (first, known, steps) => {
      let screen: Picture = { ...first, pixels: first.pixels.slice() };
      const viewer = look(screen, format, known);
      for (const one of [...steps, { kind: 'ask' as const }]) {
        if (one.kind === 'ask' || one.kind === 'ask all') viewer.ask(screen, one.kind === 'ask');
        else if (one.kind === 'resize') {
          const pixels = new Uint32Array(one.size.width * one.size.height).fill(0xff00ff00);
          screen = { ...one.size, pixels };
          viewer.session.changed({ x: 0, y: 0, ...one.size });
        } else if (one.kind === 'paint') paintRect(screen, viewer.session, one);
        else scroll(screen, viewer.session, one);
      }
      expect([viewer.decoder.width, viewer.decoder.height]).toEqual([screen.width, screen.height]);
      expect([...viewer.decoder.pixels]).toEqual(seen(screen, format));
    }),
    { numRuns: 300 },
  );
});

function paintRect(
  screen: Picture,
  session: RfbSession,
  how: { x: number; y: number; w: number; h: number; colour: number },
): void {
  const rect = clip({ x: how.x, y: how.y, width: how.w, height: how.h }, screen);
  if (!rect) return;
  for (let row = rect.y; row < rect.y + rect.height; row += 1) {
    const from = row * screen.width + rect.x;
    screen.pixels.fill(how.colour | 0xff000000, from, from + rect.width);
  }
  session.changed(rect);
}

function scroll(
  screen: Picture,
  session: RfbSession,
  { y, h, dy }: { y: number; h: number; dy: number },
): void {
  const [top, bottom] = [Math.max(y, y - dy, 0), Math.min(screen.height, screen.height - dy, y + h)];
  if (dy === 0 || bottom <= top) return;
  const rect: Rect = { x: 0, y: top, width: screen.width, height: bottom - top };
  if (rect.y + dy < 0 || rect.y + dy + rect.height > screen.height) return;
  applyMove(screen, { rect, dy });
  session.moved({ rect, dy });
}

describe('what goes over the line', () => {
  const text = (): Picture => {
    const pixels = new Uint32Array(720 * 400).fill(0xff000000);
    for (let at = 0; at < pixels.length; at += 7) if (at % 5 < 2) pixels[at] = 0xffaaaaaa;
    return { width: 720, height: 400, pixels };
  };

  test('a scrolled screen costs a CopyRect and the new line', () => {
    const screen = text();
    const viewer = look(screen, formats['as in memory']!, [1, 16]);
    viewer.ask(screen, false);
    const move = { rect: { x: 0, y: 0, width: 720, height: 384 }, dy: 16 };
    applyMove(screen, move);
    viewer.session.moved(move);
    viewer.session.changed({ x: 0, y: 384, width: 720, height: 16 });
    const bytes = viewer.ask(screen);
    expect(viewer.decoder.last).toEqual([1, 16]);
    expect(bytes).toBeLessThan(4000);
    expect([...viewer.decoder.pixels]).toEqual(seen(screen, formats['as in memory']!));
  });

  test('the first encoding that both know is used; a nearby viewer gets pixels as they are', () => {
    const screen = text();
    const used = (known: number[]): number => {
      const viewer = look(screen, formats['as in memory']!, known);
      viewer.ask(screen, false);
      return viewer.decoder.last.at(-1)!;
    };
    expect([used([7, 16, 5, 0]), used([7, 5, 16]), used([7, 0, 16]), used([7])]).toEqual([16, 5, 0, 0]);
  });

  test('screens, keys and the pointer are told once; a wish for another size is refused', () => {
    const screen = text();
    const viewer = look(screen, formats['as in memory']!, [0, -308, -258, -239]);
    viewer.ask(screen, false);
    expect(viewer.decoder.last).toEqual([-258, -308, -239, 0]);
    expect(viewer.ask(screen)).toBe(0);
    viewer.session.cursor('none');
    viewer.session.receive(Uint8Array.from([251, 0, 4, 0, 3, 0, 1, 0, ...new Array<number>(16).fill(0)]));
    viewer.session.flush(screen);
    viewer.ask(screen);
    expect(viewer.decoder.last).toEqual([-308, -239]);
  });
});
