/**
 * Text of another computer for people: no control characters (they could write over a terminal or hide words), at most
 * `maxLength` characters. Line breaks stay when `lines` says so.
 */
export function clean(text: string, maxLength = 500, lines: 'keep lines' | 'one line' = 'one line'): string {
  const kept =
    lines === 'keep lines'
      ? /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g
      : /[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+/g;
  const plain = text
    .slice(0, maxLength * 4)
    .replace(/\r\n?/g, '\n')
    .replace(kept, ' ')
    .trim();
  return plain.length > maxLength ? `${plain.slice(0, maxLength - 1)}…` : plain;
}

/** UTF-8 as far as it goes. */
export const decode = (bytes: Uint8Array): string => new TextDecoder('utf-8').decode(bytes);

/**
 * Whole lines out of chunks. A line longer than `maxBytes` is cut there and its rest dropped, so that endless lines cost
 * no memory.
 */
export class LineSplitter {
  readonly #maxBytes: number;
  readonly #onLine: (line: string) => void;
  #parts: Uint8Array[] = [];
  #bytes = 0;

  constructor(onLine: (line: string) => void, maxBytes = 8192) {
    this.#onLine = onLine;
    this.#maxBytes = maxBytes;
  }

  push(chunk: Uint8Array): void {
    let from = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      this.#keep(chunk.subarray(from, at));
      this.#emit();
      from = at + 1;
    }
    this.#keep(chunk.subarray(from));
  }

  /** The last line need not have ended. */
  end(): void {
    if (this.#bytes > 0) this.#emit();
  }

  #keep(part: Uint8Array): void {
    const room = this.#maxBytes - this.#bytes;
    if (part.length === 0 || room <= 0) return;
    const kept = part.slice(0, room);
    this.#parts.push(kept);
    this.#bytes += kept.length;
  }

  #emit(): void {
    const line = decode(
      this.#parts.length === 1 ? (this.#parts[0] ?? new Uint8Array(0)) : Buffer.concat(this.#parts),
    );
    this.#parts = [];
    this.#bytes = 0;
    this.#onLine(line.endsWith('\r') ? line.slice(0, -1) : line);
  }
}

export const asError = (reason: unknown): Error =>
  reason instanceof Error ? reason : new Error(String(reason));
