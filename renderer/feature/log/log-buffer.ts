/** Most lines kept, and the longest one; beyond that the oldest go, and the end of a line is cut. */
export const maxLogLines = 50_000;
export const maxLineLength = 2000;
/** How many go at once when there are too many: dropping one by one would cost more than it saves. */
const dropLines = 1000;

const escapeCharacter = String.fromCharCode(27);
/** Terminal sequences (CSI, OSC, two-character ones) and control characters but tab. */
const invisible = new RegExp(
  `${escapeCharacter}(?:\\[[0-9;?]*[ -/]*[@-~]|\\][^\\u0007${escapeCharacter}]*(?:\\u0007|${escapeCharacter}\\\\)?|.)|[\\u0000-\\u0008\\u000b-\\u001f\\u007f]`,
  'g',
);

/** A stream of bytes as lines of plain text, bounded. Lines are numbered from 0 on for as long as the stream lasts. */
export class LogBuffer {
  readonly #decoder = new TextDecoder();
  readonly #format: (line: string) => string;
  #lines: string[] = [];
  #first = 0;
  /** The last line while its end has not come yet. */
  #rest = '';

  /** `format` is how a whole line is shown. */
  constructor(format: (line: string) => string = (line) => line) {
    this.#format = format;
  }

  /** Number of the oldest line that is kept. */
  get first(): number {
    return this.#first;
  }
  /** Number after the newest line; an unfinished one counts. */
  get end(): number {
    return this.#first + this.#lines.length + (this.#rest === '' ? 0 : 1);
  }
  /** Number after the newest finished line: those before it never change. */
  get settled(): number {
    return this.#first + this.#lines.length;
  }

  /** The line of this number; empty when it is not kept. */
  line(number: number): string {
    const index = number - this.#first;
    if (index === this.#lines.length) return clean(this.#rest);
    return this.#lines[index] ?? '';
  }

  feed(bytes: Uint8Array): void {
    const parts = (this.#rest + this.#decoder.decode(bytes, { stream: true })).split('\n');
    // A line without end must not grow for ever; what is cut off is never shown anyway.
    this.#rest = (parts.pop() ?? '').slice(0, maxLineLength * 2);
    for (const part of parts) this.#lines.push(this.#format(clean(part)));
    if (this.#lines.length < maxLogLines) return;
    const drop = this.#lines.length - maxLogLines + dropLines;
    this.#lines.splice(0, drop);
    this.#first += drop;
  }

  clear(): void {
    this.#first = this.end;
    this.#lines = [];
    this.#rest = '';
  }
}

function clean(line: string): string {
  const text = line.slice(0, maxLineLength * 2).replace(invisible, '');
  return text.length > maxLineLength ? `${text.slice(0, maxLineLength)}…` : text;
}
