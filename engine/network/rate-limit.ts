import type { CancelTimer, Clock } from '../lib/clock.ts';

/** So many bytes in each interval. */
export interface FrameRate {
  readonly bytes: number;
  readonly intervalUs: number;
}

/** Frames that wait for their turn; the guest's card is faster than any limit. */
const maxWaiting = 256;
/** Credit that may be saved up, at least: as Linux's netback, so that a burst of normal traffic is not torn apart. */
const minBurstBytes = 128 * 1024;
/** Timers are no finer than this. */
const shortestWaitMs = 1;

/**
 * A vif's `rate=`: a credit of bytes that grows with time. Frames beyond it wait in order; those that find the queue full are
 * lost, as in a real queue. `forward` gets the frames in time.
 */
export class RateLimit {
  readonly #clock: Clock;
  readonly #forward: (frame: Uint8Array) => void;
  #rate: FrameRate | null = null;
  #credit = 0;
  #filledNs = 0;
  #waiting: Uint8Array[] = [];
  #cancel: CancelTimer | null = null;

  constructor(clock: Clock, forward: (frame: Uint8Array) => void) {
    this.#clock = clock;
    this.#forward = forward;
  }

  get rate(): FrameRate | null {
    return this.#rate;
  }

  /** null: no limit; what waits goes at once. */
  set(rate: FrameRate | null): void {
    this.#rate = rate;
    this.#credit = rate ? this.#burst(rate) : 0;
    this.#filledNs = this.#clock.monotonicNs();
    this.#drain();
  }

  /** False: the frame is lost. */
  send(frame: Uint8Array): boolean {
    if (!this.#rate) {
      this.#forward(frame);
      return true;
    }
    if (this.#waiting.length >= maxWaiting) return false;
    this.#waiting.push(frame);
    this.#drain();
    return true;
  }

  /** Forgets what waits. */
  clear(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#waiting = [];
  }

  #burst({ bytes }: FrameRate): number {
    return Math.max(minBurstBytes, bytes);
  }

  #drain(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#fill();
    while (this.#waiting.length > 0) {
      const [next = new Uint8Array(0)] = this.#waiting;
      if (this.#rate && this.#credit < next.length) {
        this.#cancel = this.#clock.after(this.#waitMs(this.#rate, next.length), () => this.#drain());
        return;
      }
      this.#waiting.shift();
      this.#credit -= next.length;
      this.#forward(next);
    }
  }

  #fill(): void {
    if (!this.#rate) return;
    const nowNs = this.#clock.monotonicNs();
    const earned = ((nowNs - this.#filledNs) / 1000) * (this.#rate.bytes / this.#rate.intervalUs);
    this.#credit = Math.min(this.#burst(this.#rate), this.#credit + earned);
    this.#filledNs = nowNs;
  }

  #waitMs({ bytes, intervalUs }: FrameRate, needed: number): number {
    return Math.max(
      shortestWaitMs,
      Math.ceil(((needed - this.#credit) * intervalUs) / Math.max(1, bytes) / 1000),
    );
  }
}
