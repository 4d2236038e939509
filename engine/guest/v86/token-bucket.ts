/** Rests until this much can be run in one go: each switch costs the computer its caches. */
const quantumMs = 4;
/** But no longer than this. */
const maxRestMs = 40;

/**
 * CPU accounting of one vCPU: how much it has used, and when it may run next under a cap. Pure: the caller brings
 * the time. Credit is CPU milliseconds; it grows with wall time × cap up to `burstMs` and shrinks by what was used.
 * A slice may overdraw it (slices cannot be cut short); the debt is waited off, so the cap holds exactly over time.
 */
export class TokenBucket {
  readonly burstMs: number;
  #capFraction = 1;
  #creditMs = 0;
  #filledAtMs: number;
  /** Out of credit, waiting for a quantum. */
  #resting = false;
  #usedMs = 0;
  #toldMs = 0;

  /** `nowMs` is monotonic, like every time given later. */
  constructor(nowMs: number, burstMs = quantumMs + 1) {
    this.burstMs = burstMs;
    this.#filledAtMs = nowMs;
  }

  /** CPU time used since the start, in milliseconds. Never goes back. */
  get usedMs(): number {
    return (this.#toldMs = Math.max(this.#toldMs, this.#usedMs));
  }

  get capPercent(): number {
    return this.#capFraction * 100;
  }

  /**
   * `capPercent` is above 0 and at most 100 (no limit). Debt and credit carry over, so a cap that is adjusted many
   * times a second holds as exactly as one that stays.
   */
  setCap(capPercent: number, nowMs: number): void {
    if (!(capPercent > 0 && capPercent <= 100)) throw new RangeError(`Bad CPU cap ${capPercent}`);
    this.#fill(nowMs);
    this.#capFraction = capPercent / 100;
    if (capPercent === 100) this.#creditMs = 0;
  }

  /** Wall milliseconds until the vCPU may run; 0 = now. */
  waitMs(nowMs: number): number {
    if (this.#capFraction === 1) return 0;
    this.#fill(nowMs);
    if (this.#creditMs <= 0) this.#resting = true;
    if (!this.#resting) return 0;
    const enoughMs = Math.min(quantumMs, this.burstMs, maxRestMs * this.#capFraction);
    const missingMs = enoughMs - this.#creditMs;
    if (missingMs > 0) return Math.max(1, missingMs / this.#capFraction);
    this.#resting = false;
    return 0;
  }

  /** The vCPU ran for `ms`. */
  spend(ms: number): void {
    this.#usedMs += ms;
    if (this.#capFraction < 1) this.#creditMs -= ms;
  }

  /** Of what was spent, `ms` were not had (or, negative, were after all). */
  refund(ms: number): void {
    this.#usedMs -= ms;
    if (this.#capFraction < 1) this.#creditMs = Math.min(this.burstMs, this.#creditMs + ms);
  }

  #fill(nowMs: number): void {
    const earned = (nowMs - this.#filledAtMs) * this.#capFraction;
    if (this.#capFraction < 1) this.#creditMs = Math.min(this.burstMs, this.#creditMs + earned);
    this.#filledAtMs = nowMs;
  }
}
