import { setOption } from '../edit/edit.ts';
import { type Input, writeValue } from '../edit/write.ts';
import { optionInfo } from '../options/index.ts';
import { MAX_CONFIG_LENGTH, parseConfig } from '../syntax/parser.ts';
import { cleanLines, type Note } from './clean.ts';
import { type Constant, evaluate } from './expression.ts';
import { convertList } from './lists.ts';
import { kernelWords } from './network.ts';
import { convertOption } from './rules.ts';
import { splitStatements, type Statement } from './statements.ts';

/** Something that was changed; `after` is empty when it was taken out. */
export type ImportChange = Note;

/** Something a person has to look at; it stands in the new text as a comment. */
export interface ImportProblem {
  readonly line: number;
  readonly text: string;
  readonly why: string;
}

export interface ImportResult {
  /** Today's xl.cfg; parseConfig always accepts it. */
  readonly text: string;
  /** By line; empty when the text needed none. */
  readonly changes: readonly ImportChange[];
  readonly unconverted: readonly ImportProblem[];
}

type AssignmentStatement = Extract<Statement, { kind: 'assignment' }>;

/** More of a kind than this is counted, not listed. */
const MAX_LISTED = 2000;
const NOT_CONVERTED = '# not converted: ';

function toInput(value: Constant): Input {
  if (value === null) return '';
  return Array.isArray(value) ? (value as readonly Constant[]).map(toInput) : (value as Input);
}

/** `root="/dev/sda1 ro"` names the device that may be missing elsewhere. */
function rootDevice(statements: readonly Statement[]): string | undefined {
  for (const statement of statements) {
    if (statement.kind !== 'assignment' || statement.key !== 'root') continue;
    const device = /^["']\/dev\/((?:xvd|sd|hd)[a-z]+[0-9]*)/.exec(statement.value)?.[1];
    if (device !== undefined) return device;
  }
  return undefined;
}

function withoutEndOfLines(text: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === '\n') end--;
  return text.slice(0, end);
}

class Importer {
  readonly changes: ImportChange[];
  readonly unconverted: ImportProblem[] = [];
  readonly #out: string[] = [];
  readonly #names = new Map<string, Constant>();
  readonly #network = new Map<string, Constant>();
  readonly #networkNotes: Note[] = [];
  #rootDevice: string | undefined;

  constructor(notes: readonly Note[]) {
    this.changes = [...notes];
  }

  run(statements: readonly Statement[]): string {
    this.#rootDevice = rootDevice(statements);
    for (const statement of statements) this.#statement(statement);
    return this.#withNetwork(`${withoutEndOfLines(this.#out.join('\n'))}\n`);
  }

  #statement(statement: Statement): void {
    if (statement.kind === 'blank') this.#out.push(statement.text);
    else if (statement.kind === 'assignment') this.#assignment(statement);
    else if (statement.why === 'this is no assignment') this.#problem(statement, statement.why);
    else this.#change(statement, '', statement.why);
  }

  #change({ line, text }: Statement, after: string, why: string): void {
    if (this.changes.length < MAX_LISTED) this.changes.push({ line, before: text, after, why });
  }

  #problem({ line, text }: Statement, why: string): void {
    if (this.unconverted.length >= MAX_LISTED) return;
    this.unconverted.push({ line, text, why });
    for (const part of text.split('\n')) this.#out.push(`${NOT_CONVERTED}${part}`);
  }

  #assignment(statement: AssignmentStatement): void {
    const { key, value: text, conditional } = statement;
    const evaluated = evaluate(text, this.#names);
    const known = optionInfo(key) !== undefined;
    if (!evaluated.ok) {
      const outcome = convertOption(key, '');
      if (outcome.kind === 'drop') this.#change(statement, '', outcome.why);
      else if (known) this.#problem(statement, evaluated.why);
      else this.#change(statement, '', `Python code is not run: ${evaluated.why}`);
      return;
    }
    const { value } = evaluated;
    this.#names.set(key, value);
    const notes = conditional ? [...evaluated.notes, 'the condition was left out'] : evaluated.notes;
    this.#convert(statement, value, notes);
  }

  #convert(statement: AssignmentStatement, value: Constant, notes: readonly string[]): void {
    const { key } = statement;
    const outcome = convertOption(key, value);
    if (outcome.kind === 'network') {
      this.#network.set(key, value);
      this.#networkNotes.push({ line: statement.line, before: statement.text, after: '', why: '' });
    } else if (outcome.kind === 'drop') this.#change(statement, '', outcome.why);
    else if (outcome.kind === 'set') {
      const lines = outcome.entries.map(([name, input]) => `${name} = ${writeValue(input)}`);
      this.#rewrite(statement, lines, [outcome.why, ...notes]);
    } else if (optionInfo(key) === undefined)
      this.#change(statement, '', `xl knows no option ${key} and would silently ignore it`);
    else this.#keep(statement, value, notes);
  }

  #keep(statement: AssignmentStatement, value: Constant, notes: readonly string[]): void {
    const list = convertList(statement.key, value, this.#rootDevice);
    for (const { spec, why } of list?.failed ?? [])
      this.#problem({ kind: 'blank', line: statement.line, text: `${statement.key}: ${spec}` }, why);
    const why = [...notes, ...(list?.why ?? [])];
    const untouched = why.length === 0 && (list?.failed.length ?? 0) === 0;
    if (untouched && parseConfig(`${statement.text}\n`).ok) {
      this.#out.push(statement.text);
      return;
    }
    const input = list === undefined ? toInput(value) : list.items;
    const line = `${statement.key} ${statement.op} ${writeValue(input)}`;
    this.#rewrite(statement, [line], why.length > 0 ? why : ['written as xl reads it']);
  }

  #rewrite(statement: AssignmentStatement, lines: readonly string[], why: readonly string[]): void {
    const comment = statement.comment === '' ? '' : ` ${statement.comment}`;
    const [first = '', ...rest] = lines;
    const written = [`${first}${comment}`, ...rest];
    this.#out.push(...written);
    this.#change(statement, written.join('\n'), [...new Set(why)].join('; '));
  }

  /** What xm put on the kernel command line by itself has to stand there now. */
  #withNetwork(text: string): string {
    const words = kernelWords(this.#network);
    const key = parseConfig(text).settings.has('cmdline') ? 'cmdline' : 'extra';
    const why =
      words.length > 0
        ? `xl ignores this option; it was put into ${key}, where xm put it by itself`
        : 'xl ignores this option, and alone it had no effect in xm either';
    for (const note of this.#networkNotes.slice(0, MAX_LISTED))
      this.changes.push({ ...note, after: words.join(' '), why });
    if (words.length === 0) return text;
    const document = parseConfig(text);
    const before = document.settings.get(key)?.value;
    const parts = [...(typeof before === 'string' && before !== '' ? [before] : []), ...words];
    return setOption(document, key, parts.join(' '));
  }
}

/** The safety net: a line the parser does not take becomes a comment. */
function acceptable(text: string, unconverted: ImportProblem[]): string {
  const document = parseConfig(text);
  if (document.ok) return text;
  const bad = new Set(document.diagnostics.map(({ range }) => range.line));
  const lines = text.split('\n').map((line, index) => {
    if (!bad.has(index + 1) || line.startsWith('#')) return line;
    unconverted.push({ line: index + 1, text: line, why: 'xl would not read this line' });
    return `${NOT_CONVERTED}${line}`;
  });
  const next = lines.join('\n');
  if (next !== text && parseConfig(next).ok) return next;
  return `${text
    .split('\n')
    .map((line) => (line === '' ? '' : `${NOT_CONVERTED}${line}`))
    .join('\n')}\n`;
}

function refused(what: string): ImportResult {
  const why = `${what} longer than ${MAX_CONFIG_LENGTH} characters`;
  return { text: '', changes: [], unconverted: [{ line: 1, text: '', why }] };
}

/**
 * Turns an old configuration (xm's Python, word processor quotes, shell here-documents) into today's xl.cfg, with
 * a list of what was changed and why. Python is read, never run. Never throws.
 */
export function importLegacy(text: string): ImportResult {
  if (text.length > MAX_CONFIG_LENGTH) {
    return refused('the text is');
  }
  const { lines, notes } = cleanLines(text);
  const importer = new Importer(notes);
  const converted = importer.run(splitStatements(lines));
  if (converted.length > MAX_CONFIG_LENGTH) return refused('the new text would be');
  const unconverted = [...importer.unconverted];
  return {
    text: acceptable(converted, unconverted),
    changes: importer.changes.toSorted((a, b) => a.line - b.line),
    unconverted,
  };
}
