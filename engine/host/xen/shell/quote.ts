/**
 * Words for a POSIX shell. Between single quotes everything but the single quote means itself, in sh, bash, dash, ksh, zsh
 * and busybox; that one is written outside.
 */
export function quote(word: string): string {
  if (word.includes('\0')) throw new RangeError('A word for a shell cannot contain a NUL byte.');
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

export const quoteAll = (words: readonly string[]): string => words.map(quote).join(' ');

/** Where xl is on the systems that have it; a login over SSH often has no sbin on its PATH. C locale: its words are parsed. */
const environment =
  'PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin" LC_ALL=C; export PATH LC_ALL; ';

/** A script for /bin/sh and its arguments: data goes into `$1` …, never into the script's text. */
export interface Script {
  /** One line: some login shells cannot pass a quoted line break on. */
  readonly script: string;
  readonly args?: readonly string[];
}

/** The words that run a script. */
export function scriptWords({ script, args = [] }: Script): string[] {
  if (/[\r\n]/.test(script)) throw new RangeError('A script is one line.');
  return ['/bin/sh', '-c', environment + script, 'sh', ...args];
}

/** A command with its arguments as a script. */
export const commandScript = (argv: readonly string[]): Script => ({ script: '"$@"', args: argv });
