import { type BootConfig, EntryList } from '../boot-config.ts';
import { checkDisk, integer, pathOf, PygrubStops, setting, split } from './lines.ts';

/** One entry as pygrub counts them: also those that start no kernel. */
export interface Image {
  readonly title: string;
  kernel: string | null;
  initrd: string | null;
  args: string;
}

export const image = (title: string): Image => ({
  title: title.trim(),
  kernel: null,
  initrd: null,
  args: '',
});

/** A kernel's path and its arguments. */
export function takeKernel(to: Image, value: string, path: (text: string) => string): void {
  const at = value.search(/ /) < 0 ? -1 : value.search(/\s/);
  to.kernel = path(at < 0 ? value : value.slice(0, at));
  to.args = at < 0 ? '' : value.slice(at).trim();
}

type Take = (to: Image, value: string) => void;
const kernel: Take = (to, value) => takeKernel(to, value, pathOf);
const initrd: Take = (to, value) => (to.initrd = pathOf(value));
const root: Take = (_, value) => checkDisk(value);

export const legacy: ReadonlyMap<string, Take> = new Map(
  Object.entries({ kernel, initrd, root, rootnoverify: root }),
);
export const grub2: ReadonlyMap<string, Take> = new Map(
  Object.entries({ linux: kernel, linux16: kernel, initrd, initrd16: initrd, 'set:root': root }),
);

/** A directive of GRUB 2: `set NAME=VALUE` is `set:NAME`. */
export function directive(line: string): [name: string, value: string] {
  const [name, rest] = split(line);
  if (name !== 'set') return [name, rest];
  const [variable, value] = setting(rest);
  return [`set:${variable}`, value.trim()];
}

/** `default` of GRUB: a number counts, anything else is the first. */
export function defaultNumber(value: string): number {
  const number = integer(value) ?? 0;
  if (number < 0) throw new PygrubStops('pygrub takes no default below 0');
  return number;
}

/** What can be started of these; `wanted` counts all of them, and one that is not there is the first. */
export function configOf(images: readonly Image[], wanted: number, timeout: string): BootConfig {
  const list = new EntryList();
  const places = images.map(({ title, kernel: path, initrd: ramdisk, args }, number) =>
    list.add({ title, kernel: path ?? '', ramdisks: ramdisk === null ? [] : [ramdisk], args, number }),
  );
  const place = places[wanted < images.length ? wanted : 0] ?? null;
  // It waits for a key where there is no timeout, and also at 0.
  const config = list.done(place, integer(timeout) || -1);
  return place === null ? { ...config, defaultEntry: -1 } : config;
}
