import type { Picture, Rect } from '../../../display/screen/screen.ts';
import { nonsense } from './picture.ts';
import { pixel16 } from './pixel.ts';
import type { Taker } from './take.ts';

/** Hextile (RFC 6143 §7.7.4) with pixels of 16 bits, from the viewer's side. */
const tileSize = 16;
const mask = { raw: 1, background: 2, foreground: 4, subrects: 8, coloured: 16 } as const;
const pixelBytes = 2;

function fill({ pixels, width: wide }: Picture, { x, y, width, height }: Rect, value: number): void {
  for (let row = y; row < y + height; row += 1) pixels.fill(value, row * wide + x, row * wide + x + width);
}

/** A rectangle inside the picture, which is drawn into it. ERROR_FAIL for parts outside of their tile. */
export async function takeHextile(taker: Taker, picture: Picture, rect: Rect): Promise<void> {
  const colours = { ground: 0xff000000, fore: 0xff000000 };
  for (let y = rect.y; y < rect.y + rect.height; y += tileSize)
    for (let x = rect.x; x < rect.x + rect.width; x += tileSize) {
      const width = Math.min(tileSize, rect.x + rect.width - x);
      const height = Math.min(tileSize, rect.y + rect.height - y);
      await takeTile(taker, picture, { x, y, width, height }, colours);
    }
}

async function takeTile(
  taker: Taker,
  picture: Picture,
  tile: Rect,
  colours: { ground: number; fore: number },
): Promise<void> {
  const pixel = async (): Promise<number> => pixel16(await taker.take(pixelBytes), 0);
  const [kind = 0] = await taker.take(1);
  if (kind & mask.raw) {
    const bytes = await taker.take(tile.width * tile.height * pixelBytes);
    for (let at = 0; at < tile.width * tile.height; at += 1) {
      const place = (tile.y + Math.floor(at / tile.width)) * picture.width + tile.x + (at % tile.width);
      picture.pixels[place] = pixel16(bytes, at * pixelBytes);
    }
    return;
  }
  if (kind & mask.background) colours.ground = await pixel();
  if (kind & mask.foreground) colours.fore = await pixel();
  fill(picture, tile, colours.ground);
  if (!(kind & mask.subrects)) return;
  const [count = 0] = await taker.take(1);
  const own = kind & mask.coloured ? pixelBytes : 0;
  const bytes = await taker.take(count * (own + 2));
  for (let at = 0; at < bytes.length; at += own + 2) {
    const [place = 0, size = 0] = [bytes[at + own], bytes[at + own + 1]];
    const [left, top, width, height] = [place >> 4, place & 15, (size >> 4) + 1, (size & 15) + 1];
    if (left + width > tile.width || top + height > tile.height) throw nonsense();
    const value = own > 0 ? pixel16(bytes, at) : colours.fore;
    fill(picture, { x: tile.x + left, y: tile.y + top, width, height }, value);
  }
}
