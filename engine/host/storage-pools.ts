import { posix } from 'node:path';
import {
  imagesFolder,
  maxPools,
  maxVolumes,
  type StorageInventory,
  type StoragePool,
  type StorageVolume,
} from '../api/index.ts';
import type { GuestConfig } from '../toolstack/guest-config.ts';

/** Pools of storage, made of what was found on a host and of the drives of its domains. Pure. */

/** What looks like an image: `imagesFolder` is listed whole, of other folders only these. */
export const imageEndings = [
  'img',
  'raw',
  'qcow',
  'qcow2',
  'vhd',
  'vhdx',
  'vmdk',
  'vdi',
  'iso',
  'dsk',
] as const;
const formatted = /\.(qcow2?|vhdx?|vmdk|vdi)$/i;

/** A drive of a domain: of its run, or of its file. */
export interface Drive {
  /** Absolute. */
  readonly path: string;
  readonly format: string;
  readonly user: StorageVolume['users'][number];
}

/** What is behind a path. */
export interface FoundFile {
  readonly path: string;
  /** The same for all paths that lead to it. */
  readonly identity: string;
  readonly isFile: boolean;
  readonly bytes: number;
  readonly allocatedBytes: number;
}

export interface FoundFolder {
  readonly path: string;
  /** null: it is not there. */
  readonly identity: string | null;
  readonly capacityBytes: number | null;
  readonly freeBytes: number | null;
  readonly files: readonly FoundFile[];
  readonly truncated: boolean;
}

export interface FoundGroup {
  readonly name: string;
  readonly capacityBytes: number;
  readonly freeBytes: number;
  readonly volumes: readonly (Omit<StorageVolume, 'users'> & { readonly identity: string })[];
}

/** A domain as far as its drives are known. */
interface Owner {
  readonly id: string;
  readonly name: string;
  readonly live: { readonly config: GuestConfig | null } | null;
  readonly definition: { readonly config: GuestConfig } | null;
}

const maxDrives = 10_000;

/** Drives of all domains, running or off, whose path can be a file or a device. `vg0/web` means /dev/vg0/web, as for xl. */
export function drivesOf(domains: readonly Owner[]): Drive[] {
  const drives = new Map<string, Drive>();
  for (const { id, name, live, definition } of domains) {
    const disks = [live?.config, definition?.config].flatMap((config) => config?.disks ?? []);
    for (const { path, vdev, readOnly, format, struct } of disks) {
      if (path === null || path.includes('\n') || path.length > 4096 || struct.script !== undefined) continue;
      const absolute = posix.isAbsolute(path) ? posix.normalize(path) : posix.join('/dev', path);
      const user = { domain: id, name: name.slice(0, 256), vdev: vdev.slice(0, 32), readOnly };
      const key = [id, user.vdev, absolute].join('\n');
      if (!drives.has(key)) drives.set(key, { path: absolute, format, user });
    }
  }
  return [...drives.values()].slice(0, maxDrives);
}

/** Folders to look into: the one for images, and those in which there are drives. Devices are in none. */
export function foldersOf(drives: readonly Drive[]): string[] {
  const folders = drives
    .filter(({ path }) => !path.startsWith('/dev/'))
    .map(({ path }) => posix.dirname(path))
    .filter((folder) => folder !== imagesFolder);
  return [imagesFolder, ...[...new Set(folders)].sort()];
}

export interface FoundStorage {
  readonly folders: readonly FoundFolder[];
  readonly groups: readonly FoundGroup[];
  /** By the path of a drive; none where nothing is. */
  readonly behind: ReadonlyMap<string, FoundFile>;
  /** Not everything could be listed. */
  readonly truncated: boolean;
}

class Users {
  readonly #byIdentity = new Map<string, StorageVolume['users']>();
  readonly #formats = new Map<string, string>();

  constructor(drives: readonly Drive[], behind: FoundStorage['behind']) {
    for (const { path, format, user } of drives) {
      const identity = behind.get(path)?.identity ?? path;
      const users = this.#byIdentity.get(identity) ?? [];
      if (users.length < 64) this.#byIdentity.set(identity, [...users, user]);
      this.#formats.set(identity, format);
    }
  }

  of(identity: string): StorageVolume['users'] {
    return this.#byIdentity.get(identity) ?? [];
  }

  /** Is what is in the file what the guest sees? */
  isRaw({ identity, path }: FoundFile): boolean {
    const format = this.#formats.get(identity);
    return format === undefined ? !formatted.test(path) : format === 'raw' || format === 'empty';
  }
}

const plain = { of: null, fullPercent: null, active: true } as const;

function missing(path: string, users: Users): StorageVolume {
  const name = posix.basename(path).slice(0, 256);
  const sizes = { bytes: null, allocatedBytes: null };
  return { ...plain, ...sizes, name, path, kind: 'missing', active: false, users: users.of(path) };
}

function fileVolume(file: FoundFile, users: Users): StorageVolume {
  return {
    ...plain,
    name: posix.basename(file.path).slice(0, 256),
    path: file.path,
    kind: 'file',
    bytes: users.isRaw(file) ? file.bytes : null,
    allocatedBytes: file.allocatedBytes,
    users: users.of(file.identity),
  };
}

const byName = (a: StorageVolume, b: StorageVolume): number =>
  a.name < b.name ? -1 : Number(a.name > b.name);

/** Drives first where not all can be listed. */
const bounded = (volumes: readonly StorageVolume[]): StorageVolume[] =>
  (volumes.length > maxVolumes
    ? volumes.toSorted((a, b) => Number(b.users.length > 0) - Number(a.users.length > 0))
    : volumes
  )
    .slice(0, maxVolumes)
    .sort(byName);

/** By the path of a folder: the one it is shown as. Several paths can lead to one folder. */
function homesOf(folders: readonly FoundFolder[]): Map<string, string> {
  const first = new Map<string, string>();
  for (const { path, identity } of folders) {
    const key = identity ?? path;
    if (!first.has(key)) first.set(key, path);
  }
  return new Map(folders.map(({ path, identity }) => [path, first.get(identity ?? path) ?? path]));
}

/** What the pools are made of beside what was found in each. */
interface Around {
  readonly users: Users;
  /** Of all drives. */
  readonly paths: readonly string[];
  readonly homes: ReadonlyMap<string, string>;
  readonly behind: FoundStorage['behind'];
}

/** Its files, the drives in it that were not listed, and those that are not there. */
function folderPool(folder: FoundFolder, { users, paths, homes, behind }: Around): StoragePool {
  const { path, files, capacityBytes, freeBytes } = folder;
  const listed = new Set(files.map(({ identity }) => identity));
  const volumes = files.map((file) => fileVolume(file, users));
  for (const drive of paths) {
    if (homes.get(posix.dirname(drive)) !== path) continue;
    const file = behind.get(drive);
    if (file && (!file.isFile || listed.has(file.identity))) continue;
    volumes.push(file ? fileVolume(file, users) : missing(drive, users));
  }
  const truncated = folder.truncated || volumes.length > maxVolumes;
  return {
    kind: 'folder',
    name: path,
    path,
    capacityBytes,
    freeBytes,
    volumes: bounded(volumes),
    truncated,
  };
}

/** Its volumes, and drives that are called like one that is not there. */
function groupPool({ name, volumes, ...figures }: FoundGroup, { users, paths, behind }: Around): StoragePool {
  const path = `/dev/${name}`;
  const known = volumes.map(({ identity, ...volume }) => {
    // By its name too: a device that is not there (yet) has no numbers.
    const identities = [...new Set([identity, volume.path])];
    return { ...volume, users: identities.flatMap((each) => users.of(each)).slice(0, 64) };
  });
  const names = new Set(known.map((volume) => volume.path));
  const gone = paths.filter(
    (drive) => posix.dirname(drive) === path && !names.has(drive) && !behind.has(drive),
  );
  const all = [...known, ...gone.map((drive) => missing(drive, users))];
  return { kind: 'lvm', name, path, ...figures, volumes: bounded(all), truncated: all.length > maxVolumes };
}

/** The pools in the order of the page: folders, then volume groups. */
export function poolsOf(found: FoundStorage, drives: readonly Drive[], at: number): StorageInventory {
  const { behind, truncated } = found;
  const around: Around = {
    users: new Users(drives, behind),
    paths: [...new Set(drives.map(({ path }) => path))],
    homes: homesOf(found.folders),
    behind,
  };
  const needed = new Set(around.paths.map((drive) => posix.dirname(drive)));
  const folders = found.folders.filter(
    ({ path, identity }) => around.homes.get(path) === path && (identity !== null || needed.has(path)),
  );
  const pools = [
    ...folders.map((folder) => folderPool(folder, around)),
    ...found.groups.map((group) => groupPool(group, around)),
  ];
  return { at, pools: pools.slice(0, maxPools), truncated: truncated || pools.length > maxPools };
}
