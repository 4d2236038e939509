/** Smaller pictures of a screen. Pure. */
import type { Picture, ScreenSize } from './screen.ts';

/** R, G, B, byte by byte, row by row. */
export interface SmallPicture extends ScreenSize {
  readonly rgb: Uint8Array<ArrayBuffer>;
}

/** Half the size, a quarter …: the size with which the picture is at most `maxWidth` wide, its shape kept. */
export function scaledSize({ width, height }: ScreenSize, maxWidth: number): ScreenSize {
  if (width <= maxWidth) return { width, height };
  return { width: maxWidth, height: Math.max(1, Math.round((height * maxWidth) / width)) };
}

/** Every pixel of the result is the average of those it stands for. */
export function scaleDown(picture: Picture, maxWidth: number): SmallPicture {
  const size = scaledSize(picture, maxWidth);
  const rgb = new Uint8Array(size.width * size.height * 3);
  const columns = edges(picture.width, size.width);
  const rows = edges(picture.height, size.height);
  let at = 0;
  for (let y = 0; y < size.height; y += 1) {
    for (let x = 0; x < size.width; x += 1, at += 3) {
      average(picture, columns[x]!, columns[x + 1]!, rows[y]!, rows[y + 1]!, rgb, at);
    }
  }
  return { ...size, rgb };
}

function edges(from: number, to: number): Int32Array {
  return Int32Array.from({ length: to + 1 }, (_, at) => Math.floor((at * from) / to));
}

function average(
  { pixels, width }: Picture,
  left: number,
  right: number,
  top: number,
  bottom: number,
  into: Uint8Array,
  at: number,
): void {
  let red = 0;
  let green = 0;
  let blue = 0;
  for (let y = top; y < bottom; y += 1) {
    for (let place = y * width + left; place < y * width + right; place += 1) {
      const pixel = pixels[place]!;
      red += pixel & 0xff;
      green += (pixel >> 8) & 0xff;
      blue += (pixel >> 16) & 0xff;
    }
  }
  const count = (right - left) * (bottom - top);
  into[at] = red / count;
  into[at + 1] = green / count;
  into[at + 2] = blue / count;
}
