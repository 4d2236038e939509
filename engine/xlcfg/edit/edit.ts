import { trimEndBlanks } from '../cnumber.ts';
import type { Assignment, ConfigDocument, ListNode, ValueNode } from '../syntax/document.ts';
import { plainValue } from '../syntax/settings.ts';
import { inputText, type Input, type Quote, writeAtom, writeValue } from './write.ts';

/** Replace `text[start..end)` by `text`. Edits of one change do not overlap and come in ascending order. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let result = '';
  let from = 0;
  for (const edit of edits) {
    result += text.slice(from, edit.start) + edit.text;
    from = edit.end;
  }
  return result + text.slice(from);
}

const isList = (value: Input): value is readonly Input[] => Array.isArray(value);

function same(node: ValueNode, value: Input): boolean {
  if (node.kind === 'atom') return !isList(value) && node.text === inputText(value);
  return (
    isList(value) &&
    node.items.length === value.length &&
    node.items.every((item, index) => same(item, value[index] as Input))
  );
}

function quoteOf(document: ConfigDocument, node: ValueNode | undefined): Quote {
  if (node?.kind === 'list') return quoteOf(document, node.items[0]);
  return node !== undefined && document.text[node.start] === "'" ? "'" : '"';
}

/** A new value in the manner of the old one: same kind of quotes, bare numbers stay bare. */
function rewrite(document: ConfigDocument, node: ValueNode, value: Input): string {
  const quote = quoteOf(document, node);
  if (isList(value)) return writeValue(value, quote);
  const bare = typeof value !== 'string' || (node.kind === 'atom' && !node.quoted);
  return writeAtom(value, quote, bare);
}

/** The assignments that make up the effective value: the last `=` and each `+=` after it. */
function effective(document: ConfigDocument, key: string): readonly Assignment[] {
  const all = document.assignments.filter((assignment) => assignment.key === key);
  const base = all.findLastIndex(({ op }) => op === '=');
  return base < 0 ? all : all.slice(base);
}

/** What stands around an assignment, so that removing it leaves nothing odd behind. */
function removal(document: ConfigDocument, { start, end }: Assignment): TextEdit {
  const { text } = document;
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const newline = text.indexOf('\n', end);
  const lineEnd = newline < 0 ? text.length : newline;
  const before = text.slice(lineStart, start);
  const after = text.slice(end, lineEnd);
  const alone = /^[ \t]*$/.test(before) && /^[ \t]*(#.*)?$/.test(after);
  if (alone) return { start: lineStart, end: newline < 0 ? lineEnd : lineEnd + 1, text: '' };
  const separator = /^[ \t]*;[ \t]*/.exec(after);
  if (separator !== null) return { start, end: end + separator[0].length, text: '' };
  let from = trimEndBlanks(before);
  if (from.endsWith(';')) from = trimEndBlanks(from.slice(0, -1));
  return { start: lineStart + from.length, end, text: '' };
}

function byPosition(edits: readonly TextEdit[]): TextEdit[] {
  return [...edits].sort((a, b) => a.start - b.start);
}

/** Edits that take every assignment of a key away; a comment on the same line goes with it. */
export function removeOptionEdits(document: ConfigDocument, key: string): TextEdit[] {
  return byPosition(
    document.assignments.filter((item) => item.key === key).map((item) => removal(document, item)),
  );
}

function append(document: ConfigDocument, key: string, value: Input): TextEdit {
  const { text } = document;
  const lead = text === '' || text.endsWith('\n') ? '' : '\n';
  return { start: text.length, end: text.length, text: `${lead}${key} = ${writeValue(value)}\n` };
}

function listEdits(document: ConfigDocument, node: ListNode, value: readonly Input[]): TextEdit[] {
  const { items } = node;
  let head = 0;
  while (head < items.length && head < value.length && same(items[head] as ValueNode, value[head] as Input))
    head++;
  let tail = 0;
  const room = Math.min(items.length, value.length) - head;
  while (tail < room && same(items.at(-1 - tail) as ValueNode, value.at(-1 - tail) as Input)) tail++;
  const oldMiddle = items.slice(head, items.length - tail);
  const newMiddle = value.slice(head, value.length - tail);
  if (oldMiddle.length !== newMiddle.length && (oldMiddle.length > 0 || items.length === 0))
    return [{ start: node.start, end: node.end, text: relist(document, node, value) }];
  if (oldMiddle.length === 0)
    return newMiddle.length === 0 ? [] : [insertion(document, node, head, newMiddle)];
  return oldMiddle.flatMap((item, index) => valueEdits(document, item, newMiddle[index] as Input));
}

/** The whole list anew, keeping the text of items that stay. */
function relist(document: ConfigDocument, node: ListNode, value: readonly Input[]): string {
  const quote = quoteOf(document, node);
  const kept = node.items.map((item) => document.text.slice(item.start, item.end));
  const texts = value.map((item) => {
    const index = node.items.findIndex((old) => same(old, item));
    return index < 0 ? writeValue(item, quote, '    ') : (kept[index] as string);
  });
  if (texts.length === 0) return '[]';
  const multiline = document.text.slice(node.start, node.end).includes('\n');
  return multiline ? `[\n${texts.map((text) => `    ${text},\n`).join('')}]` : `[ ${texts.join(', ')} ]`;
}

/** New items between two old ones or at an end, on lines of their own if the list is laid out so. */
function insertion(document: ConfigDocument, node: ListNode, at: number, items: readonly Input[]): TextEdit {
  const { text } = document;
  const texts = items.map((item) => writeValue(item, quoteOf(document, node), '    '));
  const neighbour = node.items[at === 0 ? 0 : at - 1] as ValueNode;
  const lineStart = text.lastIndexOf('\n', neighbour.start - 1) + 1;
  const indent = text.slice(lineStart, neighbour.start);
  const ownLine = lineStart > node.start && /^[ \t]*$/.test(indent);
  const gap = ownLine ? `\n${indent}` : ' ';
  if (at === 0) {
    const start = neighbour.start;
    return { start, end: start, text: texts.map((item) => `${item},${gap}`).join('') };
  }
  return { start: neighbour.end, end: neighbour.end, text: texts.map((item) => `,${gap}${item}`).join('') };
}

function valueEdits(document: ConfigDocument, node: ValueNode, value: Input): TextEdit[] {
  if (same(node, value)) return [];
  if (node.kind === 'list' && isList(value)) return listEdits(document, node, value);
  return [{ start: node.start, end: node.end, text: rewrite(document, node, value) }];
}

/** The smallest edits after which `key` has this value; none when it already has. */
export function setOptionEdits(document: ConfigDocument, key: string, value: Input): TextEdit[] {
  const [base, ...rest] = effective(document, key);
  if (base === undefined) return [append(document, key, value)];
  if (rest.length === 0 && same(base.value, value)) return [];
  const edits = rest.map((item) => removal(document, item));
  if (base.op === '+=') {
    const start = document.text.indexOf('+=', base.keySpan.end);
    edits.push({ start, end: start + 2, text: '=' });
  }
  return byPosition([...edits, ...valueEdits(document, base.value, value)]);
}

/** The text with `key` set to a value, everything else untouched: comments, order, spacing. */
export function setOption(document: ConfigDocument, key: string, value: Input): string {
  return applyEdits(document.text, setOptionEdits(document, key, value));
}

/** The text without any assignment of `key`. */
export function removeOption(document: ConfigDocument, key: string): string {
  return applyEdits(document.text, removeOptionEdits(document, key));
}

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
