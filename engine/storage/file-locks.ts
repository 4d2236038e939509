import { readFile, stat } from 'node:fs/promises';

const number = (text: string | undefined, base: number): number => parseInt(text ?? '', base);

/** One lock of /proc/locks: `1: OFDLCK ADVISORY WRITE -1 08:01:123456 100 100`. */
interface Lock {
  readonly pid: number;
  readonly writes: boolean;
  readonly major: number;
  readonly minor: number;
  readonly inode: number;
}

function lockOf(line: string): Lock | null {
  const [, , , mode, pid, place = ''] = line.replace('->', '').trim().split(/\s+/);
  const [major, minor, inode] = place.split(':');
  if (inode === undefined) return null;
  return {
    pid: number(pid, 10),
    writes: mode === 'WRITE',
    major: number(major, 16),
    minor: number(minor, 16),
    inode: number(inode, 10),
  };
}

/** glibc's makedev, taken apart. */
const majorOf = (dev: number): number => Math.floor(dev / 2 ** 8) & 0xfff;
const minorOf = (dev: number): number => (dev & 0xff) | (Math.floor(dev / 2 ** 12) & 0xfff00);

/**
 * Does another program (QEMU and qemu-img lock their images, so do some file managers) hold a lock on the file that goes
 * against using it like this? Only Linux tells; elsewhere, and for what is not told, false.
 */
export async function isLockedByOthers(path: string, use: { readOnly: boolean }): Promise<boolean> {
  const table = await readFile('/proc/locks', 'utf8').catch(() => '');
  if (table === '') return false;
  const { dev, ino } = await stat(path);
  return table.split('\n').some((line) => {
    const lock = lockOf(line);
    if (!lock || lock.pid === process.pid || (use.readOnly && !lock.writes)) return false;
    return lock.inode === ino && lock.major === majorOf(dev) && lock.minor === minorOf(dev);
  });
}
