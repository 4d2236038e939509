import type { Flushable, Origin, StoreCore } from './core.ts';
import type { Asker } from './permission.ts';
import type { Watcher } from './watch.ts';

/** Gets the canonical path that changed. */
export type WatchListener = (path: string) => void;

/** The watches of the process itself: events wait as a queue of calls and are made in the next flush. */
export class LocalWatcher implements Watcher<Origin>, Flushable {
  readonly order = 0;
  readonly asker: Asker = { domid: 0, privileged: true, targetDomid: undefined };
  readonly #core: StoreCore;
  readonly #onError: (error: unknown) => void;
  readonly #listeners = new Map<string, WatchListener>();
  #events = new Map<string, { token: string; path: string }>();
  #lastToken = 0;
  #specials = 0;

  constructor(core: StoreCore, onError: (error: unknown) => void) {
    this.#core = core;
    this.#onError = onError;
  }

  /** `path` is canonical. The returned function is idempotent; after it the listener is not called any more. */
  watch(path: string, listener: WatchListener, depth: number | undefined): () => void {
    this.#lastToken += 1;
    const token = String(this.#lastToken);
    this.#listeners.set(token, listener);
    const watch = this.#core.watches.add({ watcher: this, path, token, depth, hiddenPrefix: 0 });
    this.deliver(path, token);
    return () => {
      if (this.#listeners.delete(token)) this.#core.watches.remove(watch);
    };
  }

  deliver(path: string, token: string): void {
    let key = `${token} ${path}`;
    if (path.startsWith('@')) {
      this.#specials += 1;
      key = `${key} ${this.#specials}`;
    }
    if (this.#events.has(key)) return;
    this.#events.set(key, { token, path });
    this.#core.flushLater(this);
  }

  flush(): void {
    const events = this.#events;
    this.#events = new Map();
    for (const { token, path } of events.values()) {
      try {
        this.#listeners.get(token)?.(path);
      } catch (error) {
        this.#onError(error);
      }
    }
  }
}
