import { DomusError } from '../../../api/index.ts';
import type { ByteStream } from '../../operation.ts';

/** Bytes that may wait for whoever reads. */
const windowBytes = 1024 * 1024;

/** A stream of bytes from one writer, who waits for credit: no more than the window is ever kept. */
export class PipeIn implements ByteStream {
  readonly #gone = new AbortController();
  readonly #queue: Uint8Array[] = [];
  #allowed = 0;
  #failure: DomusError | null = null;
  #grant: (bytes: number) => void = () => {};
  #wake = (): void => {};

  /** Aborted when the writer is gone, or never came. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** Something waits that nobody has read. */
  get waiting(): boolean {
    return this.#queue.length > 0;
  }

  /** What is written, until the writer goes. Throws ERROR_INVAL when it did not wait for credit. */
  async *chunks(): AsyncGenerator<Uint8Array> {
    for (;;) {
      if (this.#failure) throw this.#failure;
      const chunk = this.#queue.shift();
      if (chunk) {
        this.#give(chunk.length);
        yield chunk;
      } else if (this.#gone.signal.aborted) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  onCredit(listener: (bytes: number) => void): void {
    this.#grant = listener;
    this.#give(windowBytes);
  }

  write(bytes: Uint8Array): number {
    if (this.#gone.signal.aborted || this.#failure) return 0;
    if (bytes.length > this.#allowed) {
      this.#queue.length = 0;
      this.#failure = new DomusError('ERROR_INVAL', 'The stream came faster than it was asked for.');
      this.#wake();
      return 0;
    }
    this.#allowed -= bytes.length;
    if (bytes.length > 0) this.#queue.push(bytes);
    this.#wake();
    return bytes.length;
  }

  credit(): void {}

  resize(): void {}

  onData(): void {}

  onGap(): void {}

  onEvent(): void {}

  close(): void {
    this.#gone.abort(new DomusError('ERROR_ABORTED', 'The sender has gone.'));
    this.#wake();
  }

  #give(bytes: number): void {
    this.#allowed += bytes;
    this.#grant(bytes);
  }
}
