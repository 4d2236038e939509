/** What parsing a configuration file yields. Offsets are UTF-16 positions in `text`; lines count from 1. */

export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface AtomNode extends Span {
  readonly kind: 'atom';
  /** Text after unescaping; a bare number equals the same number in quotes. */
  readonly text: string;
  readonly quoted: boolean;
  readonly line: number;
}

export interface ListNode extends Span {
  readonly kind: 'list';
  readonly items: ValueNode[];
  readonly line: number;
}

export type ValueNode = AtomNode | ListNode;

/** One `key = value` or `key += value` as written. */
export interface Assignment extends Span {
  readonly key: string;
  readonly keySpan: Span;
  readonly op: '=' | '+=';
  readonly value: ValueNode;
  readonly line: number;
}

/** Plain value of a setting: text or nested lists. */
export type Value = string | readonly Value[];

/** Effective value of a key: the last assignment wins, `+=` extends the one before. */
export interface Setting {
  readonly key: string;
  readonly value: Value;
  /** Whether the last assignment was `+=`; such a setting can never be read as a number (§2). */
  readonly appended: boolean;
  /** Line on which the value of the last assignment starts. */
  readonly line: number;
}

export type DiagnosticKind =
  'lexical' | 'escape' | 'syntax' | 'concat-type' | 'too-deep' | 'too-large' | 'python-hint';

export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  readonly kind: DiagnosticKind;
  /** What the real tool prints on stderr: one line, three for the Python hint. */
  readonly text: string;
  /** The printed line number: one too low when the offending token is a newline (§2). */
  readonly line?: number;
  readonly near?: string;
  readonly unexpected?: string;
  readonly expecting?: readonly string[];
  /** Where the offending text really is, for an editor. Lines and columns count from 1. */
  readonly range: Span & { readonly line: number; readonly column: number; readonly endColumn: number };
}

export interface ConfigDocument {
  /** Name printed in messages, usually the file's path. */
  readonly source: string;
  readonly text: string;
  /** False when anything was wrong; the tool then refuses the file. */
  readonly ok: boolean;
  /** Every assignment that could be read, in file order, also from a file with errors. */
  readonly assignments: readonly Assignment[];
  /** Comments without their newline, in file order. */
  readonly comments: readonly (Span & { readonly line: number })[];
  readonly settings: ReadonlyMap<string, Setting>;
  readonly diagnostics: readonly Diagnostic[];
}
