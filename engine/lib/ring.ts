/** Keeps the last `capacity` items pushed; older ones are overwritten. Constant memory, O(1) push and access. */
export class Ring<T> implements Iterable<T> {
  readonly capacity: number;
  #items: T[] = [];
  #pushed = 0;

  /** `capacity` is a whole number ≥ 1; anything else throws RangeError. */
  constructor(capacity: number) {
    if (!Number.isInteger(capacity) || capacity < 1) throw new RangeError(`Bad ring capacity ${capacity}`);
    this.capacity = capacity;
  }

  /** Items now held, 0..capacity. */
  get length(): number {
    return this.#items.length;
  }

  /** Items ever pushed since the start or the last `clear`. */
  get pushed(): number {
    return this.#pushed;
  }

  push(item: T): void {
    if (this.#items.length < this.capacity) this.#items.push(item);
    else this.#items[this.#pushed % this.capacity] = item;
    this.#pushed += 1;
  }

  /** Item by age: 0 = oldest held, -1 = newest. Undefined outside. */
  at(index: number): T | undefined {
    const wanted = index < 0 ? this.length + index : index;
    if (!Number.isInteger(wanted) || wanted < 0 || wanted >= this.length) return undefined;
    return this.#items[(this.#pushed - this.length + wanted) % this.capacity];
  }

  /** The newest `count` items (default all), oldest first. */
  last(count = this.length): T[] {
    const start = Math.max(0, this.length - Math.max(0, count));
    return [...this].slice(start);
  }

  *[Symbol.iterator](): IterableIterator<T> {
    const first = this.#pushed - this.length;
    for (let i = 0; i < this.#items.length; i += 1) {
      yield this.#items[(first + i) % this.capacity] as T;
    }
  }

  clear(): void {
    this.#items = [];
    this.#pushed = 0;
  }
}
