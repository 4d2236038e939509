import type { Picture, Rect } from '../screen/screen.ts';
import type { PixelWriter } from './pixels.ts';

/** Hextile (RFC 6143 §7.7.4): tiles as a background with rectangles on it. */
const tileSize = 16;
const mask = { raw: 1, background: 2, foreground: 4, subrects: 8, coloured: 16 } as const;

interface Subrect {
  readonly value: number;
  readonly place: number;
  readonly size: number;
}

/** The value that most pixels have, of the first few: enough to be good. */
function background(values: Uint32Array): number {
  const counts = new Map<number, number>();
  let best = values[0]!;
  for (const value of values) {
    const count = (counts.get(value) ?? 0) + 1;
    counts.set(value, count);
    if (count > counts.get(best)!) best = value;
  }
  return best;
}

/** Rectangles that, drawn on the background, make the tile; null when there are more than `most`. */
function subrects(values: Uint32Array, width: number, ground: number, most: number): Subrect[] | null {
  const height = values.length / width;
  const done = new Uint8Array(values.length);
  const found: Subrect[] = [];
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at]!;
    if (done[at] || value === ground) continue;
    if (found.length === most) return null;
    const [x, y] = [at % width, Math.floor(at / width)];
    let w = 1;
    while (x + w < width && values[at + w] === value && !done[at + w]) w += 1;
    let h = 1;
    const rowFits = (row: number): boolean => {
      for (let step = 0; step < w; step += 1)
        if (values[row + step] !== value || done[row + step]) return false;
      return true;
    };
    while (y + h < height && rowFits(at + h * width)) h += 1;
    for (let row = 0; row < h; row += 1) done.fill(1, at + row * width, at + row * width + w);
    found.push({ value, place: (x << 4) | y, size: ((w - 1) << 4) | (h - 1) });
  }
  return found;
}

function tile(pixels: PixelWriter, values: Uint32Array, width: number): Uint8Array {
  const bytes = pixels.bytesPerPixel;
  const out = new Uint8Array(1 + values.length * bytes);
  const ground = background(values);
  const most = Math.min(255, Math.floor((values.length * bytes - 2 - 2 * bytes) / 2));
  const rects = subrects(values, width, ground, most);
  const mixed = rects?.some(({ value }) => value !== rects[0]!.value) ?? false;
  const cost = rects ? 2 + 2 * bytes + rects.length * (mixed ? 2 + bytes : 2) : Infinity;
  if (!rects || cost >= out.length) {
    out[0] = mask.raw;
    let at = 1;
    for (const value of values) at = pixels.write(out, at, value);
    return out;
  }
  let at = pixels.write(out, 1, ground);
  out[0] = mask.background;
  if (rects.length > 0) {
    out[0] |= mask.subrects | (mixed ? mask.coloured : mask.foreground);
    if (!mixed) at = pixels.write(out, at, rects[0]!.value);
    out[at++] = rects.length;
    for (const { value, place, size } of rects) {
      if (mixed) at = pixels.write(out, at, value);
      out[at++] = place;
      out[at++] = size;
    }
  }
  return out.subarray(0, at);
}

export function encodeHextile(pixels: PixelWriter, picture: Picture, rect: Rect): Uint8Array {
  const tiles: Uint8Array[] = [];
  for (let y = 0; y < rect.height; y += tileSize)
    for (let x = 0; x < rect.width; x += tileSize) {
      const width = Math.min(tileSize, rect.width - x);
      const height = Math.min(tileSize, rect.height - y);
      tiles.push(
        tile(pixels, pixels.values(picture, { x: rect.x + x, y: rect.y + y, width, height }), width),
      );
    }
  return Buffer.concat(tiles);
}
