import type { StorageVolume } from '../../../api/index.ts';
import type { FoundGroup } from '../../storage-pools.ts';
import { decimal, whole } from './number.ts';
import { readLines } from './read-lines.ts';

/** Reports of LVM with `--noheadings --nosuffix --units b --separator '|'`. Names of LVM have no `|` in them. */

/** What `vgs -o` is asked for, in this order. */
export const groupFields = 'vg_name,vg_size,vg_free';
/** The same of `lvs`. */
export const volumeFields =
  'vg_name,lv_name,lv_size,lv_attr,origin,origin_size,pool_lv,data_percent,lv_kernel_major,lv_kernel_minor';

type Volume = FoundGroup['volumes'][number];

const isName = (text: string | undefined): text is string => /^[A-Za-z0-9+_.-]{1,127}$/.test(text ?? '');

/** By the first letter of lv_attr; the rest are mirrors, RAID, caches and the like. */
const kinds: Readonly<Record<string, StorageVolume['kind']>> = {
  '-': 'linear',
  o: 'linear',
  O: 'linear',
  s: 'snapshot',
  S: 'snapshot',
  t: 'thin-pool',
  V: 'thin',
};

/** Devices are known by their numbers, in hexadecimal as `stat` prints them. */
export const deviceIdentity = (major: string, minor: string): string => `device ${major}:${minor}`;

function volumeOf(line: string): { group: string; volume: Volume } | null {
  const fields = line.trim().split('|', 16);
  const [group, name, size, attributes = '', origin, originSize, pool, percent, major, minor] = fields;
  if (!isName(group) || !isName(name)) return null;
  const own = kinds[attributes.charAt(0)] ?? 'special';
  const kind = own === 'thin' && isName(origin) ? 'snapshot' : own;
  const parent = kind === 'thin' ? pool : kind === 'snapshot' ? origin : undefined;
  const path = `/dev/${group}/${name}`;
  const bytes = whole(size);
  const full = percent ? Math.min(100, decimal(percent)) : null;
  const numbers = [whole(major, -1), whole(minor, -1)].map((number) => number.toString(16));
  return {
    group,
    volume: {
      name,
      path,
      kind,
      of: isName(parent) ? parent : null,
      bytes: kind === 'thin-pool' ? null : kind === 'snapshot' ? whole(originSize) || bytes : bytes,
      allocatedBytes: isName(pool) ? (full === null ? null : Math.round((bytes * full) / 100)) : bytes,
      fullPercent: kind === 'thin-pool' || (kind === 'snapshot' && !isName(pool)) ? full : null,
      active: attributes.charAt(4) === 'a',
      identity: major?.trim() === '-1' ? path : deviceIdentity(numbers[0] ?? '', numbers[1] ?? ''),
    },
  };
}

/** Volume groups with their volumes, as far as the lines of `vgs` and `lvs` can be read. */
export async function parseGroups(
  groups: readonly string[],
  volumes: readonly string[],
): Promise<FoundGroup[]> {
  const found = new Map<string, Omit<FoundGroup, 'volumes'> & { volumes: Map<string, Volume> }>();
  for (const line of groups) {
    const [name, size, free] = line.trim().split('|', 8);
    if (isName(name))
      found.set(name, { name, capacityBytes: whole(size), freeBytes: whole(free), volumes: new Map() });
  }
  for (const { group, volume } of await readLines(volumes, volumeOf)) {
    found.get(group)?.volumes.set(volume.name, volume);
  }
  return [...found.values()].map((group) => ({ ...group, volumes: [...group.volumes.values()] }));
}
