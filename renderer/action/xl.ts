import type { DomainInfo } from '../../engine/api/domain.ts';

/** One word of a POSIX shell line; quoted only when it must be. */
export function shellWord(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A line for a dom0 shell. */
export function shellLine(...words: readonly string[]): string {
  return words.map(shellWord).join(' ');
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
