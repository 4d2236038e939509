import { constants, inflateSync } from 'node:zlib';
import type { PixelFormat } from '../../engine/display/rfb/messages.ts';

/** Reads updates as a viewer does, by the letter of RFC 6143, with none of the server's code. */
export class RfbDecoder {
  width: number;
  height: number;
  /** Values in the viewer's own format. */
  pixels: Uint32Array;
  /** Encodings of the rectangles of the last update. */
  last: number[] = [];
  readonly #format: PixelFormat;
  readonly #zlib: Buffer[] = [];
  #inflated = 0;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;

  constructor(width: number, height: number, format: PixelFormat) {
    [this.width, this.height] = [width, height];
    this.pixels = new Uint32Array(width * height);
    this.#format = format;
  }

  update(bytes: Buffer): void {
    [this.#bytes, this.#at, this.last] = [bytes, 0, []];
    this.#skip(2);
    for (let left = this.#u16(); left > 0; left -= 1) this.#rect();
    if (this.#at !== bytes.length) throw new Error(`${bytes.length - this.#at} bytes too many`);
  }

  #rect(): void {
    const [x, y, w, h] = [this.#u16(), this.#u16(), this.#u16(), this.#u16()];
    const encoding = this.#bytes.readInt32BE(this.#at);
    this.#skip(4);
    this.last.push(encoding);
    if (encoding === 0) this.#raw(x, y, w, h);
    else if (encoding === 1) this.#copy(x, y, w, h);
    else if (encoding === 5) this.#hextile(x, y, w, h);
    else if (encoding === 16) this.#zrle(x, y, w, h);
    else if (encoding === -223) this.#resize(w, h);
    else if (encoding === -308) this.#screens(w, h);
    else if (encoding === -239) this.#skip(w * h * this.#bpp + Math.ceil(w / 8) * h);
    else if (encoding !== -258) throw new Error(`Encoding ${encoding}`);
  }

  get #bpp(): number {
    return this.#format.bitsPerPixel / 8;
  }

  #resize(w: number, h: number): void {
    if (w === this.width && h === this.height) return;
    [this.width, this.height, this.pixels] = [w, h, new Uint32Array(w * h)];
  }

  #screens(w: number, h: number): void {
    const count = this.#bytes[this.#at]!;
    this.#skip(4 + count * 16);
    this.#resize(w, h);
  }

  #raw(x: number, y: number, w: number, h: number): void {
    for (let at = 0; at < w * h; at += 1) this.#set(x + (at % w), y + Math.floor(at / w), this.#pixel());
  }

  #copy(x: number, y: number, w: number, h: number): void {
    const [fromX, fromY] = [this.#u16(), this.#u16()];
    const before = this.pixels.slice();
    for (let at = 0; at < w * h; at += 1) {
      const [column, row] = [at % w, Math.floor(at / w)];
      if (fromX + column >= this.width || fromY + row >= this.height) throw new Error('Copied from outside');
      this.#set(x + column, y + row, before[(fromY + row) * this.width + fromX + column]!);
    }
  }

  #hextile(x: number, y: number, w: number, h: number): void {
    let [ground, fore] = [0, 0];
    for (let ty = y; ty < y + h; ty += 16)
      for (let tx = x; tx < x + w; tx += 16) {
        const [tw, th] = [Math.min(16, x + w - tx), Math.min(16, y + h - ty)];
        const mask = this.#u8();
        if (mask & 1) {
          this.#raw(tx, ty, tw, th);
          continue;
        }
        if (mask & 2) ground = this.#pixel();
        if (mask & 4) fore = this.#pixel();
        this.#fill(tx, ty, tw, th, ground);
        for (let left = mask & 8 ? this.#u8() : 0; left > 0; left -= 1) {
          const value = mask & 16 ? this.#pixel() : fore;
          const [place, size] = [this.#u8(), this.#u8()];
          this.#fill(tx + (place >> 4), ty + (place & 15), (size >> 4) + 1, (size & 15) + 1, value);
        }
      }
  }

  #zrle(x: number, y: number, w: number, h: number): void {
    const length = this.#bytes.readUInt32BE(this.#at);
    this.#skip(4);
    this.#zlib.push(this.#bytes.subarray(this.#at, this.#at + length));
    this.#skip(length);
    const all = inflateSync(Buffer.concat(this.#zlib), { finishFlush: constants.Z_SYNC_FLUSH });
    const outer = { bytes: this.#bytes, at: this.#at };
    [this.#bytes, this.#at] = [all, this.#inflated];
    for (let ty = y; ty < y + h; ty += 64)
      for (let tx = x; tx < x + w; tx += 64)
        this.#tile(tx, ty, Math.min(64, x + w - tx), Math.min(64, y + h - ty));
    if (this.#at !== all.length) throw new Error('Bytes of tiles are left');
    this.#inflated = all.length;
    [this.#bytes, this.#at] = [outer.bytes, outer.at];
  }

  #tile(x: number, y: number, w: number, h: number): void {
    const kind = this.#u8();
    const colours = kind === 128 ? 0 : kind & 127;
    const palette = Array.from({ length: colours }, () => this.#cpixel());
    const put = (at: number, value: number): void => this.#set(x + (at % w), y + Math.floor(at / w), value);
    if (kind === 0) for (let at = 0; at < w * h; at += 1) put(at, this.#cpixel());
    else if (kind === 1) this.#fill(x, y, w, h, palette[0]!);
    else if (kind <= 16) this.#packed(palette, w, h, put);
    else if (kind < 128) throw new Error(`Tile of kind ${kind}`);
    else
      for (let at = 0; at < w * h;) {
        const index = kind === 128 ? 128 : this.#u8();
        const value = kind === 128 ? this.#cpixel() : palette[index & 127]!;
        for (let run = index & 128 ? this.#run() : 1; run > 0; run -= 1) put(at++, value);
      }
  }

  #packed(palette: readonly number[], w: number, h: number, put: (at: number, value: number) => void): void {
    const bits = palette.length <= 2 ? 1 : palette.length <= 4 ? 2 : 4;
    for (let row = 0; row < h; row += 1)
      for (let column = 0, byte = 0, left = 0; column < w; column += 1) {
        if (left === 0) [byte, left] = [this.#u8(), 8];
        left -= bits;
        put(row * w + column, palette[(byte >> left) & ((1 << bits) - 1)]!);
      }
  }

  #run(): number {
    let length = 1;
    for (;;) {
      const byte = this.#u8();
      length += byte;
      if (byte < 255) return length;
    }
  }

  #fill(x: number, y: number, w: number, h: number, value: number): void {
    for (let at = 0; at < w * h; at += 1) this.#set(x + (at % w), y + Math.floor(at / w), value);
  }

  #set(x: number, y: number, value: number): void {
    if (x >= this.width || y >= this.height) throw new Error(`${x}, ${y} is not on the screen`);
    this.pixels[y * this.width + x] = value;
  }

  #pixel(): number {
    return this.#value(this.#bpp);
  }

  #cpixel(): number {
    const { bitsPerPixel, depth, max, shift } = this.#format;
    const used = max.reduce((bits, most, at) => (bits | (most << shift[at]!)) >>> 0, 0);
    if (bitsPerPixel !== 32 || depth > 24) return this.#pixel();
    if (used < 0x100_0000) return this.#value(3);
    return (used & 0xff) === 0 ? this.#value(3, 8) : this.#pixel();
  }

  #value(count: number, shifted = 0): number {
    const { bigEndian } = this.#format;
    const value = bigEndian
      ? this.#bytes.readUIntBE(this.#at, count)
      : this.#bytes.readUIntLE(this.#at, count);
    this.#skip(count);
    // The native format leaves what is above the colours as it is in memory.
    const { max, shift } = this.#format;
    return ((value << shifted) & max.reduce((bits, most, at) => bits | (most << shift[at]!), 0)) >>> 0;
  }

  #u8(): number {
    this.#skip(1);
    return this.#bytes[this.#at - 1]!;
  }

  #u16(): number {
    this.#skip(2);
    return this.#bytes.readUInt16BE(this.#at - 2);
  }

  #skip(count: number): void {
    this.#at += count;
    if (this.#at > this.#bytes.length) throw new Error('The update ends too soon');
  }
}
