import { type FSWatcher, watch } from 'node:fs';
import type { CancelTimer, Clock } from '../../lib/clock.ts';

/** After a change is heard of, more are awaited for this long: editors write in several steps. */
const settleMs = 200;
/** Changes that nobody tells of (network file systems) are found by looking. */
const lookEveryMs = 30_000;

/** Calls `onChange` when a directory may have changed: soon after the system says so, and now and then anyway. */
export class Watcher {
  readonly #clock: Clock;
  readonly #onChange: () => Promise<void>;
  readonly #watch: FSWatcher | null;
  #cancelSettle: CancelTimer = () => {};
  #cancelLook: CancelTimer = () => {};
  #closed = false;

  /** `onChange` never rejects. */
  constructor(directory: string, clock: Clock, onChange: () => Promise<void>) {
    this.#clock = clock;
    this.#onChange = onChange;
    this.#watch = this.#open(directory);
    this.#lookLater();
  }

  close(): void {
    this.#closed = true;
    this.#watch?.close();
    this.#cancelSettle();
    this.#cancelLook();
  }

  /** Where the system cannot watch, looking now and then has to do. */
  #open(directory: string): FSWatcher | null {
    try {
      const watcher = watch(directory, { persistent: false }, () => this.#heard());
      watcher.on('error', () => watcher.close());
      return watcher;
    } catch {
      return null;
    }
  }

  #heard(): void {
    this.#cancelSettle();
    if (!this.#closed) this.#cancelSettle = this.#clock.after(settleMs, () => void this.#onChange());
  }

  #lookLater(): void {
    if (this.#closed) return;
    this.#cancelLook = this.#clock.after(lookEveryMs, () => {
      void this.#onChange().then(() => this.#lookLater());
    });
  }
}
