import {
  type BlockReader,
  type FileSystem,
  foreignContent,
  FsError,
  GuardedReader,
  openFileSystem,
  readPartitions,
  windowOf,
} from '../../storage/fs/index.ts';
import { type BootConfig, bootError, limits } from './boot-config.ts';
import { parseExtlinux } from './extlinux.ts';
import { parseGrubCfg, parseGrubenv } from './grub-cfg.ts';
import { parseMenuLst } from './menu-lst.ts';

/** A clause instead of a configuration says why it cannot be read. */
type Parse = (text: string, source: string, grubenv: ReadonlyMap<string, string>) => BootConfig | string;

const menuLst: Parse = (text) => parseMenuLst(text);
const grubCfg: Parse = (text, _source, grubenv) => parseGrubCfg(text, grubenv);
const extlinux: Parse = parseExtlinux;

/** A place on the disk where a file system is looked for. */
export interface Place {
  readonly name: string;
  readonly reader: BlockReader;
  /** A partition within an extended one. */
  readonly logical?: boolean;
}

/** How a boot loader looks at a disk. */
export interface BootReading {
  /** Where it looks for configurations, in its order, and how it reads them. */
  readonly configs: readonly (readonly [path: string, parse: Parse])[];
  /** Does the first file that is there count, whatever is in it? */
  readonly firstOnly: boolean;
  /** The places it looks at, in its order; `partitions`: active ones first. */
  places(disk: BlockReader, partitions: readonly Place[]): Promise<readonly Place[]> | readonly Place[];
}

/** Where configurations are looked for, in pygrub's order; then the places of systems it does not know. */
export const configPaths: BootReading['configs'] = [
  ['/boot/grub/menu.lst', menuLst],
  ['/boot/grub/grub.conf', menuLst],
  ['/grub/menu.lst', menuLst],
  ['/grub/grub.conf', menuLst],
  ['/boot/grub/grub.cfg', grubCfg],
  ['/grub/grub.cfg', grubCfg],
  ['/boot/grub2/grub.cfg', grubCfg],
  ['/grub2/grub.cfg', grubCfg],
  ['/boot/extlinux/extlinux.conf', extlinux],
  ['/boot/extlinux.conf', extlinux],
  ['/extlinux/extlinux.conf', extlinux],
  ['/extlinux.conf', extlinux],
  ['/boot/syslinux/syslinux.cfg', extlinux],
  ['/syslinux/syslinux.cfg', extlinux],
  ['/syslinux.cfg', extlinux],
  ['/boot/isolinux/isolinux.cfg', extlinux],
  ['/isolinux/isolinux.cfg', extlinux],
  ['/isolinux.cfg', extlinux],
];

/** All that can be read: partitions, then the disk as a whole. */
const everything: BootReading = {
  configs: configPaths,
  firstOnly: false,
  places: (disk, partitions) => [...partitions, { name: 'the whole disk', reader: disk }],
};

export interface FoundConfig {
  /** The configuration file's path. */
  readonly source: string;
  readonly config: BootConfig;
  /** File systems to look for kernels in: the configuration's own first. */
  readonly fileSystems: readonly FileSystem[];
}

/** A guest's disk as a boot loader sees it: partitions, their file systems, a configuration. */
export class BootDisk {
  readonly #name: string;
  readonly #reader: BlockReader;
  readonly #offset: number | null;
  readonly #reading: BootReading;

  /** `name` is what errors call the disk. With `offset` (bytes) only the file system that begins there is looked at. */
  constructor(name: string, source: BlockReader, offset: number | null = null, reading = everything) {
    this.#name = name;
    this.#reader = new GuardedReader(source);
    this.#offset = offset;
    this.#reading = reading;
  }

  /** The first configuration that starts a kernel. ERROR_NOTFOUND, field `bootloader`, saying what was found instead. */
  async findConfig(): Promise<FoundConfig> {
    const seen: string[] = [];
    const opened = await this.#open(seen);
    for (const [index, fs] of opened.entries()) {
      const found = await readConfig(fs.fileSystem, this.#reading).catch((error: unknown) => {
        seen.push(`${fs.name}: ${clause(error)}`);
        return null;
      });
      if (typeof found === 'string') seen.push(`${fs.name}: ${found}`);
      else if (found) {
        const others = opened.filter((_, at) => at !== index).map(({ fileSystem }) => fileSystem);
        return { ...found, fileSystems: [fs.fileSystem, ...others] };
      }
    }
    const looked = this.#reading.configs.map(([path]) => path).join(', ');
    const what = seen.length > 0 ? ` (${seen.join('; ').slice(0, 700)})` : '';
    throw bootError(
      'ERROR_NOTFOUND',
      `No boot loader configuration found on ${this.#name}: looked for ${looked}${what}.`,
      'Give `kernel` and `ramdisk` in its configuration, or make it an HVM domain that boots its own disk.',
    );
  }

  /** All file systems, for a kernel whose path is known. ERROR_NOTFOUND when there is none. */
  async fileSystems(): Promise<readonly FileSystem[]> {
    const seen: string[] = [];
    const opened = await this.#open(seen);
    if (opened.length > 0) return opened.map(({ fileSystem }) => fileSystem);
    throw bootError(
      'ERROR_NOTFOUND',
      `No file system that can be read was found on ${this.#name} (${seen.join('; ').slice(0, 700)}).`,
      'Readable are ext2, ext3, ext4, ISO 9660 and FAT.',
    );
  }

  async #open(seen: string[]): Promise<{ name: string; fileSystem: FileSystem }[]> {
    const opened: { name: string; fileSystem: FileSystem }[] = [];
    for (const { name, reader } of await this.#places()) {
      try {
        const fileSystem = await openFileSystem(reader);
        if (fileSystem) opened.push({ name, fileSystem });
        else seen.push(`${name}: ${(await foreignContent(reader)) ?? 'no known file system'}`);
      } catch (error) {
        seen.push(`${name}: ${clause(error)}`);
      }
    }
    return opened;
  }

  async #places(): Promise<readonly Place[]> {
    const reader = this.#reader;
    if (this.#offset !== null)
      return [{ name: `at byte ${this.#offset}`, reader: windowOf(reader, this.#offset, reader.size) }];
    const { kind, partitions } = await readPartitions(reader).catch((error: unknown) => {
      throw bootError('ERROR_FAIL', `${this.#name} cannot be read: ${clause(error)}.`, undefined, 'disk');
    });
    const ordered = [...partitions].sort((one, other) => Number(other.active) - Number(one.active));
    const places = ordered.map(({ number, start, size }) => ({
      name: `partition ${number}`,
      reader: windowOf(reader, start, size),
      logical: kind === 'mbr' && number > 4,
    }));
    return this.#reading.places(reader, places);
  }
}

/** null: there is none. A sentence: there is one, but nothing in it can be booted. */
async function readConfig(
  fs: FileSystem,
  { configs, firstOnly }: BootReading,
): Promise<{ source: string; config: BootConfig } | string | null> {
  let empty: string | null = null;
  for (const [source, parse] of configs) {
    if (!(await fs.find(source))) continue;
    const config = parse(await textOf(fs, source), source, await grubenvBeside(fs, source));
    if (typeof config === 'string') empty ??= `${source}: ${config}`;
    else if (config.entries.length > 0) return { source, config };
    empty ??= `${source} has no entry with a kernel`;
    if (firstOnly) break;
  }
  return empty;
}

const textOf = async (fs: FileSystem, path: string): Promise<string> =>
  Buffer.from(await fs.readFile(path, limits.configBytes)).toString('utf8');

/** GRUB's environment block, in the folder of its configuration; without one, or with a broken one, it is empty. */
async function grubenvBeside(fs: FileSystem, source: string): Promise<Map<string, string>> {
  const path = source.replace(/[^/]*$/, 'grubenv');
  return textOf(fs, path).then(parseGrubenv, () => new Map<string, string>());
}

/** What a reader said, as a clause. Anything but an FsError is a bug and is thrown on. */
export function clause(error: unknown): string {
  if (error instanceof FsError) return error.message;
  throw error;
}
