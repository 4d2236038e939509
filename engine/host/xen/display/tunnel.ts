import { type Duplex, PassThrough, Writable } from 'node:stream';
import { Handshake } from '../../../display/rfb/handshake.ts';
import { readMessage } from '../../../display/rfb/messages.ts';
import type { ByteStream } from '../../operation.ts';
import { byteStream } from '../streams/duplex-stream.ts';
import type { Taker } from './take.ts';

/** Of what a viewer says only this goes on when it may only watch. */
const watching: readonly string[] = ['pixel-format', 'encodings', 'update-request'];

/** From a viewer of ours, who is let in without a password, to a VNC server that has let us in. */
class FromViewer extends Writable {
  readonly #socket: Duplex;
  readonly #readOnly: boolean;
  readonly #handshake: Handshake;
  readonly #onIn: () => void;
  #bytes = Buffer.alloc(0);
  #isIn = false;

  constructor(socket: Duplex, readOnly: boolean, send: (bytes: Uint8Array) => void, onIn: () => void) {
    super();
    this.#socket = socket;
    this.#readOnly = readOnly;
    this.#handshake = new Handshake('', send);
    this.#onIn = onIn;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    const problem = this.#isIn ? null : this.#greet();
    if (problem !== null) return done(new Error(problem));
    if (!this.#isIn) return done();
    const passed = this.#passable();
    if (passed === null) return done(new Error('The viewer says what is not understood.'));
    if (passed.length === 0 || this.#socket.write(passed)) done();
    else this.#socket.once('drain', () => done());
  }

  #greet(): string | null {
    while (!this.#isIn && this.#bytes.length >= this.#handshake.needed) {
      const { needed } = this.#handshake;
      const head = this.#bytes.subarray(0, needed);
      this.#bytes = this.#bytes.subarray(needed);
      const step = this.#handshake.take(head);
      if (step.kind === 'out') return step.why;
      if (step.kind !== 'in') continue;
      this.#isIn = true;
      // Others may look at the same time, whatever the viewer wishes.
      this.#socket.write(Uint8Array.of(1));
      this.#onIn();
    }
    return null;
  }

  /** null: it cannot be told what the viewer wants. */
  #passable(): Uint8Array | null {
    if (!this.#readOnly) {
      const all = this.#bytes;
      this.#bytes = Buffer.alloc(0);
      return all;
    }
    const passed: Uint8Array[] = [];
    for (;;) {
      const parsed = this.#bytes.length === 0 ? 1 : readMessage(this.#bytes);
      if (typeof parsed === 'string') return null;
      if (typeof parsed === 'number') return Buffer.concat(passed);
      if (watching.includes(parsed.message.type)) passed.push(this.#bytes.subarray(0, parsed.length));
      this.#bytes = this.#bytes.subarray(parsed.length);
    }
  }
}

/** The stream that a viewer of ours reads: the server's pictures, and what the viewer says to it. */
export function tunnel(socket: Duplex, taker: Taker, readOnly: boolean): ByteStream {
  const toViewer = new PassThrough();
  const fromViewer = new FromViewer(
    socket,
    readOnly,
    (bytes) => void toViewer.write(bytes),
    () => {
      toViewer.write(taker.release());
      socket.pipe(toViewer);
    },
  );
  const ended = new Promise<string>((resolve) => {
    socket.once('close', () => resolve('The domain is off, or its screen was closed on the host.'));
    fromViewer.once('error', (error) => {
      socket.destroy();
      resolve(error.message);
    });
  });
  return byteStream({ from: toViewer, to: fromViewer, close: () => socket.destroy() }, ended);
}
