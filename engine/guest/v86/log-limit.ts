/** Keeps a guest-driven log small: `burst` lines at once, then `perSecond`; lines are cut; what was left out is counted. */
import type { LogLevel } from './protocol.ts';

const MAX_LINE = 500;

export class LogLimit {
  readonly #write: (level: LogLevel, text: string) => void;
  readonly #nowMs: () => number;
  readonly #burst: number;
  readonly #perSecond: number;
  #credit: number;
  #filledAtMs: number;
  #omitted = 0;

  constructor(
    write: (level: LogLevel, text: string) => void,
    nowMs: () => number,
    limits: { burst: number; perSecond: number } = { burst: 50, perSecond: 1 },
  ) {
    this.#write = write;
    this.#nowMs = nowMs;
    this.#burst = limits.burst;
    this.#perSecond = limits.perSecond;
    this.#credit = limits.burst;
    this.#filledAtMs = nowMs();
  }

  log(level: LogLevel, text: string): void {
    const nowMs = this.#nowMs();
    const earned = ((nowMs - this.#filledAtMs) / 1000) * this.#perSecond;
    this.#credit = Math.min(this.#burst, this.#credit + earned);
    this.#filledAtMs = nowMs;
    if (this.#credit < 1) {
      this.#omitted += 1;
      return;
    }
    this.#credit -= 1;
    if (this.#omitted > 0) this.#write('warn', `${this.#omitted} messages left out`);
    this.#omitted = 0;
    this.#write(level, text.length > MAX_LINE ? `${text.slice(0, MAX_LINE)}…` : text);
  }
}
