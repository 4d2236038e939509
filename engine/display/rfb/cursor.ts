import type { Rect } from '../screen/screen.ts';
import type { PixelWriter } from './pixels.ts';

/** What the viewer's own pointer looks like: an arrow, or nothing where the guest draws one. */
export type CursorShape = 'arrow' | 'none';

/** `#` black, `.` white. */
const arrow = [
  '#         ',
  '##        ',
  '#.#       ',
  '#..#      ',
  '#...#     ',
  '#....#    ',
  '#.....#   ',
  '#......#  ',
  '#.......# ',
  '#....#####',
  '#..#..#   ',
  '#.# #..#  ',
  '##  #..#  ',
  '#    ##   ',
];
const width = arrow[0]!.length;
const maskRow = Math.ceil(width / 8);

/** Place and body of a cursor rectangle (RFC 6143 §7.8.1). */
export function cursorRect(pixels: PixelWriter, shape: CursorShape): { rect: Rect; body: Uint8Array } {
  if (shape === 'none') return { rect: { x: 0, y: 0, width: 0, height: 0 }, body: new Uint8Array(0) };
  const rect = { x: 0, y: 0, width, height: arrow.length };
  const picture = {
    width,
    height: arrow.length,
    pixels: Uint32Array.from(
      arrow.flatMap((row) => [...row]),
      (dot) => (dot === '.' ? 0xffff_ffff : 0xff00_0000),
    ),
  };
  const mask = new Uint8Array(maskRow * arrow.length);
  arrow.forEach((row, y) =>
    [...row].forEach((dot, x) => {
      if (dot !== ' ') mask[y * maskRow + (x >> 3)]! |= 0x80 >> (x & 7);
    }),
  );
  return { rect, body: Buffer.concat([pixels.raw(picture, rect), mask]) };
}
