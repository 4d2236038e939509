/** Lines kept of a console preview, and the longest one shown. */
const maxLines = 40;
const maxColumns = 200;

/**
 * The text of a serial line as plain lines: enough of a terminal for a preview (carriage return, backspace, tab;
 * escape sequences are dropped). Bounded whatever the guest sends.
 */
export class SerialText {
  #lines: string[] = [''];
  #column = 0;
  /** Inside an escape sequence: which kind. */
  #escape: 'none' | 'start' | 'csi' | 'osc' = 'none';
  #parameters = '';
  readonly #decoder = new TextDecoder();

  feed(bytes: Uint8Array): void {
    for (const char of this.#decoder.decode(bytes, { stream: true })) this.#put(char);
  }

  clear(): void {
    this.#lines = [''];
    this.#column = 0;
    this.#escape = 'none';
    this.#parameters = '';
  }

  /** The last `count` lines, without the empty ones at the end. */
  tail(count: number): string[] {
    const lines = this.#lines.map((line) => line.trimEnd());
    while (lines.length > 0 && lines.at(-1) === '') lines.pop();
    return lines.slice(-count);
  }

  #put(char: string): void {
    if (this.#escape !== 'none') return this.#inEscape(char);
    const control = this.#controls[char];
    if (control) return control();
    if (char < ' ') return;
    if (this.#column >= maxColumns) return;
    const line = this.#lines.at(-1) ?? '';
    const padded = line.padEnd(this.#column);
    this.#lines[this.#lines.length - 1] =
      padded.slice(0, this.#column) + char + padded.slice(this.#column + 1);
    this.#column += 1;
  }

  readonly #controls: Record<string, () => void> = {
    '\n': () => {
      this.#lines.push('');
      this.#column = 0;
      if (this.#lines.length > maxLines) this.#lines.shift();
    },
    '\r': () => void (this.#column = 0),
    '\b': () => void (this.#column = Math.max(0, this.#column - 1)),
    '\t': () => void (this.#column = Math.min(maxColumns, (Math.floor(this.#column / 8) + 1) * 8)),
    '\x1b': () => void (this.#escape = 'start'),
  };

  #inEscape(char: string): void {
    if (this.#escape === 'start') this.#escape = char === '[' ? 'csi' : char === ']' ? 'osc' : 'none';
    else if (this.#escape === 'csi') this.#endCsi(char);
    else if (char === '\x07' || char === '\x1b') this.#escape = char === '\x1b' ? 'start' : 'none';
  }

  /** Parameters, then a letter: K and J erase, everything else moves or colours what a preview does not show. */
  #endCsi(char: string): void {
    if (char < '@' || char > '~') {
      if (this.#parameters.length < 8) this.#parameters += char;
      return;
    }
    this.#escape = 'none';
    const line = this.#lines.length - 1;
    const whole = char === 'J' && /^[23]$/.test(this.#parameters);
    if (whole) this.clear();
    else if (char === 'K' || char === 'J')
      this.#lines[line] = (this.#lines[line] ?? '').slice(0, this.#column);
    this.#parameters = '';
  }
}
