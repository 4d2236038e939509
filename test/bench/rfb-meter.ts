import { connect, type Socket } from 'node:net';

const encodings = { raw: 0, hextile: 5, zrle: 16, desktopSize: -223, extendedKey: -258 } as const;

/** A viewer that takes pictures as fast as it gets them and only counts: RFB 3.8 without a password. */
export class RfbMeter {
  readonly #socket: Socket;
  #chunks: Buffer[] = [];
  #length = 0;
  #wake: (() => void) | null = null;
  #over = false;
  width = 0;
  height = 0;
  /** Since the meter is there: bytes, updates, and pixels in them. */
  bytes = 0;
  updates = 0;
  pixels = 0;
  #onUpdate: (() => void) | null = null;

  private constructor(port: number) {
    this.#socket = connect({ host: '127.0.0.1', port });
    this.#socket.setNoDelay(true);
    this.#socket.on('data', (bytes) => {
      this.#chunks.push(bytes);
      this.#length += bytes.length;
      this.bytes += bytes.length;
      this.#wake?.();
    });
    const end = (): void => {
      this.#over = true;
      this.#wake?.();
    };
    this.#socket.on('error', end);
    this.#socket.on('close', end);
  }

  static async open(port: number, encoding: 'raw' | 'hextile' | 'zrle'): Promise<RfbMeter> {
    const meter = new RfbMeter(port);
    await meter.#greet(encodings[encoding]);
    void meter.#run().catch(() => undefined);
    return meter;
  }

  /** Press and release of a key, by its XT number. */
  key(keysym: number, scan: number): void {
    for (const down of [1, 0]) {
      const out = Buffer.alloc(12);
      out.writeUInt8(255, 0);
      out.writeUInt16BE(down, 2);
      out.writeUInt32BE(keysym, 4);
      out.writeUInt32BE(scan, 8);
      this.#socket.write(out);
    }
  }

  /** The next update that has pixels. */
  nextUpdate(): Promise<void> {
    return new Promise((resolve) => (this.#onUpdate = resolve));
  }

  close(): void {
    this.#socket.destroy();
  }

  async #greet(encoding: number): Promise<void> {
    await this.#take(12);
    this.#socket.write('RFB 003.008\n');
    await this.#take((await this.#take(1))[0]!);
    this.#socket.write(Uint8Array.of(1));
    await this.#take(4);
    this.#socket.write(Uint8Array.of(1));
    const init = await this.#take(24);
    [this.width, this.height] = [init.readUInt16BE(0), init.readUInt16BE(2)];
    await this.#take(init.readUInt32BE(20));
    const known = [encoding, encodings.desktopSize, encodings.extendedKey];
    const out = Buffer.alloc(4 + known.length * 4);
    out.writeUInt8(2, 0);
    out.writeUInt16BE(known.length, 2);
    known.forEach((one, at) => out.writeInt32BE(one, 4 + at * 4));
    this.#socket.write(out);
    this.#ask(false);
  }

  #ask(incremental: boolean): void {
    const out = Buffer.alloc(10);
    out.writeUInt8(3, 0);
    out.writeUInt8(incremental ? 1 : 0, 1);
    out.writeUInt16BE(this.width, 6);
    out.writeUInt16BE(this.height, 8);
    this.#socket.write(out);
  }

  async #run(): Promise<void> {
    for (;;) {
      const [type] = await this.#take(1);
      if (type === 0) await this.#update();
      else if (type === 2) continue;
      else if (type === 3) await this.#take((await this.#take(7)).readUInt32BE(3));
      else throw new Error(`Message ${type}`);
    }
  }

  async #update(): Promise<void> {
    let drawn = 0;
    for (let left = (await this.#take(3)).readUInt16BE(1); left > 0; left -= 1) {
      const head = await this.#take(12);
      const [w, h, encoding] = [head.readUInt16BE(4), head.readUInt16BE(6), head.readInt32BE(8)];
      if (encoding === encodings.desktopSize) [this.width, this.height] = [w, h];
      else if (encoding === encodings.raw) await this.#take(w * h * 4);
      else if (encoding === encodings.hextile) await this.#hextile(w, h);
      else if (encoding === encodings.zrle) await this.#take((await this.#take(4)).readUInt32BE(0));
      if (encoding >= 0) drawn += w * h;
    }
    this.#ask(true);
    if (drawn === 0) return;
    this.pixels += drawn;
    this.updates += 1;
    this.#onUpdate?.();
    this.#onUpdate = null;
  }

  async #hextile(w: number, h: number): Promise<void> {
    for (let y = 0; y < h; y += 16)
      for (let x = 0; x < w; x += 16) {
        const [mask = 0] = await this.#take(1);
        if (mask & 1) await this.#take(Math.min(16, w - x) * Math.min(16, h - y) * 4);
        else {
          await this.#take((mask & 2 ? 4 : 0) + (mask & 4 ? 4 : 0));
          if (mask & 8) await this.#take((await this.#take(1))[0]! * (mask & 16 ? 6 : 2));
        }
      }
  }

  async #take(count: number): Promise<Buffer> {
    while (this.#length < count) {
      if (this.#over) throw new Error('The connection has ended.');
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    const all = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
    this.#length -= count;
    this.#chunks = this.#length > 0 ? [all.subarray(count)] : [];
    return all.subarray(0, count);
  }
}
