/** What is asked again and again, and who hears the answers. */
export interface AskerOptions<T> {
  readonly load: (signal: AbortSignal) => Promise<T>;
  /** Rest after each answer; after one that took long it is twice what that took. */
  readonly everyMs: number;
  /** Is it wanted now? When not, nothing is asked until `refresh`. */
  readonly wanted: () => boolean;
  readonly answered: (answer: T) => void;
  readonly failed: (thrown: unknown) => void;
}

const longestRestMs = 15_000;

/** One question at a time: what is wanted while it is under way is one more, afterwards. */
export class Asker<T> {
  readonly #options: AskerOptions<T>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #call = new AbortController();
  #asking: Promise<void> | null = null;
  #next: Promise<void> | null = null;
  #ended = false;

  constructor(options: AskerOptions<T>) {
    this.#options = options;
  }

  /** Resolves after an answer to a question that began later than this call. */
  refresh(): Promise<void> {
    if (this.#asking) return (this.#next ??= this.#asking.then(() => this.refresh()));
    clearTimeout(this.#timer);
    if (this.#ended || !this.#options.wanted()) return Promise.resolve();
    const asking = this.#ask(this.#call.signal).finally(() => {
      if (this.#asking === asking) this.#asking = this.#next = null;
    });
    return (this.#asking = asking);
  }

  /** Nobody wants the answer of what is being asked. */
  abandon(): void {
    clearTimeout(this.#timer);
    this.#call.abort();
    this.#call = new AbortController();
    this.#asking = this.#next = null;
  }

  end(): void {
    this.#ended = true;
    this.abandon();
  }

  async #ask(signal: AbortSignal): Promise<void> {
    const { load, everyMs, answered, failed } = this.#options;
    const began = Date.now();
    try {
      const answer = await load(signal);
      if (signal.aborted) return;
      answered(answer);
    } catch (thrown) {
      if (signal.aborted) return;
      failed(thrown);
    }
    const restMs = Math.max(everyMs, Math.min(longestRestMs, 2 * (Date.now() - began)));
    this.#timer = setTimeout(() => void this.refresh(), restMs);
  }
}
