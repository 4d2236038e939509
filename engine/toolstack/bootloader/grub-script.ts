/** A piece of a word: text as it stands, or a variable. */
export type WordPart = { readonly text: string } | { readonly variable: string };
export type Word = readonly WordPart[];

export interface GrubCommand {
  readonly kind: 'command';
  readonly words: readonly Word[];
  /** `{ … }` behind the words: what a menuentry or a submenu holds. */
  readonly block: readonly GrubStatement[] | null;
}
export interface GrubIf {
  readonly kind: 'if';
  readonly branches: readonly {
    readonly test: readonly GrubStatement[];
    readonly body: readonly GrubStatement[];
  }[];
}
export type GrubStatement = GrubCommand | GrubIf;

/** Blocks within blocks; a real grub.cfg has about five. What is deeper is left out. */
const maxDepth = 32;

type Token = { readonly word: Word; readonly bare: string | null } | 'end';

/**
 * Reads GRUB 2's script into statements. Functions and loops are left out, and so is whatever is not understood; it
 * never throws and takes time in proportion to the text.
 */
export function parseGrubScript(text: string): readonly GrubStatement[] {
  return new Parser(tokens(text)).statements(new Set(), 0);
}

const variableName = /^(?:\{([A-Za-z0-9_?#@*]{1,64})\}|([A-Za-z_][A-Za-z0-9_]{0,63}|[0-9?#@*]))/;

/** Words and ends of commands. A bare word (no quotes, no variables) may be a keyword. */
function tokens(text: string): Token[] {
  const found: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const char = text[at] ?? '';
    if (char === '\n' || char === ';') {
      found.push('end');
      at += 1;
    } else if (/\s/.test(char)) at += 1;
    else if (text.startsWith('\\\n', at)) at += 2;
    else if (char === '#') {
      const end = text.indexOf('\n', at);
      at = end < 0 ? text.length : end;
    } else {
      const { word, bare, next } = readWord(text, at);
      found.push({ word, bare });
      at = next;
    }
  }
  return found;
}

function readWord(text: string, start: number): { word: Word; bare: string | null; next: number } {
  const parts: WordPart[] = [];
  let plain = '';
  let bare = true;
  let quoted = false;
  let at = start;
  const flush = (): void => {
    if (plain !== '') parts.push({ text: plain });
    plain = '';
  };
  while (at < text.length) {
    const char = text[at] ?? '';
    if (!quoted && /[\s;]/.test(char)) break;
    if (char === '"') {
      // Even nothing between quotes is a word.
      if (!quoted) parts.push({ text: '' });
      [quoted, bare] = [!quoted, false];
      at += 1;
    } else if (char === "'" && !quoted) {
      const end = text.indexOf("'", at + 1);
      const stop = end < 0 ? text.length : end;
      plain += text.slice(at + 1, stop);
      bare = false;
      at = stop + 1;
    } else if (char === '\\') {
      const next = text[at + 1] ?? '';
      if (next !== '\n') plain += quoted && !/["$\\]/.test(next) ? `\\${next}` : next;
      bare = false;
      at += 2;
    } else {
      const [whole, braced, simple] =
        char === '$' ? (variableName.exec(text.slice(at + 1, at + 70)) ?? []) : [];
      const variable = braced ?? simple;
      if (variable !== undefined && whole !== undefined) {
        flush();
        parts.push({ variable });
        bare = false;
        at += 1 + whole.length;
      } else {
        plain += char;
        at += 1;
      }
    }
  }
  const only = bare ? plain : null;
  flush();
  return { word: parts, bare: only, next: at };
}

const loops: Record<string, string> = { for: 'done', while: 'done', until: 'done' };

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  /** Statements up to one of the closing keywords, which is left for the caller. */
  statements(closing: ReadonlySet<string>, depth: number): GrubStatement[] {
    const found: GrubStatement[] = [];
    while (this.#at < this.#tokens.length) {
      const word = this.#bare();
      if (word !== null && closing.has(word)) break;
      const statement = this.#statement(depth);
      if (statement && depth <= maxDepth) found.push(statement);
    }
    return found;
  }

  #bare(): string | null {
    const token = this.#tokens[this.#at];
    return token === undefined || token === 'end' ? null : token.bare;
  }

  #statement(depth: number): GrubStatement | null {
    const word = this.#bare();
    if (word === 'if') return this.#conditional(depth);
    if (word !== null && Object.hasOwn(loops, word)) return this.#skipLoop();
    return this.#command(depth);
  }

  #conditional(depth: number): GrubStatement | null {
    // Beyond the deepest level the keywords are read as commands, which do nothing: no recursion without end.
    if (depth > maxDepth) return this.#command(depth);
    const branches: { test: GrubStatement[]; body: GrubStatement[] }[] = [];
    let keyword = this.#bare();
    while (keyword === 'if' || keyword === 'elif') {
      this.#at += 1;
      const test = this.statements(afterTest, depth + 1);
      if (this.#bare() === 'then') this.#at += 1;
      branches.push({ test, body: this.statements(afterBody, depth + 1) });
      keyword = this.#bare();
    }
    if (keyword === 'else') {
      this.#at += 1;
      branches.push({ test: [], body: this.statements(endOfIf, depth + 1) });
    }
    if (this.#bare() === 'fi') this.#at += 1;
    return { kind: 'if', branches };
  }

  #skipLoop(): null {
    let open = 0;
    for (; this.#at < this.#tokens.length; this.#at += 1) {
      const word = this.#bare();
      if (word !== null && Object.hasOwn(loops, word)) open += 1;
      if (word === 'done' && --open === 0) {
        this.#at += 1;
        break;
      }
    }
    return null;
  }

  #command(depth: number): GrubStatement | null {
    const words: Word[] = [];
    for (; this.#at < this.#tokens.length; this.#at += 1) {
      const token = this.#tokens[this.#at];
      if (token === undefined || token === 'end') {
        this.#at += 1;
        break;
      }
      if (token.bare === '{' && depth <= maxDepth) {
        this.#at += 1;
        const block = this.statements(endOfBlock, depth + 1);
        if (this.#bare() === '}') this.#at += 1;
        return { kind: 'command', words, block };
      }
      if (token.bare === '}' && words.length > 0) break;
      words.push(token.word);
    }
    return words.length === 0 ? null : { kind: 'command', words, block: null };
  }
}

const afterTest: ReadonlySet<string> = new Set(['then']);
const afterBody: ReadonlySet<string> = new Set(['elif', 'else', 'fi']);
const endOfIf: ReadonlySet<string> = new Set(['fi']);
const endOfBlock: ReadonlySet<string> = new Set(['}']);
