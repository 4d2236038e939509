import { type BootMenu, DomusError } from '../../api/index.ts';

/** One entry of a boot loader's menu that starts a Linux kernel. Paths are of the file system it was found in. */
export interface MenuEntry {
  readonly title: string;
  readonly kernel: string;
  /** Loaded one behind the other. */
  readonly ramdisks: readonly string[];
  readonly args: string;
  /** How the boot loader counts it, when that is not its place in the list. */
  readonly number?: number;
}

/** What a boot loader's configuration offers. Entries without a kernel (chain loaders, memory tests) are left out. */
export interface BootConfig {
  readonly entries: readonly MenuEntry[];
  /** Index into `entries`; -1: what it takes by itself starts no kernel. */
  readonly defaultEntry: number;
  /** -1: it waits for somebody to choose. */
  readonly timeoutSeconds: number;
}

export const limits = {
  configBytes: 1024 * 1024,
  kernelBytes: 64 * 1024 * 1024,
  ramdiskBytes: 512 * 1024 * 1024,
  entries: 200,
  titleChars: 300,
  pathChars: 1024,
  argsChars: 4096,
  ramdisks: 16,
} as const;

/** Collects entries within the limits; what does not fit is left out or cut. */
export class EntryList {
  readonly entries: MenuEntry[] = [];

  /** Returns the index the entry got; null when it has no kernel or there is no more room. */
  add(entry: MenuEntry): number | null {
    const fits = isPath(entry.kernel) && this.entries.length < limits.entries;
    if (entry.kernel === '' || !fits) return null;
    this.entries.push({
      title: printable(entry.title).slice(0, limits.titleChars) || entry.kernel,
      kernel: entry.kernel,
      ramdisks: entry.ramdisks.filter(isPath).slice(0, limits.ramdisks),
      args: printable(entry.args).slice(0, limits.argsChars).trim(),
      ...(entry.number === undefined ? {} : { number: entry.number }),
    });
    return this.entries.length - 1;
  }

  /** The configuration with its default made valid: the first entry when it names none. */
  done(defaultEntry: number | null, timeoutSeconds: number): BootConfig {
    const valid = defaultEntry !== null && this.entries[defaultEntry] !== undefined ? defaultEntry : 0;
    return { entries: this.entries, defaultEntry: valid, timeoutSeconds: timeout(timeoutSeconds) };
  }
}

const timeout = (seconds: number): number =>
  Number.isFinite(seconds) && seconds >= 0 ? Math.min(Math.floor(seconds), 24 * 3600) : -1;

/** Without control characters: what comes from a guest's disk is shown on terminals. */
const printable = (text: string): string => text.replace(/[\x00-\x1f\x7f-\x9f]/g, ' ');

const isPath = (path: string): boolean => path.length <= limits.pathChars && printable(path) === path;

/** A path as boot loaders write it, without the device: `(hd0,1)/vmlinuz` → `/vmlinuz`. */
export const withoutDevice = (path: string): string => path.replace(/^\([^)]*\)/, '');

/** The menu as the contract has it. */
export function toBootMenu(source: string, config: BootConfig): BootMenu {
  return {
    source: source.slice(0, limits.pathChars),
    entries: config.entries.map(({ ramdisks, ...entry }) => {
      const ramdisk = ramdisks.join(' ').slice(0, limits.pathChars);
      return { ...entry, ramdisk: ramdisk === '' ? null : ramdisk };
    }),
    defaultEntry: config.defaultEntry < 0 ? null : config.defaultEntry,
    timeoutSeconds: config.timeoutSeconds,
  };
}

/** An error about the boot loader; its field in xl.cfg is `bootloader` unless said otherwise. */
export function bootError(
  code: DomusError['code'],
  message: string,
  fix?: string,
  field = 'bootloader',
): DomusError {
  return new DomusError(code, message, { field, ...(fix === undefined ? {} : { fix }) });
}
