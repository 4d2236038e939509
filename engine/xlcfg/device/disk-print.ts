import { DISK_FLAGS } from './disk-token.ts';
import type { Disk } from './disk.ts';
import { writable } from './spec.ts';

const FLAGS: readonly (readonly [field: keyof Disk, value: string | boolean, flag: string])[] = [
  ['is_cdrom', true, 'cdrom'],
  ['direct_io_safe', true, 'direct-io-safe'],
  ['discard_enable', 'True', 'discard'],
  ['discard_enable', 'False', 'no-discard'],
  ['trusted', 'True', 'trusted'],
  ['trusted', 'False', 'untrusted'],
  ['grant_usage', 'True', 'grant_usage=1'],
  ['grant_usage', 'False', 'grant_usage=0'],
  ['colo_enable', 'True', 'colo'],
  ['colo_enable', 'False', 'no-colo'],
];

const TEXTS: readonly (readonly [field: keyof Disk, key: string])[] = [
  ['backend', 'backendtype'],
  ['backend_domname', 'backend'],
  ['script', 'script'],
  ['specification', 'specification'],
  ['colo_host', 'colo-host'],
  ['colo_port', 'colo-port'],
  ['colo_export', 'colo-export'],
  ['active_disk', 'active-disk'],
  ['hidden_disk', 'hidden-disk'],
];

/** Texts that mean themselves in any position. */
function positional(text: string): boolean {
  return /^[^=,:\s][^=,:\n]*$/.test(text) && !(DISK_FLAGS as readonly string[]).includes(text);
}

function further(disk: Disk): string[] {
  const parts: string[] = [];
  for (const [field, value, flag] of FLAGS) {
    const set = disk[field];
    if (set === value || (value === true && set === 1)) parts.push(flag);
  }
  for (const [field, key] of TEXTS) {
    const value = disk[field];
    if (value !== undefined) parts.push(`${key}=${writable(String(value))}`);
  }
  return parts;
}

function access(disk: Disk): string[] {
  if (disk.is_cdrom === 1) return [];
  return [disk.readwrite === 1 ? 'rw' : 'ro'];
}

function named(disk: Disk): string {
  const parts: string[] = [];
  if (disk.vdev !== undefined) parts.push(`vdev=${writable(disk.vdev)}`);
  if (disk.format !== undefined) parts.push(`format=${disk.format}`);
  parts.push(...access(disk).map((mode) => `access=${mode}`), ...further(disk));
  const target = disk.pdev_path;
  if (target?.includes('\n'))
    throw new RangeError('a line break cannot be written into a disk specification');
  // One comma at the very end is dropped when read.
  if (target !== undefined) parts.push(`target=${target}${target.endsWith(',') ? ',' : ''}`);
  return parts.join(',');
}

/**
 * The specification text of a disk, as `target,format,vdev,access` where that is unambiguous and with names
 * otherwise; reading it back gives the same disk.
 * @throws {RangeError} when a text holds what the language cannot express: a comma, or a line break in the target
 */
export function printDisk(disk: Disk): string {
  const { pdev_path: target, vdev, format } = disk;
  const plainTarget = target === '' || (target !== undefined && positional(target));
  const short = plainTarget && vdev !== undefined && positional(vdev);
  if (!short) return named(disk);
  return [target, format ?? '', vdev, ...access(disk), ...further(disk)].join(',');
}
