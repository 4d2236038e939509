/**
 * Simple settings of an xl.cfg for a form: `key = "text"` and `key = 12` at the top level, each on its own line. What is
 * legal is the engine's to say; what is written otherwise (a list, `+=`, twice on one line) is left to the text.
 */
export type FieldValue =
  | { readonly kind: 'absent' }
  | { readonly kind: 'text' | 'number'; readonly value: string }
  /** There, but not in a form that a field can show. */
  | { readonly kind: 'other' };

interface Line {
  /** Offset of the line in the text, and of the end without the line feed. */
  readonly from: number;
  readonly to: number;
  readonly key: string;
  readonly operator: string;
  /** Offsets of the value, without blanks and comment. */
  readonly valueFrom: number;
  readonly valueTo: number;
}

/** Takes strings and comments out of a line, keeping its length, so that brackets in them do not count. */
function bare(line: string): string {
  return line.replace(/"[^"]*("|$)|'[^']*('|$)|#.*$/g, (part) =>
    (part.startsWith('#') ? ' ' : '"').repeat(part.length),
  );
}

/** Lines at the top level that set something. */
function assignments(text: string): Line[] {
  const found: Line[] = [];
  let depth = 0;
  let from = 0;
  for (const line of text.split('\n')) {
    const code = bare(line);
    const match = depth === 0 ? /^([ \t]*)([A-Za-z_]\w*)[ \t]*(\+?=)[ \t]*/.exec(code) : null;
    if (match) {
      const valueFrom = from + match[0].length;
      const valueTo = from + code.trimEnd().length;
      const [, , key = '', operator = ''] = match;
      found.push({
        from,
        to: from + line.length,
        key,
        operator,
        valueFrom,
        valueTo: Math.max(valueFrom, valueTo),
      });
    }
    for (const char of code) depth = Math.max(0, depth + (char === '[' ? 1 : char === ']' ? -1 : 0));
    from += line.length + 1;
  }
  return found;
}

function valueOf(source: string): FieldValue {
  const quoted = /^(["'])(.*)\1$/.exec(source);
  if (quoted && !(quoted[2] ?? '').includes(quoted[1] ?? '')) return { kind: 'text', value: quoted[2] ?? '' };
  return /^-?\w+$/.test(source) && /^-?\d/.test(source)
    ? { kind: 'number', value: source }
    : { kind: 'other' };
}

/** What the text says for `key`; the last assignment counts, as for xl. */
export function readField(text: string, key: string): FieldValue {
  const own = assignments(text).filter((line) => line.key === key);
  const last = own.at(-1);
  if (!last) return { kind: 'absent' };
  if (last.operator !== '=') return { kind: 'other' };
  return valueOf(text.slice(last.valueFrom, last.valueTo));
}

/** As xl's lexer takes it: no escapes, so a text with both kinds of quotes cannot be written. */
function quote(value: string): string | null {
  if (/[\n\r]/.test(value)) return null;
  if (!value.includes('"')) return `"${value}"`;
  return value.includes("'") ? null : `'${value}'`;
}

/**
 * The text with `key` set, changing nothing else; an empty value takes the setting out. null when the value cannot be
 * written, or what is there is not a field's to change.
 */
export function writeField(text: string, key: string, kind: 'text' | 'number', value: string): string | null {
  const now = readField(text, key);
  if (now.kind === 'other') return null;
  const last = assignments(text)
    .filter((line) => line.key === key)
    .at(-1);
  if (value === '') {
    if (!last) return text;
    const end = text[last.to] === '\n' ? last.to + 1 : last.to;
    return text.slice(0, last.from) + text.slice(end);
  }
  const written = kind === 'number' && /^\d+$/.test(value) ? value : quote(value);
  if (written === null) return null;
  if (last) return text.slice(0, last.valueFrom) + written + text.slice(last.valueTo);
  const gap = text === '' || text.endsWith('\n') ? '' : '\n';
  return `${text}${gap}${key} = ${written}\n`;
}
