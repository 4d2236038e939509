/** Writing values as configuration text; reading them back gives the same value. */

/** What may be written: booleans become 1 and 0, numbers decimal text. */
export type Input = string | number | boolean | readonly Input[];

export type Quote = '"' | "'";

const BARE_NUMBER = /^[0-9][0-9a-fx]*$/;
const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

/** The text a value is read back as. */
export function inputText(value: string | number | boolean): string {
  if (typeof value === 'boolean') return value ? '1' : '0';
  return String(value);
}

export function quoteText(text: string, quote: Quote = '"'): string {
  const escaped = text.replace(/[\\\x07\b\f\n\r\t\v]/g, (char) => ESCAPES[char] as string);
  return `${quote}${escaped.replaceAll(quote, `\\${quote}`)}${quote}`;
}

/** Numbers and booleans are written bare where the grammar allows it; text always in quotes. */
export function writeAtom(
  value: string | number | boolean,
  quote: Quote = '"',
  bare = typeof value !== 'string',
): string {
  const text = inputText(value);
  return bare && BARE_NUMBER.test(text) ? text : quoteText(text, quote);
}

const isList = (value: Input): value is readonly Input[] => Array.isArray(value);

/** Lists of one item stay on one line; longer ones take a line per item. */
export function writeValue(value: Input, quote: Quote = '"', indent = ''): string {
  if (!isList(value)) return writeAtom(value, quote);
  if (value.length === 0) return '[]';
  const inner = `${indent}    `;
  const items = value.map((item) => writeValue(item, quote, inner));
  if (items.length === 1) return `[ ${items[0]} ]`;
  return `[\n${items.map((item) => `${inner}${item},\n`).join('')}${indent}]`;
}
