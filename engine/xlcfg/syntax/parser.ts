import type { Assignment, ConfigDocument, Diagnostic, ListNode, Span, ValueNode } from './document.ts';
import {
  ACCEPT_STATE,
  RULES,
  STATES,
  T,
  TERMINAL_COUNT,
  TERMINAL_NAMES,
  type Rule,
  type Terminal,
} from './grammar.ts';
import { Lexer } from './lexer.ts';
import { Reporter } from './reporter.ts';
import { SettingStore } from './settings.ts';

/** Largest configuration text read, in UTF-16 units. */
export const MAX_CONFIG_LENGTH = 1024 * 1024;
/** Lists may nest this deep; the real tool gives up at about 5,000. */
export const MAX_LIST_DEPTH = 64;

const RULE_NAMES = Object.keys(RULES) as Rule[];
const RULE_INDEX = new Map(RULE_NAMES.map((name, index) => [name, index]));
const NO_ACTION = -1;

/** Flat tables: shift target per state and terminal, rule per state and terminal, default rule per state. */
const SHIFT = new Int16Array(STATES.length * TERMINAL_COUNT).fill(NO_ACTION);
const REDUCE = new Int16Array(STATES.length * TERMINAL_COUNT).fill(NO_ACTION);
const DEFAULT = new Int16Array(STATES.length).fill(NO_ACTION);
/** States that reduce without looking at the next token. */
const BLIND = new Uint8Array(STATES.length);
for (const [index, state] of STATES.entries()) {
  for (const [name, target] of Object.entries(state.shift ?? {}))
    SHIFT[index * TERMINAL_COUNT + T[name as keyof typeof T]] = target;
  for (const [name, rule] of Object.entries(state.reduce ?? {}))
    REDUCE[index * TERMINAL_COUNT + T[name as keyof typeof T]] = RULE_INDEX.get(rule) as number;
  if (state.otherwise === undefined) continue;
  const rule = RULE_INDEX.get(state.otherwise) as number;
  DEFAULT[index] = rule;
  if (state.shift === undefined) BLIND[index] = 1;
}

/** After an error, further syntax errors stay silent until three tokens were shifted. */
const QUIET_TOKENS = 3;

/** Semantic value of a symbol on the stack. */
type Semantic = ValueNode | ListNode | KeyToken | string | undefined;
interface KeyToken extends Span {
  readonly name: string;
}

class Parser {
  readonly #report: Reporter;
  readonly #lexer: Lexer;
  readonly #store: SettingStore;
  readonly #assignments: Assignment[] = [];
  readonly #comments: (Span & { line: number })[] = [];
  readonly #states: number[] = [0];
  readonly #values: Semantic[] = [undefined];
  readonly #starts: number[] = [0];
  readonly #lines: number[] = [1];
  #lookahead: Terminal | undefined;
  #quiet = 0;
  #depth = 0;

  constructor(text: string, source: string) {
    this.#report = new Reporter(source, text);
    this.#lexer = new Lexer(text, {
      lexical: (reason, kind) => this.#report.atLexer(this.#lexer, reason, kind),
      comment: (start, end, line) => void this.#comments.push({ start, end, line }),
      failed: () => this.#report.failed,
    });
    this.#store = new SettingStore((reason) => this.#report.atLexer(this.#lexer, reason, 'concat-type'));
  }

  run(): ConfigDocument {
    const report = this.#report;
    while (this.#step());
    report.finish(this.#lexer.likelyPython);
    return {
      source: report.source,
      text: report.text,
      ok: !report.failed,
      assignments: this.#assignments,
      comments: this.#comments,
      settings: this.#store.settings,
      diagnostics: report.diagnostics,
    };
  }

  get #state(): number {
    return this.#states[this.#states.length - 1] as number;
  }

  /** One action of the automaton; false when parsing is over. */
  #step(): boolean {
    const state = this.#state;
    if (state === ACCEPT_STATE) return false;
    const blind = BLIND[state] === 1;
    if (blind) return this.#reduce(DEFAULT[state] as number);
    this.#lookahead ??= this.#lexer.next();
    const cell = state * TERMINAL_COUNT + this.#lookahead;
    const target = SHIFT[cell] as number;
    if (target !== NO_ACTION) return this.#shift(target);
    const rule = REDUCE[cell] as number;
    const chosen = rule === NO_ACTION ? (DEFAULT[state] as number) : rule;
    return chosen === NO_ACTION ? this.#recover(this.#lookahead) : this.#reduce(chosen);
  }

  #push(state: number, value: Semantic, start: number, line: number): void {
    this.#states.push(state);
    this.#values.push(value);
    this.#starts.push(start);
    this.#lines.push(line);
  }

  #drop(count: number): void {
    this.#states.length -= count;
    this.#values.length -= count;
    this.#starts.length -= count;
    this.#lines.length -= count;
  }

  #shift(target: number): boolean {
    const lexer = this.#lexer;
    const token = this.#lookahead as Terminal;
    if (token === T.open && ++this.#depth > MAX_LIST_DEPTH) {
      this.#report.atLexer(lexer, `lists nest deeper than ${MAX_LIST_DEPTH} levels`, 'too-deep');
      return false;
    }
    if (token === T.close) this.#depth--;
    this.#push(target, this.#tokenValue(token), lexer.start, lexer.tokenLine);
    this.#lookahead = undefined;
    if (this.#quiet > 0) this.#quiet--;
    return true;
  }

  #tokenValue(token: Terminal): Semantic {
    const lexer = this.#lexer;
    const { start, end } = lexer;
    if (token === T.ident) return { name: lexer.value, start, end };
    if (token !== T.string && token !== T.number) return undefined;
    return { kind: 'atom', text: lexer.value, quoted: token === T.string, start, end, line: lexer.tokenLine };
  }

  #reduce(index: number): boolean {
    const name = RULE_NAMES[index] as Rule;
    const [left, length] = RULES[name];
    const base = this.#values.length - length;
    // An empty right side sits where the symbol before it does; nobody asks for its position.
    const at = length === 0 ? base - 1 : base;
    const start = this.#starts[at] as number;
    const line = this.#lines[at] as number;
    const value = this.#meaning(name, base, start, line);
    this.#drop(length);
    const target = STATES[this.#state]?.goto?.[left];
    if (target === undefined) return false;
    this.#push(target, value, start, line);
    return true;
  }

  #meaning(rule: Rule, base: number, start: number, line: number): Semantic {
    const values = this.#values;
    switch (rule) {
      case 'opAssign':
        return '=';
      case 'opAdd':
        return '+=';
      case 'assignment':
        return this.#assign(base);
      case 'listValue': {
        const { items } = values[base + 2] as ListNode;
        return { kind: 'list', items, start, end: this.#lexer.end, line };
      }
      case 'emptyList':
        return { kind: 'list', items: [], start, end: start, line };
      case 'firstItem':
        return { kind: 'list', items: [values[base] as ValueNode], start, end: start, line };
      case 'nextItem':
        (values[base] as ListNode).items.push(values[base + 3] as ValueNode);
        return values[base];
      default:
        return values[base];
    }
  }

  #assign(base: number): undefined {
    const { name: key, start, end } = this.#values[base] as KeyToken;
    const op = this.#values[base + 1] as '=' | '+=';
    const value = this.#values[base + 2] as ValueNode;
    const line = this.#lines[base] as number;
    const assignment: Assignment = {
      key,
      keySpan: { start, end },
      op,
      value,
      line,
      start,
      end: value.end,
    };
    this.#assignments.push(assignment);
    // The real tool stores nothing any more once something was wrong; an editor still wants to see the rest.
    this.#store.assign(assignment, !this.#report.failed);
    return undefined;
  }

  /** Reports once, then skips to the next newline that ends a broken statement. */
  #recover(token: Terminal): boolean {
    if (this.#quiet === 0) this.#syntaxError(token);
    if (this.#quiet === QUIET_TOKENS) {
      if (token === T.end) return false;
      this.#lookahead = undefined;
    }
    this.#quiet = QUIET_TOKENS;
    this.#depth = 0;
    for (;;) {
      const target = STATES[this.#state]?.onError;
      if (target !== undefined) {
        this.#push(target, undefined, this.#lexer.start, this.#lexer.tokenLine);
        return true;
      }
      if (this.#states.length === 1) return false;
      this.#drop(1);
    }
  }

  #syntaxError(token: Terminal): void {
    const row = this.#state * TERMINAL_COUNT;
    const expecting = TERMINAL_NAMES.filter(
      (_, terminal) => SHIFT[row + terminal] !== NO_ACTION || REDUCE[row + terminal] !== NO_ACTION,
    );
    this.#report.syntax(this.#lexer, TERMINAL_NAMES[token], expecting);
  }
}

function tooLarge(text: string, source: string): ConfigDocument {
  const message = `${source}: config too large: ${text.length} characters, at most ${MAX_CONFIG_LENGTH} are read`;
  const diagnostic: Diagnostic = {
    severity: 'error',
    kind: 'too-large',
    text: message,
    range: { start: 0, end: 0, line: 1, column: 1, endColumn: 1 },
  };
  return {
    source,
    text,
    ok: false,
    assignments: [],
    comments: [],
    settings: new Map(),
    diagnostics: [diagnostic],
  };
}

/**
 * Reads a configuration as the real parser does (xl-cfg reference §1, §2). Never throws: what is wrong is in
 * `diagnostics`, with the exact texts and order of the real tool.
 * @param source name printed in messages, usually the path
 */
export function parseConfig(text: string, source = 'config'): ConfigDocument {
  return text.length > MAX_CONFIG_LENGTH ? tooLarge(text, source) : new Parser(text, source).run();
}
