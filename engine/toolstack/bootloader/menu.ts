import type { BootMenu } from '../../api/index.ts';
import type { BlockReader } from '../../storage/fs/index.ts';
import { type BootloaderOptions, parseBootloaderArgs } from './arguments.ts';
import { type BootConfig, bootError, toBootMenu } from './boot-config.ts';
import { BootDisk, type BootReading } from './boot-disk.ts';
import { findEntry, namedEntry } from './choose.ts';
import { openImage } from './image-reader.ts';
import { checkProgram, firstDisk } from './request.ts';

/** A disk of this computer: what the configuration calls it, and where it is. */
interface Disk {
  readonly name: string;
  readonly path: string;
}

type Program = Pick<BootloaderOptions, 'entry' | 'offset' | 'quiet'>;
const byItself: Program = { entry: null, offset: null, quiet: false };

/**
 * What a boot loader is asked to do that shows a menu. ERROR_NI for another program than pygrub; ERROR_INVAL when it is told the
 * kernel instead.
 */
export function menuOptions(program: string, args: readonly string[]): BootloaderOptions {
  checkProgram(program);
  const options = parseBootloaderArgs(args);
  if (!options.kernel) return options;
  throw bootError('ERROR_INVAL', `Its file names the kernel itself (${options.kernel}): there is no menu.`);
}

/**
 * The menu of the configuration on the disk that `reader` reads; `name` is what errors call it, `reading` how the boot loader
 * looks at it. Errors as `BootDisk.findConfig`; ERROR_INVAL for an entry that is not there.
 */
export async function menuOn(
  name: string,
  reader: BlockReader,
  { entry, offset, quiet }: Program = byItself,
  reading?: BootReading,
): Promise<BootMenu> {
  const { source, config } = await new BootDisk(name, reader, offset, reading).findConfig();
  const defaultEntry = entry === null ? config.defaultEntry : chosen(config, entry, reading);
  const timeoutSeconds = quiet ? 0 : config.timeoutSeconds;
  return toBootMenu(source, { ...config, defaultEntry, timeoutSeconds });
}

/** The boot loader of a Xen host passes over an entry that is not there. */
const chosen = (config: BootConfig, entry: string, reading: BootReading | undefined): number =>
  reading ? (findEntry(config, entry) ?? config.defaultEntry) : namedEntry(config, entry);

async function onFile({ name, path }: Disk, options?: Program): Promise<BootMenu> {
  const image = await openImage(path);
  try {
    return await menuOn(name, image.reader, options);
  } finally {
    await image.close();
  }
}

/** The menu on a disk image of this computer. Errors as of `runBootloader`. */
export const readBootMenu = (disk: Disk): Promise<BootMenu> => onFile(disk);

/** The menu that a domain's boot loader would take an entry from. ERROR_INVAL when it is told the kernel instead. */
export async function readDomainMenu(request: {
  readonly program: string;
  readonly args: readonly string[];
  readonly disk: Disk | null;
}): Promise<BootMenu> {
  const options = menuOptions(request.program, request.args);
  return onFile(firstDisk(request), options);
}
