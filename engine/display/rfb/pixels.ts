import type { Picture, Rect } from '../screen/screen.ts';
import type { PixelFormat } from './messages.ts';

/** What pictures are in memory: R, G, B, 255. */
export const nativeFormat: PixelFormat = {
  bitsPerPixel: 32,
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

/** The pixels of a rectangle that lies on the picture, as the viewer wants them. */
export function encodeRaw({ pixels, width }: Picture, rect: Rect, format: PixelFormat): Uint8Array {
  const words = new Uint32Array(rect.width * rect.height);
  for (let row = 0; row < rect.height; row += 1) {
    const from = (rect.y + row) * width + rect.x;
    words.set(pixels.subarray(from, from + rect.width), row * rect.width);
  }
  return isNative(format) ? new Uint8Array(words.buffer) : convert(words, format);
}

function convert(words: Uint32Array, { bitsPerPixel, bigEndian, max, shift }: PixelFormat): Uint8Array {
  const step = bitsPerPixel / 8;
  const out = new Uint8Array(words.length * step);
  const scales = max.map((most) =>
    Array.from({ length: 256 }, (_, value) => Math.round((value * most) / 255)),
  );
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? 0;
    let value = 0;
    for (let part = 0; part < 3; part += 1)
      value |= (scales[part]?.[(word >>> (part * 8)) & 255] ?? 0) << (shift[part] ?? 0);
    for (let byte = 0; byte < step; byte += 1)
      out[at * step + (bigEndian ? step - 1 - byte : byte)] = (value >>> (byte * 8)) & 255;
  }
  return out;
}
