import type { Picture, Rect } from '../screen/screen.ts';
import type { PixelFormat } from './messages.ts';

/** What pictures are in memory: R, G, B, 255. */
export const nativeFormat: PixelFormat = {
  bitsPerPixel: 32,
  depth: 24,
  bigEndian: false,
  max: [255, 255, 255],
  shift: [0, 8, 16],
};

const same = (a: readonly number[], b: readonly number[]): boolean => a.every((one, at) => one === b[at]);

export const isNative = (format: PixelFormat): boolean =>
  format.bitsPerPixel === 32 &&
  !format.bigEndian &&
  same(format.max, nativeFormat.max) &&
  same(format.shift, nativeFormat.shift);

type Convert = (word: number) => number;

/** Turns a pixel of a picture into the viewer's. The bits above its colours are 0. */
function converter({ bitsPerPixel, max, shift }: PixelFormat): Convert {
  const tables = max.map((most, part) =>
    Uint32Array.from({ length: 256 }, (_, value) => Math.round((value * most) / 255) << shift[part]!),
  );
  const [red, green, blue] = tables as [Uint32Array, Uint32Array, Uint32Array];
  const mask = bitsPerPixel === 32 ? 0xffff_ffff : (1 << bitsPerPixel) - 1;
  return (word) =>
    ((red[word & 255]! | green[(word >>> 8) & 255]! | blue[(word >>> 16) & 255]!) & mask) >>> 0;
}

/** How a viewer wants its pixels: their values, and those values as bytes. */
export class PixelWriter {
  readonly format: PixelFormat;
  readonly bytesPerPixel: number;
  /** A compressed pixel (RFC 6143 §7.7.5) leaves out the byte that no colour uses. */
  readonly compressedBytes: number;
  readonly #convert: Convert | null;
  /** How far a value is shifted before its lowest byte is the first that counts in a compressed pixel. */
  readonly #compressedShift: number;

  constructor(format: PixelFormat) {
    this.format = format;
    this.bytesPerPixel = format.bitsPerPixel / 8;
    this.#convert = isNative(format) ? null : converter(format);
    const used = format.max.reduce((bits, most, at) => bits | (most << format.shift[at]!), 0) >>> 0;
    const saves = format.bitsPerPixel === 32 && format.depth <= 24;
    const low = saves && used <= 0xff_ffff;
    const high = saves && (used & 0xff) === 0;
    this.compressedBytes = low || high ? 3 : this.bytesPerPixel;
    this.#compressedShift = !low && high ? 8 : 0;
  }

  /** The values of a rectangle that lies on the picture, row by row. */
  values({ pixels, width }: Picture, rect: Rect): Uint32Array {
    const convert = this.#convert;
    if (!convert && rect.width === width) return pixels.slice(rect.y * width, (rect.y + rect.height) * width);
    const words = new Uint32Array(rect.width * rect.height);
    for (let row = 0; row < rect.height; row += 1) {
      const from = (rect.y + row) * width + rect.x;
      words.set(pixels.subarray(from, from + rect.width), row * rect.width);
    }
    if (convert) for (let at = 0; at < words.length; at += 1) words[at] = convert(words[at]!);
    return words;
  }

  /** Writes one value at `at`; returns where the next one goes. */
  write(out: Uint8Array, at: number, value: number): number {
    return this.#put(out, at, value, this.bytesPerPixel);
  }

  writeCompressed(out: Uint8Array, at: number, value: number): number {
    return this.#put(out, at, value >>> this.#compressedShift, this.compressedBytes);
  }

  raw(picture: Picture, rect: Rect): Uint8Array {
    const values = this.values(picture, rect);
    if (!this.#convert) return new Uint8Array(values.buffer);
    const out = new Uint8Array(values.length * this.bytesPerPixel);
    let at = 0;
    for (const value of values) at = this.write(out, at, value);
    return out;
  }

  #put(out: Uint8Array, at: number, value: number, count: number): number {
    if (this.format.bigEndian)
      for (let byte = 0; byte < count; byte += 1) out[at + byte] = value >>> ((count - 1 - byte) * 8);
    else for (let byte = 0; byte < count; byte += 1) out[at + byte] = value >>> (byte * 8);
    return at + count;
  }
}
