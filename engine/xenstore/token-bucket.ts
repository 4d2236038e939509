import type { Clock } from '../lib/clock.ts';

/** A rate with a burst. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #clock: Clock;
  #tokens: number;
  #filledNs: number;

  /** Starts full. */
  constructor(perSecond: number, burst: number, clock: Clock) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#clock = clock;
    this.#tokens = burst;
    this.#filledNs = clock.monotonicNs();
  }

  /** Milliseconds until a token can be taken; 0 = now. */
  waitMs(): number {
    if (this.#tokens < 1) this.#fill();
    return this.#tokens >= 1 ? 0 : Math.ceil(((1 - this.#tokens) * 1000) / this.#perSecond);
  }

  /** Legal when `waitMs` is 0. */
  take(): void {
    this.#tokens -= 1;
  }

  #fill(): void {
    const now = this.#clock.monotonicNs();
    const earned = ((now - this.#filledNs) / 1e9) * this.#perSecond;
    this.#tokens = Math.min(this.#burst, this.#tokens + earned);
    this.#filledNs = now;
  }
}
