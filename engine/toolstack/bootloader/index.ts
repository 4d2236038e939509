import { readdir, rm } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { Clock } from '../../lib/clock.ts';
import { parseBootloaderArgs } from './arguments.ts';
import { type BootConfig, bootError, type MenuEntry } from './boot-config.ts';
import { BootDisk } from './boot-disk.ts';
import { type BootConsole, chooseOnConsole, namedEntry } from './choose.ts';
import { extract } from './extract.ts';
import { openImage } from './image-reader.ts';
import { checkProgram, firstDisk } from './request.ts';

export type { BootConsole } from './choose.ts';
export { readBootMenu, readDomainMenu } from './menu.ts';

/** What a domain's boot loader is started with. */
export interface BootloaderRequest {
  /** As configured: `pygrub`, or a path that ends so. */
  readonly program: string;
  /** As libxl gives them: `--kernel=`, `--ramdisk=` and `--args=` of the domain first, then `bootloader_args`. */
  readonly args: readonly string[];
  /** The first disk: what the configuration calls it, and where it is on this computer. null: the domain has none. */
  readonly disk: { readonly name: string; readonly path: string } | null;
  readonly domain: string;
}

export interface BootloaderHost {
  readonly clock: Clock;
  /** Where this host's `/var/run/xen` is. */
  readonly runDir: string;
  readonly signal: AbortSignal;
  readonly domid: number;
  log(line: string): void;
  /** The console to show the menu on; the caller closes it. */
  console(): BootConsole;
}

/** What to boot: files of this computer, which `dispose` removes once the machine has loaded them. */
export interface BootloaderResult {
  readonly kernel: string;
  readonly ramdisk: string | null;
  readonly cmdline: string;
  dispose(): Promise<void>;
}

const prefix = 'bootloader.';
/**
 * Looks for a boot loader's configuration on the guest's first disk, lets an entry be chosen, and takes its kernel and
 * ramdisk out. Errors: ERROR_NOTFOUND (no configuration, no such file), ERROR_INVAL (arguments, sizes), ERROR_NI (another
 * boot loader, a format that cannot be read), with the field of xl.cfg; the signal's reason.
 */
export async function runBootloader(
  request: BootloaderRequest,
  host: BootloaderHost,
): Promise<BootloaderResult> {
  checkProgram(request.program);
  const disk = firstDisk(request);
  const options = parseBootloaderArgs(request.args);
  const image = await openImage(disk.path);
  const directory = join(host.runDir, `${prefix}${host.domid}`);
  const dispose = (): Promise<void> => rm(directory, { recursive: true, force: true });
  try {
    const bootDisk = new BootDisk(disk.name, image.reader, options.offset);
    const { entry, fileSystems } = await select(bootDisk, options, request, host);
    if (options.notReally) throw notReally(entry);
    const wanted = { disk: disk.name, kernel: entry.kernel, ramdisks: entry.ramdisks };
    const files = await extract(fileSystems, wanted, directory, host.signal);
    host.log(`Booting "${entry.title}": kernel ${entry.kernel} from ${disk.name}`);
    return { ...files, cmdline: entry.args, dispose };
  } catch (error) {
    await dispose();
    throw error;
  } finally {
    await image.close();
  }
}

type Options = ReturnType<typeof parseBootloaderArgs>;
type Selected = { entry: MenuEntry; fileSystems: Parameters<typeof extract>[0] };

async function select(
  bootDisk: BootDisk,
  options: Options,
  request: BootloaderRequest,
  host: BootloaderHost,
): Promise<Selected> {
  const { kernel, ramdisk, args } = options;
  if (kernel !== null && kernel !== '') {
    const ramdisks = ramdisk === null || ramdisk === '' ? [] : [ramdisk];
    return {
      entry: { title: kernel, kernel, ramdisks, args: args ?? '' },
      fileSystems: await bootDisk.fileSystems(),
    };
  }
  const { source, config, fileSystems } = await bootDisk.findConfig();
  host.log(`Boot menu ${source}: ${config.entries.length} entries`);
  const chosen = config.entries[await choose(config, options, request, host)];
  if (!chosen) throw bootError('ERROR_INVAL', `${source} has no entry that can be booted.`);
  const ramdisks = ramdisk === null ? chosen.ramdisks : [ramdisk];
  const line = [chosen.args, args ?? ''].filter((part) => part !== '').join(' ');
  return { entry: { ...chosen, ramdisks, args: line }, fileSystems };
}

async function choose(
  config: BootConfig,
  options: Options,
  request: BootloaderRequest,
  host: BootloaderHost,
): Promise<number> {
  if (options.entry !== null) return namedEntry(config, options.entry);
  if (options.quiet || options.notReally) return config.defaultEntry;
  const heading = `${posix.basename(request.program)}: ${request.domain}`;
  const { clock, signal } = host;
  return chooseOnConsole(config, { heading, console: () => host.console(), clock, signal });
}

const notReally = ({ kernel, ramdisks, args }: MenuEntry): Error =>
  bootError(
    'ERROR_INVAL',
    `pygrub was asked not to boot really (--not-really). It would boot kernel ${kernel}, ramdisk ${ramdisks.join(' ') || 'none'}, arguments "${args.slice(0, 800)}".`,
    'Take --not-really out of bootloader_args.',
    'bootloader_args',
  );

/** Removes what boot loaders of a killed engine left in `runDir`. */
export async function removeBootLeftovers(runDir: string): Promise<void> {
  const names = await readdir(runDir).catch(() => []);
  for (const name of names)
    if (name.startsWith(prefix)) await rm(join(runDir, name), { recursive: true, force: true });
}
