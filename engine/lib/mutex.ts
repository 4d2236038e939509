import { abortReason } from './abort.ts';

/** Ends a critical section. Idempotent. */
export type Release = () => void;

interface Waiter {
  readonly grant: () => void;
}

/** One at a time, first come first served. Not re-entrant: taking it again inside waits for ever. */
export class AsyncMutex {
  #held = false;
  readonly #waiters: Waiter[] = [];

  /** True while somebody is inside. */
  get locked(): boolean {
    return this.#held;
  }

  /** Those waiting for their turn, without the holder. */
  get waiting(): number {
    return this.#waiters.length;
  }

  /** Resolves when it is this caller's turn. An abort while waiting rejects with the signal's reason and gives up the place. */
  acquire(signal?: AbortSignal): Promise<Release> {
    if (signal?.aborted) return Promise.reject(abortReason(signal));
    if (!this.#held) {
      this.#held = true;
      return Promise.resolve(this.#release());
    }
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        grant: () => {
          signal?.removeEventListener('abort', onAbort);
          resolve(this.#release());
        },
      };
      const onAbort = (): void => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        reject(abortReason(signal));
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiters.push(waiter);
    });
  }

  /** Runs `fn` alone and returns what it returns; the lock is free again however it ends. */
  async run<T>(fn: () => T | Promise<T>, signal?: AbortSignal): Promise<T> {
    const release = await this.acquire(signal);
    try {
      return await fn();
    } finally {
      release();
    }
  }

  #release(): Release {
    let released = false;
    return () => {
      if (released) return;
      released = true;
      const next = this.#waiters.shift();
      if (next) next.grant();
      else this.#held = false;
    };
  }
}

/** A mutex per key (a domain, a volume …). Keys nobody holds or waits for cost nothing. */
export class KeyedMutex<K> {
  readonly #mutexes = new Map<K, AsyncMutex>();

  /** Keys held now. */
  get size(): number {
    return this.#mutexes.size;
  }

  isLocked(key: K): boolean {
    return this.#mutexes.has(key);
  }

  async run<T>(key: K, fn: () => T | Promise<T>, signal?: AbortSignal): Promise<T> {
    const mutex = this.#mutexes.get(key) ?? new AsyncMutex();
    this.#mutexes.set(key, mutex);
    try {
      return await mutex.run(fn, signal);
    } finally {
      if (!mutex.locked && mutex.waiting === 0 && this.#mutexes.get(key) === mutex) this.#mutexes.delete(key);
    }
  }
}
