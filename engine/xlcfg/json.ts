import type { Json } from './check/schema.ts';

/** Layout of a JSON library: blanks per level, text after a key, what an empty map or list looks like. */
interface Style {
  readonly indent: string;
  readonly colon: string;
}

/** As printed by Xen 4.17 (yajl): four blanks, an empty map holds an empty line. */
const YAJL: Style = { indent: '    ', colon: ': ' };

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

function quote(text: string): string {
  const escaped = text.replace(
    /["\\\u0000-\u001f]/g,
    (char) => ESCAPES[char] ?? `\\u${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`,
  );
  return `"${escaped}"`;
}

function block(open: string, close: string, items: readonly string[], level: number, style: Style): string {
  const outer = style.indent.repeat(level);
  if (items.length === 0) return `${open}\n\n${outer}${close}`;
  const inner = `${outer}${style.indent}`;
  return `${open}\n${items.map((item) => inner + item).join(',\n')}\n${outer}${close}`;
}

function print(value: Json, level: number, style: Style): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) {
    const items = (value as readonly Json[]).map((item) => print(item, level + 1, style));
    return block('[', ']', items, level, style);
  }
  const items = Object.entries(value).map(
    ([key, item]) => `${quote(key)}${style.colon}${print(item, level + 1, style)}`,
  );
  return block('{', '}', items, level, style);
}

/** The text `xl create -n` and `xl list -l` print, with the final newline. */
export function printDomainJson(value: Json): string {
  return `${print(value, 0, YAJL)}\n`;
}
