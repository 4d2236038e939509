import type { SourceLine } from './clean.ts';

/** A piece of an old configuration. */
export type Statement =
  | { readonly kind: 'blank'; readonly line: number; readonly text: string }
  | {
      readonly kind: 'assignment';
      readonly line: number;
      readonly text: string;
      readonly key: string;
      readonly op: '=' | '+=';
      readonly value: string;
      /** With its `#`, or empty. */
      readonly comment: string;
      /** Inside the branch of an `if` that is kept. */
      readonly conditional: boolean;
    }
  | { readonly kind: 'code'; readonly line: number; readonly text: string; readonly why: string };

const ASSIGNMENT = /^\s*([A-Za-z_][A-Za-z0-9_.-]*)\s*(\+?=)(?!=)/;
const BLOCK = /^\s*(if|elif|else|for|while|def|class|try|except|finally|with)\b.*:\s*(#.*)?$/;
const CODE = /^\s*(import|from|print|return|pass|raise|assert|del|global|exec)\b/;
/** A text or a list may run over this many lines. */
const MAX_LINES = 100;
/** So many lines may be looked at in vain for a closing bracket, in the whole text. */
const MAX_WASTED_LINES = 20_000;

interface Scan {
  readonly depth: number;
  readonly quote: string;
  /** Where a comment starts, or -1. */
  readonly comment: number;
}

/** Follows quotes and brackets through one more line. */
function scan(text: string, from: Scan): Scan {
  let { depth, quote } = from;
  for (let at = 0; at < text.length; at++) {
    const char = text[at] as string;
    if (quote !== '') {
      if (char === '\\') at++;
      else if (text.startsWith(quote, at)) {
        at += quote.length - 1;
        quote = '';
      }
    } else if (char === '#') return { depth, quote, comment: at };
    else if (char === '"' || char === "'") {
      quote = text.startsWith(char.repeat(3), at) ? char.repeat(3) : char;
      at += quote.length - 1;
    } else if ('[({'.includes(char)) depth++;
    else if ('])}'.includes(char)) depth--;
  }
  return { depth, quote, comment: -1 };
}

const START: Scan = { depth: 0, quote: '', comment: -1 };

const indentation = (text: string): number => /^\s*/.exec(text)?.[0].length ?? 0;

class Splitter {
  readonly statements: Statement[] = [];
  readonly #lines: readonly SourceLine[];
  #at = 0;
  /** Indentation of the `if` whose branches are being read, -1 outside. */
  #block = -1;
  #wasted = 0;
  /** Whether the current branch is dropped. */
  #skipping = false;

  constructor(lines: readonly SourceLine[]) {
    this.#lines = lines;
  }

  run(): Statement[] {
    while (this.#at < this.#lines.length) this.#one(this.#lines[this.#at] as SourceLine);
    return this.statements;
  }

  #one(line: SourceLine): void {
    const { text, number } = line;
    if (/^\s*(#.*)?$/.test(text)) {
      this.#at++;
      this.statements.push({ kind: 'blank', line: number, text });
      return;
    }
    const indent = indentation(text);
    const block = BLOCK.exec(text)?.[1];
    if (block !== undefined) return this.#branch(line, block, indent);
    if (this.#block >= 0 && indent <= this.#block) this.#block = -1;
    const conditional = this.#block >= 0;
    if (conditional && this.#skipping)
      return this.#code(line, 'only the first branch of a condition is kept');
    if (CODE.test(text)) return this.#code(line, 'Python code is not run');
    const start = ASSIGNMENT.exec(text);
    if (start === null) return this.#code(line, 'this is no assignment');
    this.#assignment(line, start, conditional);
  }

  #code({ number, text }: SourceLine, why: string): void {
    this.#at++;
    this.statements.push({ kind: 'code', line: number, text, why });
  }

  #branch(line: SourceLine, word: string, indent: number): void {
    const first = word === 'if' || word === 'try' || word === 'with';
    if (this.#block < 0 || indent <= this.#block) {
      this.#block = indent;
      this.#skipping = !first;
    }
    this.#code(line, 'conditions are not decided here');
  }

  /** Takes further lines as long as a bracket or a text is open. */
  #assignment(line: SourceLine, start: RegExpExecArray, conditional: boolean): void {
    const pieces: string[] = [];
    let comment = '';
    let state = START;
    const reach = this.#wasted > MAX_WASTED_LINES ? 1 : MAX_LINES;
    const limit = Math.min(this.#lines.length, this.#at + reach);
    let end = this.#at;
    for (; end < limit; end++) {
      const text = (this.#lines[end] as SourceLine).text;
      const part = end === this.#at ? text.slice(start[0].length) : text;
      state = scan(part, state);
      pieces.push(state.comment < 0 ? part : part.slice(0, state.comment));
      if (state.comment >= 0) comment = comment === '' ? part.slice(state.comment) : comment;
      if (state.depth <= 0 && state.quote === '') break;
    }
    const closed = end < limit;
    if (!closed) this.#wasted += end - this.#at;
    const value = closed ? pieces.join('\n') : (pieces[0] as string);
    const consumed = closed ? end - this.#at + 1 : 1;
    const original = this.#lines.slice(this.#at, this.#at + consumed).map(({ text }) => text);
    this.#at += consumed;
    this.statements.push({
      kind: 'assignment',
      line: line.number,
      text: original.join('\n'),
      key: start[1] as string,
      op: start[2] as '=' | '+=',
      value: value.trim(),
      comment,
      conditional,
    });
  }
}

/** Splits cleaned lines into comments, assignments and code. */
export function splitStatements(lines: readonly SourceLine[]): Statement[] {
  return new Splitter(lines).run();
}
