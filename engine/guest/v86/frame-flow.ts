/** Frames of one network card on the engine's side: batching towards the worker, and what is lost when it lags. */
import { Emitter, type Unsubscribe } from '../../lib/emitter.ts';
import { FrameBatch, MAX_FRAME_BYTES, MIN_FRAME_BYTES, unpackFrames } from './frame-batch.ts';
import { FRAME_WINDOW, type ToWorker } from './protocol.ts';

export class FrameFlow {
  readonly #devid: number;
  readonly #post: (message: ToWorker, transfer: ArrayBuffer[]) => void;
  readonly #emitter: Emitter<{ frame: Uint8Array }>;
  readonly #batch = new FrameBatch();
  #flushing = false;
  #unacknowledged = 0;
  #drops = 0;

  constructor(
    devid: number,
    post: (message: ToWorker, transfer: ArrayBuffer[]) => void,
    onListenerError: (error: unknown) => void,
  ) {
    this.#devid = devid;
    this.#post = post;
    this.#emitter = new Emitter(onListenerError);
  }

  /** Frames for the guest lost on this side: malformed, or the worker had too many under way. */
  get drops(): number {
    return this.#drops;
  }

  /** Frames sent in one turn of the event loop travel together. */
  send(frame: Uint8Array): void {
    const fits = frame.length >= MIN_FRAME_BYTES && frame.length <= MAX_FRAME_BYTES;
    if (!fits || this.#unacknowledged + this.#batch.length > FRAME_WINDOW) {
      this.#drops += 1;
      return;
    }
    if (!this.#batch.push(frame)) {
      this.#flush();
      this.#batch.push(frame);
    }
    if (this.#flushing) return;
    this.#flushing = true;
    queueMicrotask(() => this.#flush());
  }

  acknowledged(bytes: number): void {
    this.#unacknowledged = Math.max(0, this.#unacknowledged - bytes);
  }

  /** Frames of the guest. */
  output(batch: Uint8Array): void {
    for (const frame of unpackFrames(batch)) this.#emitter.emit('frame', frame);
    this.#post({ op: 'frames-ack', devid: this.#devid, bytes: batch.length }, []);
  }

  onFrame(listener: (frame: Uint8Array) => void): Unsubscribe {
    return this.#emitter.on('frame', listener);
  }

  #flush(): void {
    this.#flushing = false;
    if (this.#batch.length === 0) return;
    const batch = this.#batch.take();
    this.#unacknowledged += batch.length;
    this.#post({ op: 'frames', devid: this.#devid, batch }, [batch.buffer as ArrayBuffer]);
  }
}
