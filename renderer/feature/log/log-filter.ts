/** Finds what is looked for in a line: where it begins and ends. Empty when it is not in it. */
export interface Matcher {
  /** Ranges in the line, ascending, not overlapping; at most `maxHits`. */
  find(line: string): readonly (readonly [from: number, to: number])[];
}

const maxHits = 50;

/**
 * A repetition inside a repetition, e.g. `(a+)+`: on a line that almost matches, such an expression can keep the window
 * busy for hours. An alternation that is repeated, e.g. `(a|aa)*`, can too.
 */
const explosive = /\((?:[^()\\]|\\.)*(?:[+*}]|\|)(?:[^()\\]|\\.)*\)(?:[+*]|\{\d+,?\d*\})/;

function textMatcher(text: string): Matcher {
  const wanted = text.toLowerCase();
  return {
    find(line) {
      const found: [number, number][] = [];
      const lower = line.toLowerCase();
      for (let at = lower.indexOf(wanted); at >= 0 && found.length < maxHits;) {
        found.push([at, at + wanted.length]);
        at = lower.indexOf(wanted, at + wanted.length);
      }
      return found;
    },
  };
}

function regexMatcher(source: string): Matcher | string {
  if (explosive.test(source)) return 'A repetition of a repetition would take too long. Write it without.';
  try {
    const pattern = new RegExp(source, 'gi');
    return {
      find(line) {
        const found: [number, number][] = [];
        for (const match of line.matchAll(pattern)) {
          found.push([match.index, match.index + match[0].length]);
          if (found.length >= maxHits) break;
        }
        return found;
      },
    };
  } catch (error) {
    return error instanceof Error
      ? error.message.replace(/^Invalid regular expression: /, '')
      : String(error);
  }
}

/** What finds `text`, or what is wrong with it; null when there is nothing to look for. */
export function matcherOf(text: string, regex: boolean): Matcher | string | null {
  if (text === '') return null;
  return regex ? regexMatcher(text) : textMatcher(text);
}

export interface Segment {
  readonly text: string;
  readonly hit: boolean;
}

/** The line in pieces, hits apart. Joined together they are the line. */
export function segmentsOf(line: string, matcher: Matcher | null): Segment[] {
  const segments: Segment[] = [];
  let end = 0;
  for (const [from, to] of matcher?.find(line) ?? []) {
    if (to === from) continue;
    if (from > end) segments.push({ text: line.slice(end, from), hit: false });
    segments.push({ text: line.slice(from, to), hit: true });
    end = to;
  }
  if (end < line.length || segments.length === 0) segments.push({ text: line.slice(end), hit: false });
  return segments;
}

interface Lines {
  readonly first: number;
  readonly end: number;
  readonly settled: number;
  line(number: number): string;
}

/** Numbers of the lines that match, kept up to date without looking at a line twice. */
export class LogIndex {
  #matcher: Matcher | null = null;
  #numbers: number[] = [];
  #seen = 0;

  setMatcher(matcher: Matcher | null): void {
    this.#matcher = matcher;
    this.#numbers = [];
    this.#seen = 0;
  }

  /** Numbers of the lines to show, ascending. */
  update(lines: Lines): readonly number[] {
    const shown = this.#numbers;
    // An unfinished line was maybe counted by what it was then.
    while ((shown.at(-1) ?? -1) >= this.#seen) shown.pop();
    for (let number = Math.max(this.#seen, lines.first); number < lines.end; number += 1)
      if (!this.#matcher || this.#matcher.find(lines.line(number)).length > 0) shown.push(number);
    this.#seen = lines.settled;
    const gone = shown.findIndex((number) => number >= lines.first);
    if (gone !== 0) shown.splice(0, gone < 0 ? shown.length : gone);
    return shown;
  }
}
