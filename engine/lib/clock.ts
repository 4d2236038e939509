/**
 * Time as a dependency: whoever needs the time or a timer takes a `Clock`, so that tests decide how time passes.
 */
import { abortReason } from './abort.ts';

/** Stops a pending timer. Idempotent; harmless after the timer has fired. */
export type CancelTimer = () => void;

export interface Clock {
  /** Wall time in milliseconds since 1970-01-01 UTC. May jump either way when the host's clock is set. */
  wallMs(): number;
  /** Nanoseconds since an arbitrary start. Never goes back; exact integers for the first 104 days of a process. */
  monotonicNs(): number;
  /** Calls `fn` once after `delayMs` (≥ 0) milliseconds of monotonic time. */
  after(delayMs: number, fn: () => void): CancelTimer;
  /** Resolves after `delayMs`. Rejects with the signal's reason as soon as it is aborted. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}

function sleepOn(clock: Pick<Clock, 'after'>, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(abortReason(signal));
      return;
    }
    const onAbort = (): void => {
      cancel();
      reject(abortReason(signal));
    };
    const cancel = clock.after(delayMs, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** The real clock. Timers longer than setTimeout's limit (24.8 days) fire at that limit. */
export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicNs: () => Math.round(performance.now() * 1e6),
  after(delayMs, fn) {
    const timer = setTimeout(fn, Math.min(Math.max(0, delayMs), 0x7fff_ffff));
    return () => clearTimeout(timer);
  },
  sleep: (delayMs, signal) => sleepOn(systemClock, delayMs, signal),
};

interface ManualTimer {
  readonly dueNs: number;
  readonly order: number;
  readonly fn: () => void;
}

/** A clock that stands still until told: `advance` moves it and fires what falls due, in order of due time. */
export class ManualClock implements Clock {
  #nowNs = 0;
  #wallOffsetMs: number;
  #order = 0;
  #timers: ManualTimer[] = [];

  /** `wallMs` is the wall time at the start. */
  constructor(wallMs = Date.UTC(2026, 0, 1)) {
    this.#wallOffsetMs = wallMs;
  }

  wallMs(): number {
    return this.#wallOffsetMs + Math.floor(this.#nowNs / 1e6);
  }

  monotonicNs(): number {
    return this.#nowNs;
  }

  after(delayMs: number, fn: () => void): CancelTimer {
    const timer: ManualTimer = {
      dueNs: this.#nowNs + Math.round(Math.max(0, delayMs) * 1e6),
      order: this.#order++,
      fn,
    };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, delayMs, signal);
  }

  /** Timers not yet fired. */
  get pending(): number {
    return this.#timers.length;
  }

  /** Sets the wall clock without moving monotonic time, as an administrator would. */
  setWallMs(wallMs: number): void {
    this.#wallOffsetMs = wallMs - Math.floor(this.#nowNs / 1e6);
  }

  /** Moves time forward; timers see the clock at their own due time, also those that timers set meanwhile. */
  advance(ms: number): void {
    const endNs = this.#nowNs + Math.round(ms * 1e6);
    for (let next = this.#nextDue(endNs); next; next = this.#nextDue(endNs)) {
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#nowNs = Math.max(this.#nowNs, next.dueNs);
      next.fn();
    }
    this.#nowNs = endNs;
  }

  #nextDue(endNs: number): ManualTimer | undefined {
    let best: ManualTimer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueNs > endNs) continue;
      const earlier =
        !best || timer.dueNs < best.dueNs || (timer.dueNs === best.dueNs && timer.order < best.order);
      if (earlier) best = timer;
    }
    return best;
  }
}
