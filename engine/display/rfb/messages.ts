/** RFB 3.8 (RFC 6143): what a viewer says, read from a stream of bytes without trusting it. */

/** Bits of a pixel, as SetPixelFormat gives them. */
export interface PixelFormat {
  readonly bitsPerPixel: 8 | 16 | 32;
  readonly depth: number;
  readonly bigEndian: boolean;
  readonly max: readonly [number, number, number];
  readonly shift: readonly [number, number, number];
}

export type ViewerMessage =
  | { readonly type: 'pixel-format'; readonly format: PixelFormat }
  | { readonly type: 'encodings'; readonly encodings: readonly number[] }
  | {
      readonly type: 'update-request';
      readonly incremental: boolean;
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly height: number;
    }
  /** `key` is an XT scan code (bit 7 = prefix E0) when the viewer sent one. */
  | { readonly type: 'key'; readonly down: boolean; readonly keysym: number; readonly key: number | null }
  | { readonly type: 'pointer'; readonly buttons: number; readonly x: number; readonly y: number }
  /** The viewer would like another size of the screen. */
  | { readonly type: 'wants-size' }
  /** Nothing to be done: the message was understood and is passed over. */
  | { readonly type: 'ignored' };

/** More bytes than this in one message, and the viewer is none. */
const maxClipboard = 1 << 20;
const maxEncodings = 512;

export interface Parsed {
  readonly message: ViewerMessage;
  readonly length: number;
}

type Reader = (view: DataView) => Parsed | number | string;

/** By message type: the message, or how many bytes are needed at least, or why it is refused. */
const readers: Readonly<Record<number, Reader>> = {
  0: (view) => (view.byteLength < 20 ? 20 : readPixelFormat(view)),
  2(view) {
    if (view.byteLength < 4) return 4;
    const count = view.getUint16(2);
    if (count > maxEncodings) return `${count} encodings are too many.`;
    const length = 4 + count * 4;
    if (view.byteLength < length) return length;
    const encodings = Array.from({ length: count }, (_, at) => view.getInt32(4 + at * 4));
    return { message: { type: 'encodings', encodings }, length };
  },
  3(view) {
    if (view.byteLength < 10) return 10;
    const message: ViewerMessage = {
      type: 'update-request',
      incremental: view.getUint8(1) !== 0,
      x: view.getUint16(2),
      y: view.getUint16(4),
      width: view.getUint16(6),
      height: view.getUint16(8),
    };
    return { message, length: 10 };
  },
  4(view) {
    if (view.byteLength < 8) return 8;
    const down = view.getUint8(1) !== 0;
    return { message: { type: 'key', down, keysym: view.getUint32(4), key: null }, length: 8 };
  },
  5(view) {
    if (view.byteLength < 6) return 6;
    const [buttons, x, y] = [view.getUint8(1), view.getUint16(2), view.getUint16(4)];
    return { message: { type: 'pointer', buttons, x, y }, length: 6 };
  },
  6(view) {
    if (view.byteLength < 8) return 8;
    const size = Math.abs(view.getInt32(4));
    if (size > maxClipboard) return `A clipboard of ${size} bytes is too large.`;
    return view.byteLength < 8 + size ? 8 + size : { message: { type: 'ignored' }, length: 8 + size };
  },
  251(view) {
    if (view.byteLength < 8) return 8;
    const length = 8 + view.getUint8(6) * 16;
    return view.byteLength < length ? length : { message: { type: 'wants-size' }, length };
  },
  255(view) {
    if (view.byteLength < 12) return 12;
    if (view.getUint8(1) !== 0) return 'This QEMU message is not known.';
    const key = view.getUint32(8);
    const known = key > 0 && key <= 0xff ? key : null;
    const down = view.getUint16(2) !== 0;
    return { message: { type: 'key', down, keysym: view.getUint32(4), key: known }, length: 12 };
  },
};

function readPixelFormat(view: DataView): Parsed | string {
  const bits = view.getUint8(4);
  if (bits !== 8 && bits !== 16 && bits !== 32) return `Pixels of ${bits} bits are not known.`;
  if (view.getUint8(7) === 0) return 'A palette is not offered; ask for true colour.';
  const format: PixelFormat = {
    bitsPerPixel: bits,
    depth: view.getUint8(5),
    bigEndian: view.getUint8(6) !== 0,
    max: [view.getUint16(8), view.getUint16(10), view.getUint16(12)],
    shift: [view.getUint8(14) & 31, view.getUint8(15) & 31, view.getUint8(16) & 31],
  };
  return { message: { type: 'pixel-format', format }, length: 20 };
}

/** The first message in `bytes`; a number when that many bytes are needed at least; a sentence when it is refused. */
export function readMessage(bytes: Uint8Array): Parsed | number | string {
  const type = bytes[0];
  if (type === undefined) return 1;
  const reader = readers[type];
  if (!reader) return `Message ${type} is not known.`;
  return reader(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}
