const maxWarnings = 50;
const maxLength = 1000;

/** Sentences a person should see about the host, newest last, each once, bounded. Some come and go as a group. */
export class Warnings {
  readonly #onChange: () => void;
  #kept: string[] = [];
  #configuration: readonly string[] = [];

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  get all(): string[] {
    return [...this.#configuration, ...this.#kept]
      .slice(-maxWarnings)
      .map((text) => text.slice(0, maxLength));
  }

  add(...sentences: readonly string[]): void {
    const fresh = sentences.filter((sentence) => !this.#kept.includes(sentence));
    if (fresh.length === 0) return;
    this.#kept = [...this.#kept, ...fresh].slice(-maxWarnings);
    this.#onChange();
  }

  /** Replaces those about configuration files. */
  setConfiguration(sentences: readonly string[]): void {
    if (sentences.join('\0') === this.#configuration.join('\0')) return;
    this.#configuration = [...sentences];
    this.#onChange();
  }
}
