/** What happens to an item for which there is no room. */
export type Overflow =
  /** `push` returns false and the item is not taken: the producer waits or gives up. */
  | 'refuse'
  /** The oldest item makes room and counts as dropped: the newest matters most. */
  | 'drop-oldest'
  /** The new item is dropped and counted; `push` returns false. */
  | 'drop-newest';

/**
 * A queue that cannot grow without bound, between one producer and one consumer (or several, each item going to one).
 * Consume with `shift` (now or never) or `for await` (waits; ends after `close` once drained).
 */
export class BoundedQueue<T> implements AsyncIterable<T> {
  readonly capacity: number;
  readonly overflow: Overflow;
  #items: T[] = [];
  #head = 0;
  #dropped = 0;
  #closed = false;
  readonly #takers: ((result: IteratorResult<T, undefined>) => void)[] = [];

  /** `capacity` is a whole number ≥ 1; anything else throws RangeError. */
  constructor(capacity: number, overflow: Overflow = 'refuse') {
    if (!Number.isInteger(capacity) || capacity < 1) throw new RangeError(`Bad queue capacity ${capacity}`);
    this.capacity = capacity;
    this.overflow = overflow;
  }

  get length(): number {
    return this.#items.length - this.#head;
  }

  /** Items lost to overflow since the start. */
  get dropped(): number {
    return this.#dropped;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** True when the item was taken. Always false after `close`. */
  push(item: T): boolean {
    if (this.#closed) return false;
    const taker = this.#takers.shift();
    if (taker) {
      taker({ value: item, done: false });
      return true;
    }
    if (this.length >= this.capacity && !this.#makeRoom()) return false;
    this.#items.push(item);
    return true;
  }

  /** The oldest item, or undefined when there is none now. */
  shift(): T | undefined {
    if (this.length === 0) return undefined;
    const item = this.#items[this.#head];
    this.#head += 1;
    if (this.#head > 32 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  /** No more items come; those held can still be taken. Idempotent. */
  close(): void {
    this.#closed = true;
    for (const taker of this.#takers.splice(0)) taker({ value: undefined, done: true });
  }

  /** Waits for an item. `done` after `close` once nothing is left. */
  next(): Promise<IteratorResult<T, undefined>> {
    if (this.length > 0) return Promise.resolve({ value: this.shift() as T, done: false });
    if (this.#closed) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve) => this.#takers.push(resolve));
  }

  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return { next: () => this.next() };
  }

  #makeRoom(): boolean {
    if (this.overflow === 'refuse') return false;
    this.#dropped += 1;
    if (this.overflow === 'drop-newest') return false;
    this.shift();
    return true;
  }
}
