import { DomusError } from '../../../api/index.ts';
import { abortReason } from '../../../lib/abort.ts';
import type { ByteStream } from '../../operation.ts';

/** A stream of bytes to one reader, no faster than its credit. */
export class PipeOut implements ByteStream {
  readonly #gone = new AbortController();
  #credit = 0;
  #onData: ((bytes: Uint8Array) => void) | null = null;
  #onEvent: ((event: 'ended', detail: string) => void) | null = null;
  /** What a reader who is not there yet has to hear. */
  #ends: string[] = [];
  #wake = (): void => {};

  /** Aborted when the reader is gone, or never came. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** Resolves when the reader has taken all of it. Rejects with the signal's reason. */
  async send(bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      signal.throwIfAborted();
      if (!this.#onData || this.#credit === 0) {
        await this.#room(signal);
        continue;
      }
      const piece = bytes.subarray(at, at + this.#credit);
      this.#credit -= piece.length;
      at += piece.length;
      this.#onData(piece);
    }
  }

  /** Tells the reader that there is no more; `detail` says what went wrong. */
  end(detail = ''): void {
    if (this.#onEvent) this.#onEvent('ended', detail);
    else this.#ends.push(detail);
  }

  credit(bytes: number): void {
    this.#credit += bytes;
    this.#wake();
  }

  /** The reader has nothing to say. */
  write(): number {
    return 0;
  }

  resize(): void {}

  onData(listener: (bytes: Uint8Array) => void): void {
    this.#onData = listener;
    this.#wake();
  }

  onGap(): void {}

  onEvent(listener: (event: 'ended', detail: string) => void): void {
    this.#onEvent = listener;
    for (const detail of this.#ends.splice(0)) listener('ended', detail);
  }

  close(): void {
    this.#gone.abort(new DomusError('ERROR_ABORTED', 'The program that carried the domain has gone.'));
  }

  #room(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => reject(abortReason(signal));
      signal.addEventListener('abort', onAbort, { once: true });
      this.#wake = () => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      };
    });
  }
}
