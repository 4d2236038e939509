import { posix } from 'node:path';
import type { FoundFile, FoundFolder } from '../../storage-pools.ts';
import { clean } from '../shell/text.ts';
import { deviceIdentity } from './lvm.ts';
import { whole } from './number.ts';

/** Of a file: what it is, its size, what it takes, and which one it is. The name comes last: it may hold anything. */
export const fileFormat = '%F|%s|%b|%B|%d:%i|%t|%T|%n';
/** Of a file system: block size, blocks, and those that are free for everybody. */
export const systemFormat = '%S:%b:%a';

const isDevice = (what: string): boolean => what === 'block special file';

/** One line of `stat -L -c fileFormat`; null for what can be no disk. A name is below `folder`. */
export function parseFile(line: string, folder = ''): FoundFile | null {
  const match = /^([^|]{1,64})\|(\d+)\|(\d+)\|(\d+)\|(\d+:\d+)\|([0-9a-f]+)\|([0-9a-f]+)\|(.+)$/.exec(line);
  if (!match) return null;
  const [, what = '', size, blocks, blockBytes, inode = '', major = '', minor = '', name = ''] = match;
  const isFile = what.startsWith('regular');
  if (!isFile && !isDevice(what)) return null;
  const path = clean(folder === '' ? name : posix.join(folder, name), 4096);
  return {
    path,
    identity: isFile ? `file ${inode}` : deviceIdentity(major, minor),
    isFile,
    bytes: whole(size),
    allocatedBytes: whole(blocks) * whole(blockBytes, 512, 4096),
  };
}

/** The two lines about a folder: its file system, and which one it is. Empty ones: it is not there. */
export function parseFolder(
  system: string,
  identity: string,
): Pick<FoundFolder, 'identity' | 'capacityBytes' | 'freeBytes'> {
  const [block, all, free] = system.split(':', 4).map((part) => whole(part, -1));
  const known = block !== undefined && all !== undefined && free !== undefined && block > 0 && all >= 0;
  return {
    identity: /^\d+:\d+$/.test(identity) ? identity : null,
    capacityBytes: known ? block * all : null,
    freeBytes: known && free >= 0 ? block * free : null,
  };
}
