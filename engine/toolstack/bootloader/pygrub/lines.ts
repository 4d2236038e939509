/** Lines as the readers of the real pygrub take them apart (Xen 4.17: GrubConf.py, ExtLinuxConf.py). */

/** It gives up a whole configuration here. The message is a clause. */
export class PygrubStops extends Error {}

/** Lines with something on them, less comments, in their order. */
export const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));

/** The first word and what follows: behind a `=` if that comes first, else behind blanks. */
export function split(line: string): [word: string, rest: string] {
  const at = line.search(/[=\s]/);
  if (at < 0) return [line, ''];
  const rest = line.slice(at + 1);
  return [line.slice(0, at), (line[at] === '=' ? rest : rest.trimStart()).trim()];
}

/** `NAME=VALUE` of GRUB 2's `set`, the quotes taken off. It knows one `=` only. */
export function setting(argument: string): [name: string, value: string] {
  const parts = /^[^=\s]*=/.test(argument) ? argument.split('=') : argument.split(/\s+/);
  const [name = '', value = ''] = parts;
  if (parts.length !== 2) throw new PygrubStops(`pygrub cannot read "set ${argument.slice(0, 80)}"`);
  return [name, /^(["'])(.*)\1/.exec(value)?.[2] ?? value];
}

const isNumber = (text: string): boolean => /^\s*[+-]?\d+\s*$/.test(text);

/** Throws for a disk it cannot count: `lvmid/…`, variables. */
export function checkDisk(device: string): void {
  const [disk = '', part = '0', ...more] = device.replace(/[()]/g, '').split(',');
  const known = disk.startsWith('/dev/xvd') || isNumber(disk.slice(2));
  if (known && more.length === 0 && isNumber(part.replace(/^msdos/, '').replace(/^gpt/, ''))) return;
  throw new PygrubStops(`pygrub cannot read the disk "${device.slice(0, 80)}"`);
}

/** A path without the disk ahead of it. */
export function pathOf(text: string): string {
  if (!text.startsWith('(')) return text;
  const end = text.indexOf(')');
  checkDisk(end < 0 ? '' : text.slice(0, end));
  return text.slice(end + 1);
}

/** Python's `int`; null where it refuses. */
export const integer = (text: string): number | null => (isNumber(text) ? Number(text) : null);
