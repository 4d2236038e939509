import type { Duplex } from 'node:stream';
import type { Picture, Rect } from '../../../display/screen/screen.ts';
import { nonsense, takeScreen, updateRequest } from './picture.ts';
import { takeHextile } from './take-hextile.ts';
import type { Taker } from './take.ts';
import { pixel16 } from './pixel.ts';

const maxPixels = 16 * 1024 * 1024;
/** A screen may stand still for so long; then the connection is made anew. */
const stillMs = 60 * 60_000;

/** 16 bits a pixel: half the bytes, and enough for small pictures. */
const pixelFormat = Buffer.from([0, 0, 0, 0, 16, 16, 0, 1, 0, 31, 0, 63, 0, 31, 11, 5, 0, 0, 0, 0]);
const encoding = { raw: 0, hextile: 5, size: -223 } as const;
const encodings = Buffer.from([2, 0, 0, 3, 0, 0, 0, 5, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0x21]);

/**
 * A screen that is looked at for long: the whole of it comes once, then only what has changed, and only when somebody asks.
 * Ends by itself when the server closes or sends nonsense.
 */
export class WatchedPicture {
  readonly #socket: Duplex;
  readonly #taker: Taker;
  #picture: Picture = { width: 0, height: 0, pixels: new Uint32Array() };
  #whole = false;
  #asked = false;
  #version = 0;
  #tookMs = 0;
  #ended = false;

  private constructor(socket: Duplex, taker: Taker) {
    this.#socket = socket;
    this.#taker = taker;
  }

  /** `taker`: of a server that has let us in. */
  static async open(socket: Duplex, taker: Taker): Promise<WatchedPicture> {
    const watched = new WatchedPicture(socket, taker);
    watched.#resize(await takeScreen(socket, taker));
    socket.write(Buffer.concat([pixelFormat, encodings]));
    void watched.#read();
    return watched;
  }

  /** null: nothing has come so far. */
  get picture(): Picture | null {
    return this.#version === 0 ? null : this.#picture;
  }

  /** Changes whenever the picture does. */
  get version(): number {
    return this.#version;
  }

  /** How long the newest change took to come, from its first byte to its last. */
  get tookMs(): number {
    return this.#tookMs;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Asks for what has changed; no more than one request is on its way. */
  ask(): void {
    if (this.#asked || this.#ended) return;
    this.#asked = true;
    this.#socket.write(updateRequest(this.#picture, this.#whole));
  }

  close(): void {
    this.#ended = true;
    this.#socket.destroy();
  }

  async #read(): Promise<void> {
    try {
      while (!this.#ended) await this.#message();
    } catch {
      this.close();
    }
  }

  async #message(): Promise<void> {
    const [type] = await this.#taker.take(1, stillMs);
    const begun = performance.now();
    if (type === 2) return;
    if (type === 3) {
      const length = (await this.#taker.take(7)).readUInt32BE(3);
      if (length > 1024 * 1024) throw nonsense();
      await this.#taker.take(length);
      return;
    }
    if (type !== 0) throw nonsense();
    const count = (await this.#taker.take(3)).readUInt16BE(1);
    let resized = false;
    for (let index = 0; index < count; index += 1) resized = (await this.#rect()) || resized;
    this.#tookMs = performance.now() - begun;
    this.#asked = false;
    this.#whole = !resized;
    if (!resized) this.#version += 1;
  }

  /** True when the screen has another size: then all of it is to come. */
  async #rect(): Promise<boolean> {
    const head = await this.#taker.take(12);
    const [x = 0, y = 0, width = 0, height = 0] = [0, 2, 4, 6].map((at) => head.readUInt16BE(at));
    const kind = head.readInt32BE(8);
    if (kind === encoding.size) {
      this.#resize({ width, height });
      return true;
    }
    const rect = { x, y, width, height };
    if (x + width > this.#picture.width || y + height > this.#picture.height) throw nonsense();
    if (kind === encoding.hextile) await takeHextile(this.#taker, this.#picture, rect);
    else if (kind === encoding.raw) await this.#raw(rect);
    else throw nonsense();
    return false;
  }

  async #raw({ x, y, width, height }: Rect): Promise<void> {
    const { pixels, width: wide } = this.#picture;
    for (let row = 0; row < height; row += 1) {
      const line = await this.#taker.take(width * 2);
      const place = (y + row) * wide + x;
      for (let at = 0; at < width; at += 1) pixels[place + at] = pixel16(line, at * 2);
    }
  }

  #resize({ width, height }: { width: number; height: number }): void {
    if (width * height === 0 || width * height > maxPixels) throw nonsense();
    this.#picture = { width, height, pixels: new Uint32Array(width * height).fill(0xff000000) };
  }
}
