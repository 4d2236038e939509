import { configProblem } from './problem.ts';

/** ssh_config(5), line by line, by the rules of OpenSSH's readconf.c. Pure. */

export interface Line {
  /** In small letters. */
  readonly keyword: string;
  /** What follows it, as it is written. */
  readonly rest: string;
  readonly words: readonly string[];
  /** For people: `~/.ssh/config line 12`. */
  readonly where: string;
}

/** Keyword in small letters → what counts of it. */
export type Values = ReadonlyMap<string, readonly string[]>;

const maxLines = 20_000;

/** Words with quotes and backslashes taken away; what follows a # is no word. null: a quote has no end. */
export function splitWords(text: string): string[] | null {
  const words: string[] = [];
  let at = 0;
  while (at < text.length) {
    if (/[ \t]/.test(text[at] ?? '')) {
      at += 1;
      continue;
    }
    if (text[at] === '#') break;
    const word = oneWord(text, at);
    if (!word) return null;
    words.push(word.value);
    at = word.end;
  }
  return words;
}

function oneWord(text: string, from: number): { value: string; end: number } | null {
  let value = '';
  let quote = '';
  let at = from;
  for (; at < text.length; at += 1) {
    const letter = text[at] ?? '';
    const next = text[at + 1] ?? '';
    if (letter === '\\' && ('\'"\\'.includes(next || 'x') || (quote === '' && next === ' '))) {
      value += next;
      at += 1;
    } else if (quote === '' && /[ \t]/.test(letter)) break;
    else if (quote === '' && /['"]/.test(letter)) quote = letter;
    else if (letter === quote) quote = '';
    else value += letter;
  }
  return quote === '' ? { value, end: at } : null;
}

/** Lines that say something. Throws ConnectError for one that ssh would not take either. */
export function parseLines(text: string, file: string, matters: (keyword: string) => boolean): Line[] {
  const lines: Line[] = [];
  for (const [index, raw] of text.split('\n').slice(0, maxLines).entries()) {
    const match = /^\s*"?([^\s="]+)"?\s*=?\s*(.*?)\s*$/s.exec(raw);
    const keyword = match?.[1]?.toLowerCase() ?? '';
    if (keyword.startsWith('#') || !matters(keyword)) continue;
    const rest = match?.[2] ?? '';
    const where = `${file} line ${index + 1}`;
    if (rest === '') throw configProblem(where, `${match?.[1] ?? ''} says nothing`);
    const words = splitWords(rest);
    if (!words) throw configProblem(where, 'a quote has no end');
    lines.push({ keyword, rest, words, where });
  }
  return lines;
}

/** What `Match` asks for, word by word; only double quotes count there, and `=` separates too. */
export function criteriaWords({ rest, where }: Line): string[] {
  const words: string[] = [];
  const one = /\s*(?:"([^"]*)"|([^\s="]+))\s*=?\s*/y;
  while (one.lastIndex < rest.length) {
    const match = one.exec(rest);
    if (!match) throw configProblem(where, 'a quote has no end');
    const word = match[1] ?? match[2] ?? '';
    if (match[1] === undefined && word.startsWith('#')) break;
    words.push(word);
  }
  return words;
}
