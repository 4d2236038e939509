/** What `xl console` says on the terminal of a domain that has no console yet, instead of a guest's words. */
const refusals = ['xenconsole: ', 'libxl: error: ', 'Unable to attach console'];
const maxKept = 16 * 1024;
/** The tool says a line at once; a person's first keys come back one by one and are not held up. */
const leastBytes = 6;

/**
 * The first words of `xl console`: those of the tool itself, which gives up when the console is not there in time, are kept
 * from the readers; the guest's are passed on.
 */
export class LateConsole {
  #kept = Buffer.alloc(0);
  #guest = false;
  /** What stands before the tool's first word; '' once it was seen. */
  #mark: string;

  constructor(mark: string) {
    this.#mark = mark;
  }

  /** The terminal is the tool's: what is typed from now on is not echoed by anybody else. */
  get begun(): boolean {
    return this.#mark === '';
  }

  /** The tool itself has spoken so far. */
  get refused(): boolean {
    return this.begun && !this.#guest && this.#kept.length > 0;
  }

  /** What of these and earlier bytes is the guest's. */
  pass(bytes: Uint8Array): Uint8Array {
    if (this.#guest) return bytes;
    this.#kept = Buffer.concat([this.#kept, bytes]);
    if (!this.#begins()) return new Uint8Array();
    const text = this.#kept.subarray(0, 64).toString('latin1');
    if (text.length === 0) return this.#kept;
    const may =
      text.length >= leastBytes &&
      refusals.some((refusal) => refusal.startsWith(text) || text.startsWith(refusal));
    if (may && this.#kept.length < maxKept) return new Uint8Array();
    this.#guest = true;
    return this.#kept;
  }

  /** What comes before the mark is nobody's: a login's greeting, an echo. */
  #begins(): boolean {
    if (this.begun) return true;
    const at = this.#kept.indexOf(this.#mark);
    this.#kept = this.#kept.subarray(at < 0 ? -maxKept : at + this.#mark.length);
    if (at >= 0) this.#mark = '';
    return at >= 0;
  }
}
