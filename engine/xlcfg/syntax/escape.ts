import { strtoul } from '../cnumber.ts';

const SIMPLE: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  '\\': '\\',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

const BAD_NUMBER = (base: string): string =>
  `invalid digit after backslash ${base}numerical character escape in quoted string`;
const BAD_CHARACTER = 'invalid character after backlash in quoted string';

/**
 * Unescapes the quoted string `text[start..end)`. Escapes of numbers are kept as broken as they are in the real
 * tool (xl-cfg reference §1): `\x` never works; `\ooo` needs two more decimal digits after an octal one and then
 * stands for nothing. On an error the value is what was read until then.
 */
export function dequote(text: string, start: number, end: number): { value: string; error?: string } {
  const last = end - 1;
  let value = '';
  let from = start + 1;
  for (let at = text.indexOf('\\', from); at >= 0 && at < last; at = text.indexOf('\\', from)) {
    value += text.slice(from, at);
    const escaped = text[at + 1] as string;
    from = at + 2;
    const simple = SIMPLE[escaped];
    if (simple !== undefined) value += simple;
    else if (escaped === 'x') return { value, error: BAD_NUMBER('hex') };
    else if (escaped >= '0' && escaped <= '7') {
      const consumed = strtoul(text.slice(from, from + 3), 10).end;
      if (consumed <= 1) return { value, error: BAD_NUMBER('octal') };
      from += consumed;
    } else return { value, error: BAD_CHARACTER };
  }
  return { value: value + text.slice(from, last) };
}
