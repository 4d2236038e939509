import type { Duplex } from 'node:stream';
import { DomusError } from '../../../api/index.ts';
import type { ScreenSize } from '../../../display/screen/screen.ts';
import type { Taker } from './take.ts';

const maxPixels = 64 * 1024 * 1024;
/** More messages than this before the picture is whole, and the server is playing. */
const maxMessages = 10_000;

/** Three bytes a pixel: red, green, blue. */
interface Picture {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

/** 32 bits a pixel: red, green, blue from the lowest byte on. */
const pixelFormat = Buffer.from([0, 0, 0, 0, 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 0, 8, 16, 0, 0, 0]);
const rawOnly = Buffer.from([2, 0, 0, 1, 0, 0, 0, 0]);

/** The whole screen once, from a server that has let us in. ERROR_FAIL for one that sends nonsense. */
export async function takePicture(socket: Duplex, taker: Taker): Promise<Picture> {
  const { width, height } = await takeScreen(socket, taker);
  socket.write(Buffer.concat([pixelFormat, rawOnly, updateRequest({ width, height }, false)]));
  const picture = { width, height, rgb: new Uint8Array(width * height * 3) };
  let missing = width * height;
  for (let count = 0; missing > 0; count += 1) {
    if (count > maxMessages) throw nonsense();
    missing -= await takeUpdate(taker, picture);
  }
  return picture;
}

/** Says that others may look too, and learns how large the screen is. */
export async function takeScreen(socket: Duplex, taker: Taker): Promise<ScreenSize> {
  socket.write(Uint8Array.of(1));
  const init = await taker.take(24);
  const [width, height] = [init.readUInt16BE(0), init.readUInt16BE(2)];
  if (width * height === 0 || width * height > maxPixels) throw nonsense();
  await taker.take(Math.min(4096, init.readUInt32BE(20)));
  return { width, height };
}

/** Of the whole screen; `changes`: only what is not as it was sent last. */
export function updateRequest({ width, height }: ScreenSize, changes: boolean): Buffer {
  const request = Buffer.from([3, changes ? 1 : 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  request.writeUInt16BE(width, 6);
  request.writeUInt16BE(height, 8);
  return request;
}

/** Returns how many pixels have come. */
async function takeUpdate(taker: Taker, picture: Picture): Promise<number> {
  const [type] = await taker.take(1);
  if (type === 2) return 0;
  if (type === 3) {
    const length = (await taker.take(7)).readUInt32BE(3);
    await taker.take(Math.min(length, 1024 * 1024));
    return 0;
  }
  if (type !== 0) throw nonsense();
  const count = (await taker.take(3)).readUInt16BE(1);
  let come = 0;
  for (let index = 0; index < count; index += 1) come += await takeRect(taker, picture);
  return come;
}

async function takeRect(taker: Taker, { width, height, rgb }: Picture): Promise<number> {
  const head = await taker.take(12);
  const [left = 0, top = 0, wide = 0, high = 0] = [0, 2, 4, 6].map((at) => head.readUInt16BE(at));
  if (head.readInt32BE(8) !== 0 || left + wide > width || top + high > height) throw nonsense();
  for (let row = 0; row < high; row += 1) {
    const line = await taker.take(wide * 4);
    const place = ((top + row) * width + left) * 3;
    for (let at = 0; at < wide; at += 1) rgb.set(line.subarray(at * 4, at * 4 + 3), place + at * 3);
  }
  return wide * high;
}

export const nonsense = (): DomusError =>
  new DomusError('ERROR_FAIL', 'The VNC server on the host sends what is no picture.');
