import type { StatePart } from './internals-state.ts';
import { misfit } from './state.ts';

/**
 * The machine's clock in ms, by which its timers run. After a restore it goes on from where it stood, so that no timer sees
 * time go back or the hours between. The real-time clock is not driven by it: that shows the present time at once.
 */
export class MachineClock implements StatePart {
  #offsetMs = 0;

  readonly now = (): number => performance.now() + this.#offsetMs;

  get_state(): unknown[] {
    return [this.now()];
  }

  set_state([nowMs]: unknown[]): void {
    if (typeof nowMs !== 'number' || !Number.isFinite(nowMs)) throw misfit('it has no clock');
    this.#offsetMs = nowMs - performance.now();
  }
}
