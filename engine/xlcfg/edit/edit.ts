import { trimEndBlanks } from '../cnumber.ts';
import type { Assignment, ConfigDocument } from '../syntax/document.ts';
import { plainValue } from '../syntax/settings.ts';
import { applyEdits, inOrder, isBlank, lineAround, type TextEdit } from './text-edit.ts';
import { sameValue, valueEdits } from './value-edit.ts';
import { type Input, writeValue } from './write.ts';

/** The assignments that make up the effective value: the last `=` and each `+=` after it. */
function effective(document: ConfigDocument, key: string): readonly Assignment[] {
  const all = document.assignments.filter((assignment) => assignment.key === key);
  const base = all.findLastIndex(({ op }) => op === '=');
  return base < 0 ? all : all.slice(base);
}

/** What stands around an assignment, so that removing it leaves nothing odd behind. */
function removal(document: ConfigDocument, { start, end }: Assignment): TextEdit {
  const { text } = document;
  const line = lineAround(text, start, end);
  const before = text.slice(line.start, start);
  const after = text.slice(end, line.end);
  if (isBlank(before) && /^[ \t]*(#.*)?$/.test(after))
    return { start: line.start, end: Math.min(line.end + 1, text.length), text: '' };
  const separator = /^[ \t]*;[ \t]*/.exec(after);
  if (separator !== null) return { start, end: end + separator[0].length, text: '' };
  let kept = trimEndBlanks(before);
  if (kept.endsWith(';')) kept = trimEndBlanks(kept.slice(0, -1));
  return { start: line.start + kept.length, end, text: '' };
}

/** Edits that take every assignment of a key away; a comment on the same line goes with it. */
export function removeOptionEdits(document: ConfigDocument, key: string): TextEdit[] {
  const going = document.assignments.filter((assignment) => assignment.key === key);
  return inOrder(going.map((assignment) => removal(document, assignment)));
}

/** A last stray character is ignored when it is the very last; it must go when something follows. */
function strayTail({ ok, text, assignments }: ConfigDocument): number {
  const ignored =
    ok && text.length > (assignments.at(-1)?.end ?? 0) && !/[ \t\n;]/.test(text.at(-1) as string);
  return ignored ? text.length - 1 : text.length;
}

function append(document: ConfigDocument, key: string, value: Input): TextEdit {
  const { text } = document;
  const start = strayTail(document);
  const lead = start === 0 || text[start - 1] === '\n' ? '' : '\n';
  return { start, end: text.length, text: `${lead}${key} = ${writeValue(value)}\n` };
}

const KEY = /^[a-z][._0-9a-z]*$/;

/**
 * The smallest edits after which `key` has this value; none when it already has.
 * @throws {RangeError} when the grammar has no such key
 */
export function setOptionEdits(document: ConfigDocument, key: string, value: Input): TextEdit[] {
  if (!KEY.test(key)) throw new RangeError(`"${key}" cannot be the name of an option`);
  const [base, ...rest] = effective(document, key);
  if (base === undefined) return [append(document, key, value)];
  if (rest.length === 0 && sameValue(base.value, value)) return [];
  const edits = rest.map((assignment) => removal(document, assignment));
  if (base.op === '+=') {
    const start = document.text.indexOf('+=', base.keySpan.end);
    edits.push({ start, end: start + 2, text: '=' });
  }
  return inOrder([...edits, ...valueEdits(document, base.value, value)]);
}

/** The text with `key` set to a value, everything else untouched: comments, order, spacing. */
export function setOption(document: ConfigDocument, key: string, value: Input): string {
  return applyEdits(document.text, setOptionEdits(document, key, value));
}

/** The text without any assignment of `key`. */
export function removeOption(document: ConfigDocument, key: string): string {
  return applyEdits(document.text, removeOptionEdits(document, key));
}

/** The items of a list option; none when it is no list or not there. */
function currentList(document: ConfigDocument, key: string): Input[] {
  const list: Input[] = [];
  for (const { value } of effective(document, key)) {
    const plain = plainValue(value);
    if (typeof plain !== 'string') list.push(...plain);
  }
  return list;
}

/** The text with one more item in a list option; the option is made when it is not there. */
export function addListItem(document: ConfigDocument, key: string, item: Input): string {
  return setOption(document, key, [...currentList(document, key), item]);
}

/** The text with item number `index` of a list option replaced; unchanged when there is no such item. */
export function setListItem(document: ConfigDocument, key: string, index: number, item: Input): string {
  const list = currentList(document, key);
  return index in list ? setOption(document, key, list.with(index, item)) : document.text;
}

/** The text without item number `index` of a list option; unchanged when there is no such item. */
export function removeListItem(document: ConfigDocument, key: string, index: number): string {
  const list = currentList(document, key);
  return index in list ? setOption(document, key, list.toSpliced(index, 1)) : document.text;
}
