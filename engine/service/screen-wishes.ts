import { type Clock, systemClock } from '../lib/clock.ts';

/** A domain whose screen somebody wants to see. */
export interface ScreenWish {
  readonly host: string;
  readonly domain: string;
}

/** How long a window waits for a wish before it asks again, in ms. */
const waitMs = 25_000;
/** A window asks again at once: one that did within this time is still there. */
const stillThereMs = 2000;

/** Wishes of programs to see a screen, for one of the windows that are open: the one that came last. */
export class ScreenWishes {
  readonly #clock: Clock;
  /** Windows that wait, the newest last. */
  #windows: ((wish: ScreenWish | null) => void)[] = [];
  #wishes: (() => void)[] = [];
  #lastAsked = -Infinity;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /** For windows: the next wish; null after a while without one. Rejects with the signal's reason when aborted. */
  async next(signal?: AbortSignal): Promise<ScreenWish | null> {
    signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      const end = (): void => {
        cancel();
        this.#windows = this.#windows.filter((one) => one !== take);
        this.#lastAsked = this.#clock.wallMs();
        signal?.removeEventListener('abort', onAbort);
      };
      const take = (wish: ScreenWish | null): void => {
        end();
        resolve(wish);
      };
      const onAbort = (): void => {
        end();
        // It has gone: no reason to wait for it.
        this.#lastAsked = -Infinity;
        reject(signal?.reason as Error);
      };
      const cancel = this.#clock.after(waitMs, () => take(null));
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#windows.push(take);
      for (const wake of this.#wishes.splice(0)) wake();
    });
  }

  /** Has a window show the screen. False when no window is open. */
  async show(wish: ScreenWish): Promise<boolean> {
    if (this.#windows.length === 0 && this.#clock.wallMs() - this.#lastAsked < stillThereMs)
      await this.#windowComes();
    const window = this.#windows.at(-1);
    window?.(wish);
    return window !== undefined;
  }

  #windowComes(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(stillThereMs, resolve);
      this.#wishes.push(() => {
        cancel();
        resolve();
      });
    });
  }
}
