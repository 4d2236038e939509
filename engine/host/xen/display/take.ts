import type { Duplex } from 'node:stream';
import { DomusError } from '../../../api/index.ts';

/** Exact amounts of bytes out of a connection, until it is handed on. */
export class Taker {
  readonly #socket: Duplex;
  #bytes = Buffer.alloc(0);
  #over = false;
  #wake: () => void = () => undefined;
  readonly #onData = (chunk: Buffer): void => {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    this.#wake();
  };
  readonly #onEnd = (): void => {
    this.#over = true;
    this.#wake();
  };

  constructor(socket: Duplex) {
    this.#socket = socket;
    socket.on('data', this.#onData);
    socket.on('close', this.#onEnd);
    socket.on('end', this.#onEnd);
    socket.on('error', this.#onEnd);
  }

  /** ERROR_FAIL when the connection ends before, or takes longer than `withinMs`. */
  async take(bytes: number, withinMs = 15_000): Promise<Buffer> {
    const timer = setTimeout(this.#onEnd, withinMs);
    try {
      while (this.#bytes.length < bytes) {
        if (this.#over)
          throw new DomusError('ERROR_FAIL', 'The VNC server on the host has closed the connection.');
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      clearTimeout(timer);
    }
    const taken = this.#bytes.subarray(0, bytes);
    this.#bytes = this.#bytes.subarray(bytes);
    return taken;
  }

  /** Lets go of the connection; what was read too much comes first. */
  release(): Buffer {
    this.#socket.off('data', this.#onData);
    this.#socket.pause();
    return this.#bytes;
  }
}
