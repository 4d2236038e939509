import type { DomainInfo } from '../../engine/api/domain.ts';

/** One word of a POSIX shell line; quoted only when it must be. */
export function shellWord(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A line for a dom0 shell. */
export function shellLine(...words: readonly string[]): string {
  return words.map(shellWord).join(' ');
}

/** The host that is part of Domus. Its Domain-0's files are Domus' own, so that its commands change them. */
const embeddedHost = 'local';
export const isEmbedded = (host: string): boolean => host === embeddedHost;

/** A line of `domus` on a host, for a shell of the computer that Domus runs on. */
export function domusLine(host: string, ...words: readonly string[]): string {
  const line = shellLine('domus', ...words);
  return isEmbedded(host) ? line : `${shellLine(`DOMUS_HOST=${host}`)} ${line}`;
}

/** Lines that are done one after the other for as long as each succeeds; null for none. */
export const joined = (lines: readonly string[]): string | null =>
  lines.length === 0 ? null : lines.join(' && ');

/** What the contract takes as a line. */
const mostCharacters = 1 << 16;

/** A command with `text` as its standard input, and what is done after it; null when that is too long to be typed. */
export function withInput(command: string, text: string, after: readonly string[] = []): string | null {
  const [end = 'END'] = ['END', 'END_OF_FILE', 'END_OF_CFG'].filter(
    (word) => !text.split('\n').includes(word),
  );
  const line = text.endsWith('\n')
    ? `${[`${command} <<'${end}'`, ...after].join(' && ')}\n${text}${end}`
    : [`printf %s ${shellWord(text)} | ${command}`, ...after].join(' && ');
  return line.length <= mostCharacters ? line : null;
}

/** A string of xl.cfg. */
export const cfgString = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&')}"`;

/**
 * How `xl` is told which domain is meant: by name, except a name of digits only, which it would read as a domid
 * (xl-commands §1).
 */
export function domainWord({ name, domid }: Pick<DomainInfo, 'name' | 'domid'>): string {
  return /^\d+$/.test(name) && domid !== null ? String(domid) : name;
}
