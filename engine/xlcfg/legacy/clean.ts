/** Takes away what typesetting, mail and shell put around an old configuration, line by line. */

export interface SourceLine {
  /** Line in the original text, from 1. */
  readonly number: number;
  readonly original: string;
  /** The line as it is read further. */
  readonly text: string;
}

export interface Note {
  readonly line: number;
  readonly before: string;
  readonly after: string;
  readonly why: string;
}

export interface Cleaned {
  readonly lines: readonly SourceLine[];
  readonly notes: readonly Note[];
}

interface Replacement {
  readonly pattern: RegExp;
  readonly by: string;
  readonly why: string;
  /** Comments may keep these characters. */
  readonly codeOnly: boolean;
}

const REPLACEMENTS: readonly Replacement[] = [
  {
    pattern: /[\uFEFF\u200B\u2060]/g,
    by: '',
    why: 'an invisible mark is not allowed in the file',
    codeOnly: false,
  },
  { pattern: /\r/g, by: '', why: 'lines end with a newline alone', codeOnly: false },
  {
    pattern: /[\u201C\u201D\u201E\u201F\u00AB\u00BB]/g,
    by: '"',
    why: 'typographic quotes are not quotes to xl',
    codeOnly: true,
  },
  {
    pattern: /[\u2018\u2019\u201A\u201B\u2032]/g,
    by: "'",
    why: 'typographic quotes are not quotes to xl',
    codeOnly: true,
  },
  { pattern: /[\u2010-\u2015\u2212]/g, by: '-', why: 'a typographic dash is not a hyphen', codeOnly: true },
  {
    pattern: /[\u00A0\u2000-\u200A\u202F\u3000]/g,
    by: ' ',
    why: 'only plain blanks separate words',
    codeOnly: true,
  },
];

const FENCE = /^\s*(?:```.*|\{%.*%\})\s*$/;
const HEREDOC = /^\s*(?:[#$]\s*)?cat\s*>{1,2}\s*\S+\s*<<-?\s*(?:(["']?)(\w+)\1)?\s*$/;
const DELIMITER_ALONE = /^\s*(["']?)(\w+)\1\s*$/;

function replaceCharacters({ number, original }: SourceLine, notes: Note[]): SourceLine {
  const comment = /^\s*#/.test(original);
  let text = original;
  const why: string[] = [];
  for (const replacement of REPLACEMENTS) {
    if (comment && replacement.codeOnly) continue;
    const next = text.replace(replacement.pattern, replacement.by);
    if (next !== text && !why.includes(replacement.why)) why.push(replacement.why);
    text = next;
  }
  if (why.length > 0) notes.push({ line: number, before: original, after: text, why: why.join('; ') });
  return { number, original, text };
}

/** The bodies of `cat > FILE << EOF`, when there are any: what stands around them is shell. */
class HeredocFilter {
  readonly kept: SourceLine[] = [];
  readonly notes: Note[] = [];
  found = false;
  #delimiter: string | undefined;
  /** The delimiter was wrapped to the next line. */
  #delimiterFollows = false;

  take(line: SourceLine): void {
    if (this.#delimiterFollows) {
      this.#delimiterFollows = false;
      this.#delimiter = DELIMITER_ALONE.exec(line.text)?.[2] ?? 'EOF';
      return this.#drop(line);
    }
    if (this.#delimiter !== undefined) {
      if (line.text.trim() === this.#delimiter) {
        this.#delimiter = undefined;
        return this.#drop(line);
      }
      this.kept.push(line);
      return;
    }
    const start = HEREDOC.exec(line.text);
    if (start !== null) {
      this.found = true;
      this.#delimiter = start[2];
      this.#delimiterFollows = start[2] === undefined;
    }
    this.#drop(line);
  }

  #drop(line: SourceLine): void {
    if (line.text.trim() !== '')
      this.notes.push({
        line: line.number,
        before: line.original,
        after: '',
        why: 'shell around the configuration',
      });
  }
}

export function cleanLines(text: string): Cleaned {
  const notes: Note[] = [];
  const raw = text.split('\n').map((original, index) => ({ number: index + 1, original, text: original }));
  const lines: SourceLine[] = [];
  for (const line of raw) {
    const cleaned = replaceCharacters(line, notes);
    if (FENCE.test(cleaned.text))
      notes.push({
        line: line.number,
        before: line.original,
        after: '',
        why: 'mark-up around the configuration',
      });
    else lines.push(cleaned);
  }
  const heredoc = new HeredocFilter();
  for (const line of lines) heredoc.take(line);
  if (!heredoc.found) return { lines, notes };
  return { lines: heredoc.kept, notes: [...notes, ...heredoc.notes] };
}
