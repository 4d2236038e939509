import type { Rect, ScreenMove, ScreenSize } from '../screen/screen.ts';

/** Encodings and pseudo-encodings of RFB that are spoken here (RFC 6143 §7.7, and the registry of the community). */
export const encodings = {
  raw: 0,
  copyRect: 1,
  hextile: 5,
  zrle: 16,
  desktopSize: -223,
  cursor: -239,
  /** To -247: how hard a viewer wants it compressed, 0 to 9. */
  compressLevel0: -256,
  extendedKey: -258,
  extendedDesktopSize: -308,
} as const;

/** Bytes from which on joining costs more than sending apart. */
const largePart = 64 * 1024;

function header({ x, y, width, height }: Rect, encoding: number): Buffer {
  const out = Buffer.alloc(12);
  [x, y, width, height].forEach((value, at) => out.writeUInt16BE(value, at * 2));
  out.writeInt32BE(encoding, 8);
  return out;
}

/** One FramebufferUpdate in the making. */
export class Update {
  readonly #parts: Uint8Array[] = [];
  #count = 0;

  get empty(): boolean {
    return this.#count === 0;
  }

  add(rect: Rect, encoding: number, ...body: Uint8Array[]): void {
    this.#count += 1;
    this.#parts.push(header(rect, encoding), ...body);
  }

  copy({ rect, dy }: ScreenMove): void {
    const from = Buffer.alloc(4);
    from.writeUInt16BE(rect.x, 0);
    from.writeUInt16BE(rect.y + dy, 2);
    this.add(rect, encodings.copyRect, from);
  }

  /** One screen of this size. `refused`: the viewer had asked for another size, which only the guest chooses. */
  screens({ width, height }: ScreenSize, refused: boolean): void {
    const body = Buffer.alloc(20);
    body.writeUInt8(1, 0);
    body.writeUInt16BE(width, 12);
    body.writeUInt16BE(height, 14);
    const by = refused ? 1 : 0;
    this.add({ x: by, y: by, width, height }, encodings.extendedDesktopSize, body);
  }

  /** All of it in order. Small parts are joined; large ones are not copied once more. */
  pieces(): Uint8Array[] {
    const head = Buffer.alloc(4);
    head.writeUInt16BE(this.#count, 2);
    const pieces: Uint8Array[] = [];
    let small: Uint8Array[] = [head];
    for (const part of this.#parts) {
      if (part.length < largePart) {
        small.push(part);
        continue;
      }
      pieces.push(Buffer.concat(small), part);
      small = [];
    }
    if (small.length > 0) pieces.push(Buffer.concat(small));
    return pieces;
  }
}
