/**
 * Options of a subcommand, read the way getopt_long does it: short options may be grouped, long ones abbreviated, options
 * may follow positionals, `--` ends them. Source: xl-commands §1.
 */
export interface OptionSpec {
  /** Letter by which the command asks for it (also for long-only ones). */
  readonly key: string;
  readonly short?: string;
  readonly long?: string;
  readonly argument?: boolean;
}

export interface Options {
  /** Every occurrence in order, `true` for options without an argument. */
  readonly given: readonly { readonly key: string; readonly value: string | true }[];
  readonly positionals: readonly string[];
}

export type OptionsResult = Options | { readonly badOption: string };

interface Reading {
  readonly specs: readonly OptionSpec[];
  readonly words: readonly string[];
  readonly given: { key: string; value: string | true }[];
  at: number;
}

/** xl prints the letter getopt left behind: a blank for a long option, the letter itself for a short one. */
const badLong = { badOption: ' ' };

function readLong(reading: Reading, word: string): { badOption: string } | null {
  const [name = '', ...rest] = word.slice(2).split('=');
  const value = rest.length > 0 ? rest.join('=') : undefined;
  const exact = reading.specs.filter((spec) => spec.long === name);
  const matches = exact.length > 0 ? exact : reading.specs.filter((spec) => spec.long?.startsWith(name));
  const [spec] = matches;
  if (!spec || matches.length > 1) return badLong;
  if (!spec.argument) {
    if (value !== undefined) return badLong;
    reading.given.push({ key: spec.key, value: true });
    return null;
  }
  const argument = value ?? reading.words[reading.at++];
  if (argument === undefined) return badLong;
  reading.given.push({ key: spec.key, value: argument });
  return null;
}

function readShort(reading: Reading, word: string): { badOption: string } | null {
  for (let i = 1; i < word.length; i += 1) {
    const letter = word[i] ?? '';
    const spec = reading.specs.find(({ short }) => short === letter);
    if (!spec) return { badOption: letter };
    if (!spec.argument) {
      reading.given.push({ key: spec.key, value: true });
      continue;
    }
    const argument = i + 1 < word.length ? word.slice(i + 1) : reading.words[reading.at++];
    if (argument === undefined) return { badOption: letter };
    reading.given.push({ key: spec.key, value: argument });
    return null;
  }
  return null;
}

/**
 * Reads `words`. With `stopAtPositional` the first positional ends the options (getopt's `+`, used for global options).
 */
export function getopt(
  words: readonly string[],
  specs: readonly OptionSpec[],
  mode: { stopAtPositional?: boolean } = {},
): OptionsResult {
  const reading: Reading = { specs, words, given: [], at: 0 };
  const positionals: string[] = [];
  while (reading.at < words.length) {
    const word = words[reading.at++] ?? '';
    if (word === '--') break;
    if (word.length < 2 || !word.startsWith('-')) {
      positionals.push(word);
      if (mode.stopAtPositional) break;
      continue;
    }
    const bad = word.startsWith('--') ? readLong(reading, word) : readShort(reading, word);
    if (bad) return bad;
  }
  return { given: reading.given, positionals: [...positionals, ...words.slice(reading.at)] };
}
