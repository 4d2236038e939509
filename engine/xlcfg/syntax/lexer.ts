import { dequote } from './escape.ts';
import { T, type Terminal } from './grammar.ts';

/** Character classes; anything from 128 on is a stray character outside quotes and comments. */
const BLANK = 1;
const LOWER = 2;
const DIGIT = 4;
const HEXISH = 8; // continues a number: 0-9 a-f x
const NAME_TAIL = 16; // continues an identifier
const PYTHONISH = 32; // the stray characters that trigger the Python hint

const CLASS = new Uint8Array(128);
function classify(chars: string, bits: number): void {
  for (const char of chars) {
    const code = char.charCodeAt(0);
    CLASS[code] = (CLASS[code] ?? 0) | bits;
  }
}
classify(' \t', BLANK);
classify('abcdefghijklmnopqrstuvwxyz', LOWER | NAME_TAIL);
classify('0123456789', DIGIT | HEXISH | NAME_TAIL);
classify('._', NAME_TAIL);
classify('abcdefx', HEXISH);
classify('+-.():', PYTHONISH);

const SINGLE = new Map<number, Terminal>([
  [0x2c, T.comma],
  [0x5b, T.open],
  [0x5d, T.close],
  [0x3d, T.assign],
  [0x3b, T.semicolon],
]);
const SINGLE_OF = new Int8Array(128).fill(-1);
for (const [code, terminal] of SINGLE) SINGLE_OF[code] = terminal;

const NEWLINE = 0x0a;
const HASH = 0x23;
const PLUS = 0x2b;
const EQUALS = 0x3d;
const SINGLE_QUOTE = 0x27;
const DOUBLE_QUOTE = 0x22;
const BACKSLASH = 0x5c;

function classOf(code: number): number {
  return code < 128 ? (CLASS[code] as number) : 0;
}

export interface LexerEvents {
  /** Called with the lexer positioned on the offending text. */
  lexical(reason: string, kind: 'lexical' | 'escape'): void;
  comment(start: number, end: number, line: number): void;
  /** Whether an error was met before: strings are not unescaped any more then. */
  failed(): boolean;
}

/**
 * Tokens on demand (xl-cfg reference §1). `start`/`end` delimit the last text matched and `line` is the line the
 * lexer has reached, which is what error messages are made of; `tokenLine` is the line given to the last token.
 */
export class Lexer {
  start = 0;
  end = 0;
  line = 1;
  tokenLine = 1;
  likelyPython = false;
  readonly text: string;
  readonly #events: LexerEvents;
  #value: string | undefined;

  constructor(text: string, events: LexerEvents) {
    this.text = text;
    this.#events = events;
  }

  /** Text of the last identifier, number or string; strings unescaped. */
  get value(): string {
    return this.#value ?? this.text.slice(this.start, this.end);
  }

  next(): Terminal {
    for (;;) {
      const terminal = this.#scan();
      if (terminal !== undefined) return terminal;
    }
  }

  /** One token, or undefined when only something to complain about was found. */
  #scan(): Terminal | undefined {
    const { text } = this;
    let at = this.end;
    while (at < text.length && classOf(text.charCodeAt(at)) & BLANK) at++;
    this.start = at;
    this.#value = undefined;
    if (at >= text.length) return this.#finish();
    const code = text.charCodeAt(at);
    const kind = classOf(code);
    if (kind & LOWER) return this.#run(at + 1, NAME_TAIL, T.ident);
    if (kind & DIGIT) return this.#run(at + 1, HEXISH, T.number);
    if (code === NEWLINE) return this.#newline(at + 1);
    const single = code < 128 ? (SINGLE_OF[code] as number) : -1;
    if (single >= 0) return this.#token(at + 1, single as Terminal);
    if (code === HASH) return this.#comment(at);
    if (code === SINGLE_QUOTE || code === DOUBLE_QUOTE) return this.#string(at, code);
    if (code === PLUS && text.charCodeAt(at + 1) === EQUALS) return this.#token(at + 2, T.add);
    return this.#stray(at, kind);
  }

  #token(end: number, terminal: Terminal): Terminal {
    this.end = end;
    this.tokenLine = this.line;
    return terminal;
  }

  #run(at: number, mask: number, terminal: Terminal): Terminal {
    const { text } = this;
    while (at < text.length && classOf(text.charCodeAt(at)) & mask) at++;
    return this.#token(at, terminal);
  }

  #newline(end: number): Terminal {
    this.end = end;
    this.tokenLine = this.line;
    this.line++;
    return T.newline;
  }

  /** The end keeps the line of the token before it. */
  #finish(): Terminal {
    this.end = this.start;
    return T.end;
  }

  /** A comment is part of the newline that ends it; without one it is no comment. */
  #comment(at: number): Terminal | undefined {
    const stop = this.text.indexOf('\n', at);
    if (stop < 0) return this.#stray(at, 0);
    this.#events.comment(at, stop, this.line);
    return this.#newline(stop + 1);
  }

  #string(at: number, quote: number): Terminal | undefined {
    const { text } = this;
    let escaped = false;
    for (let i = at + 1; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code === quote) {
        this.#token(i + 1, T.string);
        this.#unescape(escaped);
        return T.string;
      }
      if (code === NEWLINE) break;
      if (code === BACKSLASH) {
        escaped = true;
        if (text.charCodeAt(++i) === NEWLINE) break;
      }
    }
    return this.#stray(at, 0);
  }

  #unescape(escaped: boolean): void {
    const inner = this.text.slice(this.start + 1, this.end - 1);
    if (!escaped || this.#events.failed()) {
      this.#value = inner;
      return;
    }
    const { value, error } = dequote(this.text, this.start, this.end);
    this.#value = value;
    if (error !== undefined) this.#events.lexical(error, 'escape');
  }

  /** A character no rule takes: it is reported with what follows up to the next blank or newline, and skipped. */
  #stray(at: number, kind: number): Terminal | undefined {
    const { text } = this;
    if (kind & PYTHONISH) this.likelyPython = true;
    // Quirk: as the very last byte it vanishes without a word (other than ASCII takes several bytes).
    if (at + 1 >= text.length && text.charCodeAt(at) < 128) {
      this.start = at;
      this.end = text.length;
      return T.end;
    }
    let end = at + 1;
    let code = text.charCodeAt(end);
    // The further bytes of a character other than ASCII count as what follows.
    const single = text.charCodeAt(at) < 128;
    if (single && code === NEWLINE) {
      this.end = end + 1;
      this.line++;
      this.tokenLine = this.line;
      this.#events.lexical('lexical error', 'lexical');
      return T.newline;
    }
    if (single && classOf(code) & BLANK) end++;
    else
      while (end < text.length && code !== NEWLINE && !(classOf(code) & BLANK)) code = text.charCodeAt(++end);
    this.end = end;
    this.#events.lexical('lexical error', 'lexical');
    return undefined;
  }
}
