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

const NO_ACTION = -1;
const RULE_NAMES = Object.keys(RULES) as Rule[];
const LEFT_NAMES = [...new Set(RULE_NAMES.map((name) => RULES[name][0] as string))];
const LEFT_COUNT = LEFT_NAMES.length;
const RULE = Object.fromEntries(RULE_NAMES.map((name, index) => [name, index])) as Record<Rule, number>;

/** The automaton in flat tables: shifts, reductions and gotos per state, default rule per state. */
const SHIFT = new Int16Array(STATES.length * TERMINAL_COUNT).fill(NO_ACTION);
const REDUCE = new Int16Array(STATES.length * TERMINAL_COUNT).fill(NO_ACTION);
const GOTO = new Int16Array(STATES.length * LEFT_COUNT).fill(NO_ACTION);
const DEFAULT = new Int16Array(STATES.length).fill(NO_ACTION);
/** States that reduce without looking at the next token. */
const BLIND = new Uint8Array(STATES.length);
const RULE_LEFT = Int16Array.from(RULE_NAMES, (name) => LEFT_NAMES.indexOf(RULES[name][0]));
const RULE_LENGTH = Int16Array.from(RULE_NAMES, (name) => RULES[name][1]);

for (const [index, state] of STATES.entries()) {
  const cell = (name: string): number => index * TERMINAL_COUNT + T[name as keyof typeof T];
  for (const [name, target] of Object.entries(state.shift ?? {})) SHIFT[cell(name)] = target;
  for (const [name, rule] of Object.entries(state.reduce ?? {})) REDUCE[cell(name)] = RULE[rule];
  for (const [left, target] of Object.entries(state.goto ?? {}))
    GOTO[index * LEFT_COUNT + LEFT_NAMES.indexOf(left)] = target;
  if (state.otherwise === undefined) continue;
  DEFAULT[index] = RULE[state.otherwise];
  if (state.shift === undefined) BLIND[index] = 1;
}

/** A list takes at most five places on the stack until it is closed. */
const STACK_SIZE = 8 * (MAX_LIST_DEPTH + 4);

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
  readonly #states = new Int16Array(STACK_SIZE);
  readonly #values = new Array<Semantic>(STACK_SIZE).fill(undefined);
  readonly #starts = new Int32Array(STACK_SIZE);
  readonly #lines = new Int32Array(STACK_SIZE).fill(1);
  /** Index of the top of the stacks; the start state is at 0. */
  #top = 0;
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

  /** One action of the automaton; false when parsing is over. */
  #step(): boolean {
    const state = this.#states[this.#top] as number;
    if (BLIND[state] === 1) return this.#reduce(DEFAULT[state] as number);
    if (state === ACCEPT_STATE) return false;
    const token = (this.#lookahead ??= this.#lexer.next());
    const cell = state * TERMINAL_COUNT + token;
    const target = SHIFT[cell] as number;
    if (target !== NO_ACTION) return this.#shift(target, token);
    const rule = REDUCE[cell] as number;
    const chosen = rule === NO_ACTION ? (DEFAULT[state] as number) : rule;
    return chosen === NO_ACTION ? this.#recover(token) : this.#reduce(chosen);
  }

  #push(state: number, value: Semantic, start: number, line: number): void {
    const top = ++this.#top;
    this.#states[top] = state;
    this.#values[top] = value;
    this.#starts[top] = start;
    this.#lines[top] = line;
  }

  #shift(target: number, token: Terminal): boolean {
    const lexer = this.#lexer;
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

  #reduce(rule: number): boolean {
    const length = RULE_LENGTH[rule] as number;
    const base = this.#top - length + 1;
    // An empty right side sits where the symbol before it does; nobody asks for its position.
    const at = length === 0 ? this.#top : base;
    const start = this.#starts[at] as number;
    const line = this.#lines[at] as number;
    const value = this.#meaning(rule, base, start, line);
    this.#top -= length;
    const state = this.#states[this.#top] as number;
    const target = GOTO[state * LEFT_COUNT + (RULE_LEFT[rule] as number)] as number;
    this.#push(target, value, start, line);
    return true;
  }

  #meaning(rule: number, base: number, start: number, line: number): Semantic {
    const values = this.#values;
    switch (rule) {
      case RULE.opAssign:
        return '=';
      case RULE.opAdd:
        return '+=';
      case RULE.assignment:
        return this.#assign(base);
      case RULE.listValue: {
        const { items } = values[base + 2] as ListNode;
        return { kind: 'list', items, start, end: this.#lexer.end, line };
      }
      case RULE.emptyList:
        return { kind: 'list', items: [], start, end: start, line };
      case RULE.firstItem:
        return { kind: 'list', items: [values[base] as ValueNode], start, end: start, line };
      case RULE.nextItem:
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
      const target = STATES[this.#states[this.#top] as number]?.onError;
      if (target !== undefined) {
        this.#push(target, undefined, this.#lexer.start, this.#lexer.tokenLine);
        return true;
      }
      if (this.#top === 0) return false;
      this.#top--;
    }
  }

  #syntaxError(token: Terminal): void {
    const row = (this.#states[this.#top] as number) * TERMINAL_COUNT;
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
