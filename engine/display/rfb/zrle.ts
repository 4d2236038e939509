import { constants, deflateRawSync } from 'node:zlib';
import type { Picture, Rect } from '../screen/screen.ts';
import type { PixelWriter } from './pixels.ts';

/** ZRLE (RFC 6143 §7.7.6): tiles as palettes and runs, compressed by zlib. */
const tileSize = 64;
const mostColours = 127;
const mostPacked = 16;

interface Tile {
  readonly values: Uint32Array;
  readonly width: number;
  readonly height: number;
}

/** The colours in order of their first pixel (null: too many), and in how many runs they come. */
function survey(values: Uint32Array): {
  palette: Map<number, number> | null;
  runs: number;
  runBytes: number;
} {
  let palette: Map<number, number> | null = new Map();
  let runs = 0;
  let runBytes = 0;
  for (let at = 0; at < values.length;) {
    const value = values[at]!;
    let end = at + 1;
    while (end < values.length && values[end] === value) end += 1;
    runs += 1;
    runBytes += Math.floor((end - at - 1) / 255) + 1;
    if (palette && !palette.has(value)) {
      palette.set(value, palette.size);
      if (palette.size > mostColours) palette = null;
    }
    at = end;
  }
  return { palette, runs, runBytes };
}

const bitsFor = (colours: number): number => (colours <= 2 ? 1 : colours <= 4 ? 2 : 4);

/** Bytes of tiles, one after the other, in a buffer that is large enough for them as they are. */
class TileWriter {
  readonly #pixels: PixelWriter;
  readonly #out: Uint8Array;
  #at = 0;

  constructor(pixels: PixelWriter, mostBytes: number) {
    this.#pixels = pixels;
    this.#out = new Uint8Array(mostBytes);
  }

  get bytes(): Uint8Array {
    return this.#out.subarray(0, this.#at);
  }

  add({ values, width, height }: Tile): void {
    const { palette, runs, runBytes } = survey(values);
    const pixel = this.#pixels.compressedBytes;
    const colours = palette?.size ?? Infinity;
    if (palette && colours === 1) return this.#colours(1, palette);
    const packed =
      colours <= mostPacked ? colours * pixel + Math.ceil((width * bitsFor(colours)) / 8) * height : Infinity;
    const plainRuns = runs * pixel + runBytes;
    // A run of one pixel needs no length.
    const paletteRuns = palette ? colours * pixel + runs + runBytes : Infinity;
    const best = Math.min(values.length * pixel, packed, plainRuns, paletteRuns);
    if (palette && best === packed) this.#packed(values, width, palette);
    else if (palette && best === paletteRuns) this.#runs(values, palette);
    else if (best === plainRuns) this.#runs(values, null);
    else this.#raw(values);
  }

  #colours(kind: number, palette: Map<number, number>): void {
    this.#byte(kind);
    for (const value of palette.keys()) this.#pixel(value);
  }

  #packed(values: Uint32Array, width: number, palette: Map<number, number>): void {
    this.#colours(palette.size, palette);
    const bits = bitsFor(palette.size);
    for (let row = 0; row < values.length; row += width) {
      let byte = 0;
      let filled = 0;
      for (let at = row; at < row + width; at += 1) {
        byte = (byte << bits) | palette.get(values[at]!)!;
        filled += bits;
        if (filled < 8) continue;
        this.#byte(byte);
        [byte, filled] = [0, 0];
      }
      if (filled > 0) this.#byte(byte << (8 - filled));
    }
  }

  #runs(values: Uint32Array, palette: Map<number, number> | null): void {
    if (palette) this.#colours(128 + palette.size, palette);
    else this.#byte(128);
    for (let at = 0; at < values.length;) {
      const value = values[at]!;
      let end = at + 1;
      while (end < values.length && values[end] === value) end += 1;
      const index = palette?.get(value);
      if (index === undefined) this.#pixel(value);
      else this.#byte(end - at === 1 ? index : index | 128);
      if (index === undefined || end - at > 1) this.#length(end - at);
      at = end;
    }
  }

  #raw(values: Uint32Array): void {
    this.#byte(0);
    for (const value of values) this.#pixel(value);
  }

  #length(run: number): void {
    let rest = run - 1;
    for (; rest >= 255; rest -= 255) this.#byte(255);
    this.#byte(rest);
  }

  #pixel(value: number): void {
    this.#at = this.#pixels.writeCompressed(this.#out, this.#at, value);
  }

  #byte(value: number): void {
    this.#out[this.#at] = value;
    this.#at += 1;
  }
}

/** One viewer's stream of compressed rectangles. */
export class ZrleEncoder {
  #begun = false;

  /** `level`: of zlib, 0 to 9. */
  encode(pixels: PixelWriter, picture: Picture, rect: Rect, level: number): Uint8Array {
    const tiles = Math.ceil(rect.width / tileSize) * Math.ceil(rect.height / tileSize);
    const writer = new TileWriter(pixels, rect.width * rect.height * pixels.compressedBytes + tiles);
    for (let y = 0; y < rect.height; y += tileSize)
      for (let x = 0; x < rect.width; x += tileSize) {
        const width = Math.min(tileSize, rect.width - x);
        const height = Math.min(tileSize, rect.height - y);
        const values = pixels.values(picture, { x: rect.x + x, y: rect.y + y, width, height });
        writer.add({ values, width, height });
      }
    // All rectangles are one zlib stream to the viewer. Parts that end on a byte and do not refer to each other make one.
    const part = deflateRawSync(writer.bytes, { level, finishFlush: constants.Z_SYNC_FLUSH });
    const head = Buffer.alloc(this.#begun ? 4 : 6);
    head.writeUInt32BE(part.length + (this.#begun ? 0 : 2));
    if (!this.#begun) head.writeUInt16BE(0x7801, 4);
    this.#begun = true;
    return Buffer.concat([head, part]);
  }
}
