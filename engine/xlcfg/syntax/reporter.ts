import { trimEndBlanks } from '../cnumber.ts';
import type { Diagnostic, DiagnosticKind } from './document.ts';
import type { Lexer } from './lexer.ts';

const PYTHON_HINT = [
  'warning: Config file looks like it contains Python code.',
  'warning:  Arbitrary Python is no longer supported.',
  'warning:  See https://wiki.xen.org/wiki/PythonInXlConfig',
].join('\n');

/** More errors than this are counted, not kept. */
const MAX_DIAGNOSTICS = 1000;
/** At most so many expected tokens are named; with more the list is left out. */
const MAX_EXPECTED = 4;
/** Longest offending text kept in a message; the real tool prints it whole. */
const MAX_NEAR = 4096;

/** Makes the real tool's error lines out of the lexer's position (xl-cfg reference §2). */
export class Reporter {
  readonly diagnostics: Diagnostic[] = [];
  readonly source: string;
  readonly text: string;
  failed = false;
  /** A line with a lexical error gets no further message. */
  #lexicalLine = -1;

  constructor(source: string, text: string) {
    this.source = source;
    this.text = text;
  }

  /** A problem seen while reading the current text. */
  atLexer(lexer: Lexer, reason: string, kind: Exclude<DiagnosticKind, 'syntax' | 'python-hint'>): void {
    this.#add(lexer, lexer.line, reason, { kind });
    this.#lexicalLine = lexer.line;
    this.failed = true;
  }

  syntax(lexer: Lexer, unexpected: string, expecting: readonly string[]): void {
    const named = expecting.length <= MAX_EXPECTED ? expecting : [];
    const list = named.length > 0 ? `, expecting ${named.join(' or ')}` : '';
    const reason = `syntax error, unexpected ${unexpected}${list}`;
    this.#add(lexer, lexer.tokenLine, reason, { kind: 'syntax', unexpected, expecting: named });
    this.failed = true;
  }

  finish(likelyPython: boolean): void {
    if (!this.failed || !likelyPython) return;
    const first = this.diagnostics[0];
    const range = first?.range ?? { start: 0, end: 0, line: 1, column: 1, endColumn: 1 };
    this.diagnostics.push({ severity: 'warning', kind: 'python-hint', text: PYTHON_HINT, range });
  }

  #add(
    lexer: Lexer,
    line: number,
    reason: string,
    details: Pick<Diagnostic, 'kind' | 'unexpected' | 'expecting'>,
  ): void {
    if (line <= this.#lexicalLine || this.diagnostics.length >= MAX_DIAGNOSTICS) return;
    let near = this.text.slice(lexer.start, Math.min(lexer.end, lexer.start + MAX_NEAR));
    let printedLine = line;
    let place = '';
    if (near.endsWith('\n')) {
      near = near.slice(0, -1);
      printedLine--;
      if (near === '') place = '<newline>';
    }
    near = trimEndBlanks(near);
    if (place === '') place = `\`${near}'`;
    const text = `${this.source}:${printedLine}: config parsing error near ${place}: ${reason}`;
    this.diagnostics.push({
      severity: 'error',
      text,
      line: printedLine,
      near: near === '' ? place : near,
      range: this.#range(lexer),
      ...details,
    });
  }

  /** Tokens never span lines, so the lexer's own count tells where this one began. */
  #range(lexer: Lexer): Diagnostic['range'] {
    const { text } = this;
    const { start, end } = lexer;
    const endsLine = end > start && text.charCodeAt(end - 1) === 0x0a;
    const line = endsLine ? lexer.line - 1 : lexer.line;
    const lineStart = text.lastIndexOf('\n', start - 1) + 1;
    const stop = endsLine ? end - 1 : end;
    return { start, end: stop, line, column: start - lineStart + 1, endColumn: stop - lineStart + 1 };
  }
}
