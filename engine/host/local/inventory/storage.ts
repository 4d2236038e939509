import { opendir, stat, statfs } from 'node:fs/promises';
import { posix } from 'node:path';
import { imagesFolder, maxVolumes, type StorageInventory } from '../../../api/index.ts';
import { realDiskPath } from '../../../toolstack/disk-images.ts';
import {
  drivesOf,
  type FoundFile,
  type FoundFolder,
  foldersOf,
  imageEndings,
  poolsOf,
} from '../../storage-pools.ts';
import type { HostContext } from '../context.ts';

const maxFolders = 100;
/** Files looked at at a time. */
const atOnce = 64;
const isImage = new RegExp(`\\.(${imageEndings.join('|')})$`, 'i');

async function fileAt(host: HostContext, path: string): Promise<FoundFile | null> {
  const found = await stat(realDiskPath(path, host.toolstack)).catch(() => null);
  if (!found || !(found.isFile() || found.isBlockDevice())) return null;
  const isFile = found.isFile();
  return {
    path,
    identity: isFile ? `file ${found.dev}:${found.ino}` : `device ${found.rdev}`,
    isFile,
    bytes: found.size,
    // Not every system says.
    allocatedBytes: found.blocks === undefined ? found.size : found.blocks * 512,
  };
}

async function filesAt(host: HostContext, paths: readonly string[]): Promise<FoundFile[]> {
  const files: FoundFile[] = [];
  for (let at = 0; at < paths.length; at += atOnce) {
    const some = await Promise.all(paths.slice(at, at + atOnce).map((path) => fileAt(host, path)));
    files.push(...some.filter((file) => file !== null));
  }
  return files;
}

async function namesIn(real: string, path: string): Promise<{ names: string[]; truncated: boolean }> {
  const names: string[] = [];
  for await (const entry of await opendir(real)) {
    if (entry.isDirectory() || (path !== imagesFolder && !isImage.test(entry.name))) continue;
    if (names.length === maxVolumes) return { names, truncated: true };
    names.push(entry.name);
  }
  return { names, truncated: false };
}

async function folderAt(host: HostContext, path: string): Promise<FoundFolder> {
  const real = host.toolstack.resolve(path);
  try {
    const [itself, system, { names, truncated }] = await Promise.all([
      stat(real),
      statfs(real),
      namesIn(real, path),
    ]);
    const files = await filesAt(
      host,
      names.map((name) => posix.join(path, name)),
    );
    return {
      path,
      identity: `${itself.dev}:${itself.ino}`,
      capacityBytes: system.bsize * system.blocks,
      freeBytes: system.bsize * system.bavail,
      files: files.filter(({ isFile }) => isFile),
      truncated,
    };
  } catch {
    return { path, identity: null, capacityBytes: null, freeBytes: null, files: [], truncated: false };
  }
}

/** Folders that hold images, as Domain-0 names them: of its own tree, else of this computer. There is no LVM here. */
export async function readStorage(host: HostContext): Promise<StorageInventory> {
  const drives = drivesOf(host.domains.all);
  const all = foldersOf(drives);
  const folders: FoundFolder[] = [];
  for (const path of all.slice(0, maxFolders)) folders.push(await folderAt(host, path));
  const behind = await filesAt(host, [...new Set(drives.map(({ path }) => path))]);
  return poolsOf(
    {
      folders,
      groups: [],
      behind: new Map(behind.map((file) => [file.path, file])),
      truncated: all.length > maxFolders,
    },
    drives,
    host.toolstack.clock.wallMs(),
  );
}
