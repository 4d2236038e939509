/* Options as glibc's getopt_long reads them, with its complaints; unlike xl the tools go on after a bad one. */

export interface OptionSpec {
  readonly letter: string;
  readonly long?: string;
  readonly argument?: true;
}

export interface Words {
  readonly given: readonly { readonly letter: string; readonly argument: string }[];
  readonly positionals: readonly string[];
  /** Lines for standard error, in order. */
  readonly complaints: readonly string[];
}

interface Reading {
  readonly words: readonly string[];
  readonly specs: readonly OptionSpec[];
  readonly given: { letter: string; argument: string }[];
  readonly complaints: string[];
  at: number;
}

/** `program` is what the complaints begin with. Options may follow positionals; `--` ends them. */
export function readOptions(program: string, words: readonly string[], specs: readonly OptionSpec[]): Words {
  const reading: Reading = { words, specs, given: [], complaints: [], at: 0 };
  const positionals: string[] = [];
  while (reading.at < words.length) {
    const word = words[reading.at] as string;
    reading.at += 1;
    if (word === '--') break;
    if (word.startsWith('--')) readLong(reading, word.slice(2));
    else if (word.length > 1 && word.startsWith('-')) readShort(reading, word.slice(1));
    else positionals.push(word);
  }
  positionals.push(...words.slice(reading.at));
  const complaints = reading.complaints.map((text) => `${program}: ${text}\n`);
  return { given: reading.given, positionals, complaints };
}

function readLong(reading: Reading, word: string): void {
  const equals = word.indexOf('=');
  const name = equals < 0 ? word : word.slice(0, equals);
  const exact = reading.specs.filter((spec) => spec.long === name);
  const matches = exact.length > 0 ? exact : reading.specs.filter((spec) => spec.long?.startsWith(name));
  const [spec] = matches;
  if (matches.length > 1) {
    const possible = matches.map(({ long }) => ` '--${long}'`).join('');
    reading.complaints.push(`option '--${word}' is ambiguous; possibilities:${possible}`);
  } else if (!spec) {
    reading.complaints.push(`unrecognized option '--${word}'`);
  } else if (!spec.argument && equals >= 0) {
    reading.complaints.push(`option '--${spec.long}' doesn't allow an argument`);
  } else {
    const inline = equals < 0 ? undefined : word.slice(equals + 1);
    take(reading, spec, inline, `option '--${spec.long}' requires an argument`);
  }
}

function readShort(reading: Reading, letters: string): void {
  for (let i = 0; i < letters.length; i += 1) {
    const letter = letters.charAt(i);
    const spec = reading.specs.find((other) => other.letter === letter);
    if (!spec) {
      reading.complaints.push(`invalid option -- '${letter}'`);
      continue;
    }
    const rest = spec.argument && i + 1 < letters.length ? letters.slice(i + 1) : undefined;
    take(reading, spec, rest, `option requires an argument -- '${letter}'`);
    if (rest !== undefined) return;
  }
}

function take(reading: Reading, spec: OptionSpec, inline: string | undefined, missing: string): void {
  if (!spec.argument) {
    reading.given.push({ letter: spec.letter, argument: '' });
    return;
  }
  const argument = inline ?? reading.words[reading.at];
  if (inline === undefined) reading.at += 1;
  if (argument === undefined) reading.complaints.push(missing);
  else reading.given.push({ letter: spec.letter, argument });
}
