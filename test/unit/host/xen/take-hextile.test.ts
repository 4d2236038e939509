import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeHextile } from '../../../../engine/display/rfb/hextile.ts';
import { PixelWriter } from '../../../../engine/display/rfb/pixels.ts';
import type { Picture } from '../../../../engine/display/screen/screen.ts';
import { pixel16 } from '../../../../engine/host/xen/display/pixel.ts';
import { takeHextile } from '../../../../engine/host/xen/display/take-hextile.ts';
import { Taker } from '../../../../engine/host/xen/display/take.ts';

const writer = new PixelWriter({
  bitsPerPixel: 16,
  depth: 16,
  bigEndian: false,
  max: [31, 63, 31],
  shift: [11, 5, 0],
});
const blank = (width: number, height: number): Picture => ({
  width,
  height,
  pixels: new Uint32Array(width * height),
});

async function taken(bytes: Uint8Array, picture: Picture): Promise<void> {
  const socket = new PassThrough();
  socket.end(bytes);
  await takeHextile(new Taker(socket), picture, { x: 0, y: 0, width: picture.width, height: picture.height });
}

describe('hextile from a VNC server', () => {
  it('is drawn as it was meant', async () => {
    const colours = fc.constantFrom(0x0000, 0xf800, 0x07e0, 0xffff);
    const screens = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }));
    await fc.assert(
      fc.asyncProperty(screens, fc.infiniteStream(colours), async ([width, height], stream) => {
        const sent = blank(width, height);
        for (let at = 0; at < sent.pixels.length; at += 1) {
          const value = stream.next().value;
          sent.pixels[at] = pixel16(Uint8Array.of(value & 255, value >> 8), 0);
        }
        const shown = blank(width, height);
        await taken(encodeHextile(writer, sent, { x: 0, y: 0, width, height }), shown);
        expect(shown.pixels).toEqual(sent.pixels);
      }),
      { numRuns: 30 },
    );
  });

  it('is refused where it draws outside of its tile', async () => {
    const background = [2 | 8, 0, 0, 1];
    const outside = [0xf0, 0x10];
    await expect(taken(Uint8Array.from([...background, ...outside]), blank(16, 16))).rejects.toThrow(
      'no picture',
    );
  });
});
