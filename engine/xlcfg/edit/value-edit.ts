import type { ConfigDocument, ListNode, ValueNode } from '../syntax/document.ts';
import { isBlank, lineAround, type TextEdit } from './text-edit.ts';
import { inputText, type Input, type Quote, writeAtom, writeValue } from './write.ts';

const isList = (value: Input): value is readonly Input[] => Array.isArray(value);

/** Whether a node already has a value. */
export function sameValue(node: ValueNode, value: Input): boolean {
  if (node.kind === 'atom') return !isList(value) && node.text === inputText(value);
  return (
    isList(value) &&
    node.items.length === value.length &&
    node.items.every((item, index) => sameValue(item, value[index] as Input))
  );
}

function quoteOf(document: ConfigDocument, node: ValueNode): Quote {
  const first = node.kind === 'list' ? node.items[0] : node;
  if (first?.kind === 'list') return quoteOf(document, first);
  return first !== undefined && document.text[first.start] === "'" ? "'" : '"';
}

/** A new value in the manner of the old one: same kind of quotes, bare numbers stay bare. */
function rewrite(document: ConfigDocument, node: ValueNode, value: Input): string {
  const quote = quoteOf(document, node);
  if (isList(value)) return writeValue(value, quote);
  return writeAtom(value, quote, typeof value !== 'string' || (node.kind === 'atom' && !node.quoted));
}

/** The smallest edits after which a node has a value. */
export function valueEdits(document: ConfigDocument, node: ValueNode, value: Input): TextEdit[] {
  if (sameValue(node, value)) return [];
  if (node.kind === 'list' && isList(value) && node.items.length > 0 && value.length > 0)
    return new ListEditor(document, node).edits(value);
  return [{ start: node.start, end: node.end, text: rewrite(document, node, value) }];
}

const REST_OF_ITEM = /^[ \t]*,?[ \t]*(#.*)?$/;

/** Changes items in place, so that comments and layout around the others stay. */
class ListEditor {
  readonly #document: ConfigDocument;
  readonly #text: string;
  readonly #items: readonly ValueNode[];
  readonly #node: ListNode;

  constructor(document: ConfigDocument, node: ListNode) {
    this.#document = document;
    this.#text = document.text;
    this.#node = node;
    this.#items = node.items;
  }

  edits(value: readonly Input[]): TextEdit[] {
    const items = this.#items;
    const shorter = Math.min(items.length, value.length);
    let head = 0;
    while (head < shorter && sameValue(items[head] as ValueNode, value[head] as Input)) head++;
    let tail = 0;
    while (tail < shorter - head && sameValue(items.at(-1 - tail) as ValueNode, value.at(-1 - tail) as Input))
      tail++;
    const old = items.slice(head, items.length - tail);
    const next = value.slice(head, value.length - tail);
    const both = Math.min(old.length, next.length);
    const replaced = old
      .slice(0, both)
      .flatMap((item, index) => valueEdits(this.#document, item, next[index] as Input));
    if (next.length > both) return [...replaced, ...this.#insert(head + both, next.slice(both))];
    return [...replaced, ...this.#remove(head + both, items.length - tail)];
  }

  #item(index: number): ValueNode {
    return this.#items[index] as ValueNode;
  }

  /** Blanks before an item that has a line of its own, or undefined. */
  #indent(item: ValueNode): string | undefined {
    const line = lineAround(this.#text, item.start, item.end);
    const before = this.#text.slice(line.start, item.start);
    const after = this.#text.slice(item.end, line.end);
    return line.start > this.#node.start && isBlank(before) && REST_OF_ITEM.test(after) ? before : undefined;
  }

  #insert(at: number, values: readonly Input[]): TextEdit[] {
    const first = at === 0;
    const neighbour = this.#item(first ? 0 : at - 1);
    const quote = quoteOf(this.#document, neighbour);
    const indent = this.#indent(neighbour);
    const texts = values.map((value) => writeValue(value, quote, indent ?? '    '));
    const { start, end } = neighbour;
    const gap = indent === undefined ? ' ' : `\n${indent}`;
    if (first) return [{ start, end: start, text: texts.map((text) => `${text},${gap}`).join('') }];
    if (indent === undefined)
      return [{ start: end, end, text: texts.map((text) => `,${gap}${text}`).join('') }];
    return this.#insertLines(end, indent, texts);
  }

  /** After the line of the item before, behind its comment. */
  #insertLines(end: number, indent: string, texts: readonly string[]): TextEdit[] {
    const line = lineAround(this.#text, end, end);
    const comma = /^[ \t]*,/.test(this.#text.slice(end, line.end));
    const lines = texts.map((text, index) => {
      const last = index === texts.length - 1;
      return `\n${indent}${text}${comma || !last ? ',' : ''}`;
    });
    const inserted: TextEdit = { start: line.end, end: line.end, text: lines.join('') };
    return comma ? [inserted] : [{ start: end, end, text: ',' }, inserted];
  }

  /** Items from `from` up to, not including, `to`. */
  #remove(from: number, to: number): TextEdit[] {
    if (from >= to) return [];
    const going = this.#items.slice(from, to);
    if (going.every((item) => this.#indent(item) !== undefined)) {
      return going.map((item) => {
        const line = lineAround(this.#text, item.start, item.end);
        return { start: line.start, end: Math.min(line.end + 1, this.#text.length), text: '' };
      });
    }
    if (to < this.#items.length)
      return [{ start: this.#item(from).start, end: this.#item(to).start, text: '' }];
    return [{ start: this.#item(from - 1).end, end: this.#item(to - 1).end, text: '' }];
  }
}
