import { trimEndBlanks } from '../cnumber.ts';

/**
 * Reads the constant expressions old configurations hold: texts, numbers, lists, `+`, names of constants,
 * os.path.join. Nothing is executed; anything else is an answer of "cannot tell".
 */

export type Constant = string | number | boolean | null | readonly Constant[];

export type Evaluation =
  | {
      readonly ok: true;
      readonly value: Constant;
      /** Why it is not plain xl.cfg; empty when it is. */ readonly notes: readonly string[];
    }
  | { readonly ok: false; readonly why: string };

/** Lists and brackets may nest this deep. */
const MAX_DEPTH = 64;

const TOKEN =
  /\s+|[bru]{0,2}("""|'''|"|')|[A-Za-z_][A-Za-z0-9_.]*|[0-9][0-9A-Za-z_.]*|[[\](){},+\-*%/:=<>!;]/y;
const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
};
const NAMES: Readonly<Record<string, Constant>> = {
  True: true,
  False: false,
  None: null,
  true: true,
  false: false,
};

class Failure extends Error {}

class Reader {
  readonly #text: string;
  readonly #names: ReadonlyMap<string, Constant>;
  readonly notes = new Set<string>();
  #at = 0;
  #depth = 0;

  constructor(text: string, names: ReadonlyMap<string, Constant>) {
    this.#text = text;
    this.#names = names;
  }

  /** The whole text as one value. */
  all(): Constant {
    const value = this.#sum();
    if (this.#peek() !== '') throw new Failure(`cannot read "${this.#text.slice(this.#at).trim()}"`);
    return value;
  }

  #peek(): string {
    TOKEN.lastIndex = this.#at;
    const token = TOKEN.exec(this.#text)?.[0] ?? this.#text.slice(this.#at, this.#at + 1);
    if (token !== '' && token.trim() === '') {
      this.#at += token.length;
      return this.#peek();
    }
    return token;
  }

  #next(): string {
    const token = this.#peek();
    this.#at += token.length;
    return token;
  }

  #expect(token: string): void {
    if (this.#next() !== token) throw new Failure(`"${token}" is missing`);
  }

  #sum(): Constant {
    let value = this.#atom();
    while (this.#peek() === '+') {
      this.#next();
      this.notes.add('xl does not add texts together');
      value = this.#add(value, this.#atom());
    }
    return value;
  }

  #add(left: Constant, right: Constant): Constant {
    if (typeof left === 'string' && typeof right === 'string') return left + right;
    if (Array.isArray(left) && Array.isArray(right))
      return [...(left as Constant[]), ...(right as Constant[])];
    if (typeof left === 'number' && typeof right === 'number') return left + right;
    throw new Failure('only two texts, two lists or two numbers can be added');
  }

  #atom(): Constant {
    if (++this.#depth > MAX_DEPTH) throw new Failure(`brackets nest deeper than ${MAX_DEPTH} levels`);
    const value = this.#value();
    this.#depth--;
    return value;
  }

  #value(): Constant {
    const token = this.#next();
    if (/^[bru]{0,2}["']/.test(token)) return this.#strings(token);
    if (/^[0-9]/.test(token)) return this.#number(token);
    if (token === '[') return this.#list(']');
    if (token === '(') return this.#group();
    if (token === '-') {
      const value = this.#atom();
      if (typeof value !== 'number') throw new Failure('only a number can be negative');
      return -value;
    }
    if (/^[A-Za-z_]/.test(token)) return this.#name(token);
    throw new Failure(token === '' ? 'the value is missing' : `"${token}" is not understood`);
  }

  #number(token: string): Constant {
    if (/^(0[xX][0-9a-fA-F]+|[0-9]+)$/.test(token)) {
      const value = /^0[0-7]+$/.test(token) ? parseInt(token, 8) : Number(token);
      if (Number.isSafeInteger(value)) return value;
    }
    if (/^[0-9]+\.[0-9]+$/.test(token)) {
      this.notes.add('xl knows no fractions; the number was rounded');
      return Math.round(Number(token));
    }
    // Something like 512M: let the option's own rule decide.
    return token;
  }

  /** Adjacent texts run together, as in Python. */
  #strings(first: string): string {
    let value = this.#string(first);
    while (/^[bru]{0,2}["']/.test(this.#peek())) {
      this.notes.add('xl does not join adjacent texts');
      value += this.#string(this.#next());
    }
    return value;
  }

  #string(opening: string): string {
    const quote = opening.replace(/^[bru]+/, '');
    const raw = /^[bu]?r/.test(opening);
    if (quote.length === 3) this.notes.add('xl has no triple quotes');
    let value = '';
    for (;;) {
      const char = this.#text[this.#at];
      if (char === undefined) throw new Failure('a text is not closed');
      if (this.#text.startsWith(quote, this.#at)) break;
      if (char === '\n') {
        this.notes.add('a text broken over two lines was joined');
        value = trimEndBlanks(value);
        this.#at += (
          /^\n[ \t]*/.exec(this.#text.slice(this.#at, this.#at + 200)) as RegExpExecArray
        )[0].length;
        continue;
      }
      value += char === '\\' && !raw ? this.#escape() : char;
      this.#at++;
    }
    this.#at += quote.length;
    return value;
  }

  #escape(): string {
    const escaped = this.#text[++this.#at] ?? '';
    if (escaped === '\n') return '';
    return ESCAPES[escaped] ?? (/["'\\]/.test(escaped) ? escaped : `\\${escaped}`);
  }

  #list(close: string): Constant[] {
    const items: Constant[] = [];
    while (this.#peek() !== close) {
      items.push(this.#sum());
      if (this.#peek() !== ',') break;
      this.#next();
    }
    this.#expect(close);
    return items;
  }

  /** Brackets around one value, or a tuple. */
  #group(): Constant {
    const items: Constant[] = [];
    let tuple = false;
    while (this.#peek() !== ')') {
      items.push(this.#sum());
      if (this.#peek() !== ',') break;
      this.#next();
      tuple = true;
    }
    this.#expect(')');
    if (!tuple && items.length === 1) return items[0] as Constant;
    this.notes.add('xl knows lists, not tuples');
    return items;
  }

  #name(token: string): Constant {
    if (Object.hasOwn(NAMES, token)) {
      this.notes.add(`xl knows no word ${token}`);
      return NAMES[token] as Constant;
    }
    if (token === 'os.path.join' && this.#peek() === '(') {
      this.#next();
      const parts = this.#list(')');
      if (!parts.every((part) => typeof part === 'string')) throw new Failure('os.path.join takes texts');
      this.notes.add('os.path.join was worked out');
      return joinPath(parts);
    }
    const known = this.#names.get(token);
    if (known === undefined) throw new Failure(`the value of ${token} is not known here`);
    this.notes.add(`${token} was replaced by its value`);
    return known;
  }
}

/** As Python does: an absolute part starts anew. */
function joinPath(parts: readonly string[]): string {
  let path = '';
  for (const part of parts) {
    if (part.startsWith('/') || path === '') path = part;
    else path += path.endsWith('/') ? part : `/${part}`;
  }
  return path;
}

/** @param names constants assigned before */
export function evaluate(text: string, names: ReadonlyMap<string, Constant>): Evaluation {
  const reader = new Reader(text, names);
  try {
    const value = reader.all();
    return { ok: true, value, notes: [...reader.notes] };
  } catch (error) {
    if (error instanceof Failure) return { ok: false, why: error.message };
    throw error;
  }
}
