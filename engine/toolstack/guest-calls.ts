import { shutdownCodes, type ShutdownReason } from '../hypervisor/index.ts';
import type { CancelTimer, Clock } from '../lib/clock.ts';
import { domainPath, type XenStore } from '../xenstore/index.ts';
import { type DomainExit, guestEnded, watchdogRanOut } from './domain-exit.ts';

/** Nodes of the guest's own that it writes to ask what a guest on Xen asks by hypercall. */
export const callNodes = { shutdown: 'data/shutdown', watchdog: 'data/watchdog' } as const;

const maxWatchdogSeconds = 86_400;

/** What a guest's calls act on. */
export interface Called {
  readonly domid: number;
  readonly store: XenStore;
  readonly clock: Clock;
  /** Neither ended nor suspended. */
  readonly alive: () => boolean;
  readonly paused: () => boolean;
  readonly end: (exit: DomainExit) => void;
  readonly suspend: () => void;
}

/** `reboot` or `1`; null for what is neither a name nor a number of 0..255. */
export function shutdownCodeOf(text: string): number | null {
  const word = text.trim().replace('-', '_');
  if (Object.hasOwn(shutdownCodes, word)) return shutdownCodes[word as ShutdownReason];
  return /^\d{1,3}$/.test(word) && Number(word) <= 255 ? Number(word) : null;
}

/** Whole seconds up to a day; 0 turns the watchdog off; null: no number. */
export function watchdogSecondsOf(text: string): number | null {
  const word = text.trim();
  return /^\d{1,5}$/.test(word) && Number(word) <= maxWatchdogSeconds ? Number(word) : null;
}

/**
 * Hears a guest's calls: `data/shutdown` ends it at once with the reason written there (SCHEDOP_shutdown), `data/watchdog`
 * starts, feeds and (0, or the node removed) stops its watchdog (SCHEDOP_watchdog). What makes no sense is not heard. The
 * watchdog of a paused or suspended guest waits for its whole time again.
 */
export class GuestCalls {
  readonly #called: Called;
  readonly #unwatch: (() => void)[];
  #cancel: CancelTimer = () => {};

  constructor(called: Called) {
    this.#called = called;
    const { store } = called;
    this.#unwatch = [
      store.watch(this.#path('shutdown'), () => this.#shutdown()),
      store.watch(this.#path('watchdog'), () => this.#feed()),
    ];
  }

  dispose(): void {
    this.#cancel();
    for (const off of this.#unwatch) off();
  }

  #path(node: keyof typeof callNodes): string {
    return `${domainPath(this.#called.domid)}/${callNodes[node]}`;
  }

  /** The node goes when it has been read, so that the guest can ask again when it goes on. */
  #shutdown(): void {
    const { store, alive, end, suspend } = this.#called;
    const text = store.tryRead(this.#path('shutdown'));
    const code = text === undefined || !alive() ? null : shutdownCodeOf(text);
    if (code === null) return;
    store.rm(this.#path('shutdown'));
    if (code === shutdownCodes.suspend) suspend();
    else end(guestEnded(code));
  }

  #feed(): void {
    this.#cancel();
    const text = this.#called.store.tryRead(this.#path('watchdog'));
    const seconds = text === undefined ? null : watchdogSecondsOf(text);
    if (seconds) this.#count(seconds);
  }

  #count(seconds: number): void {
    const { alive, paused, end, clock } = this.#called;
    this.#cancel = clock.after(seconds * 1000, () => {
      if (!alive() || paused()) this.#count(seconds);
      else end(watchdogRanOut(seconds));
    });
  }
}
