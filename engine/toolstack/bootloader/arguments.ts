import { bootError } from './boot-config.ts';

/** What pygrub is asked to do. Paths are of the guest's file system. */
export interface BootloaderOptions {
  /** Boot exactly this kernel; the configuration on the disk is not looked at. */
  readonly kernel: string | null;
  readonly ramdisk: string | null;
  /** Added behind the entry's own arguments. */
  readonly args: string | null;
  /** A number (from 0) or a title. */
  readonly entry: string | null;
  /** Where the file system begins, in bytes, instead of looking for partitions. */
  readonly offset: number | null;
  /** Show no menu. */
  readonly quiet: boolean;
  /** Say what would be booted, and boot nothing. */
  readonly notReally: boolean;
}

interface Draft {
  kernel: string | null;
  ramdisk: string | null;
  args: string | null;
  entry: string | null;
  offset: number | null;
  quiet: boolean;
  notReally: boolean;
}

const flags: Record<string, (draft: Draft) => void> = {
  quiet: (draft) => (draft.quiet = true),
  interactive: (draft) => (draft.quiet = false),
  'not-really': (draft) => (draft.notReally = true),
  debug: () => {},
};

/** Options of the real pygrub that say where its output goes, or as whom it runs, mean nothing here. */
const values: Record<string, (draft: Draft, value: string) => void> = {
  kernel: (draft, value) => (draft.kernel = value),
  ramdisk: (draft, value) => (draft.ramdisk = value),
  args: (draft, value) => (draft.args = value),
  entry(draft, value) {
    draft.entry = value;
    draft.quiet = true;
  },
  offset(draft, value) {
    if (!/^\d{1,15}$/.test(value))
      throw refused(`pygrub's option --offset wants a number of bytes, not "${value}".`);
    draft.offset = Number(value);
  },
  output: () => {},
  'output-format': () => {},
  'output-directory': () => {},
  runas: () => {},
};

const short: Record<string, string> = { q: 'quiet', i: 'interactive', n: 'not-really' };

/**
 * Reads pygrub's arguments; of an option given twice the last counts. ERROR_INVAL, field `bootloader_args`, naming the
 * option that is not understood.
 */
export function parseBootloaderArgs(given: readonly string[]): BootloaderOptions {
  const draft: Draft = {
    kernel: null,
    ramdisk: null,
    args: null,
    entry: null,
    offset: null,
    quiet: false,
    notReally: false,
  };
  for (let at = 0; at < given.length; at += 1) {
    const word = given[at] ?? '';
    const [, name = '', value] = /^--([a-z-]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (/^-[a-z]+$/.test(word))
      for (const letter of word.slice(1)) applyFlag(draft, short[letter] ?? '', word);
    else if (!Object.hasOwn(values, name)) applyFlag(draft, value === undefined ? name : '', word);
    else if (value !== undefined) values[name]?.(draft, value);
    else values[name]?.(draft, given[(at += 1)] ?? '');
  }
  return draft;
}

/** The arguments less those that choose an entry, or ask for one: `--entry=N` can be put behind them. */
export function withoutChoice(given: readonly string[]): string[] {
  const kept: string[] = [];
  for (let at = 0; at < given.length; at += 1) {
    const word = given[at] ?? '';
    const [, name = '', value] = /^--([a-z-]+)(=.*)?$/s.exec(word) ?? [];
    const own = Object.hasOwn(values, name) && value === undefined ? [word, given[(at += 1)] ?? ''] : [word];
    const letters = /^-([a-z]+)$/.exec(word)?.[1]?.replace(/[qi]/g, '');
    if (name === 'entry' || name === 'quiet' || name === 'interactive' || letters === '') continue;
    kept.push(...(letters === undefined ? own : [`-${letters}`]));
  }
  return kept;
}

function applyFlag(draft: Draft, name: string, word: string): void {
  if (!Object.hasOwn(flags, name)) throw refused(`pygrub has no option "${word.slice(0, 80)}".`);
  flags[name]?.(draft);
}

const refused = (message: string): Error =>
  bootError(
    'ERROR_INVAL',
    message,
    'Known are --entry, --kernel, --ramdisk, --args, --offset, --quiet and --not-really.',
    'bootloader_args',
  );
