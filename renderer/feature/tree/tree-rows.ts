import type { DomainInfo } from '../../../engine/api/domain.ts';
import type { HostInfo } from '../../../engine/api/host.ts';
import { domainKey } from '../../../engine/api/state.ts';
import { stateLooks } from '../../ui/domain-state.ts';

interface Placed {
  /** Unique among rows; also part of the row's element id. */
  readonly key: string;
  /** 1 for what stands at the edge. */
  readonly level: number;
  readonly position: number;
  readonly setSize: number;
}
/** All hosts together; only where there are several. */
export type FleetRow = Placed & { readonly kind: 'fleet'; readonly hosts: number };
export type GroupRow = Placed & {
  readonly kind: 'group';
  readonly group: string;
  readonly open: boolean;
  readonly hosts: number;
};
export type HostRow = Placed & {
  readonly kind: 'host';
  readonly host: HostInfo;
  readonly open: boolean;
  readonly running: number;
  readonly total: number;
};
export type DomainRow = Placed & { readonly kind: 'domain'; readonly domain: DomainInfo };
export type TreeRow = FleetRow | GroupRow | HostRow | DomainRow;

export interface TreeInput {
  readonly hosts: readonly HostInfo[];
  readonly domainsOf: (host: string) => readonly DomainInfo[];
  /** Keys of hosts and groups whose rows are hidden. */
  readonly closed: ReadonlySet<string>;
  readonly filter: string;
}

/** A filter word is found in the name, in the state's name, or is the domid. */
export function matchesDomain(domain: DomainInfo, words: readonly string[]): boolean {
  const text = `${domain.name} ${stateLooks[domain.state].label}`.toLowerCase();
  return words.every((word) => text.includes(word) || String(domain.domid) === word);
}

/** A host is found by its name, its group or where it is. */
export function matchesHost(host: HostInfo, words: readonly string[]): boolean {
  const text = `${host.name} ${host.group} ${host.connection?.target ?? ''}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

export const groupKey = (group: string): string => `group:${group}`;

/** A host and what is shown below it. */
interface Branch {
  readonly host: HostInfo;
  readonly all: readonly DomainInfo[];
  readonly found: readonly DomainInfo[];
}

function branchRows(branch: Branch, place: Omit<Placed, 'key'>, open: boolean): TreeRow[] {
  const { host, all, found } = branch;
  const own: HostRow = {
    kind: 'host',
    key: host.id,
    host,
    open,
    running: all.filter((domain) => domain.domid !== null).length,
    total: all.length,
    ...place,
  };
  if (!open) return [own];
  const domains = found.map((domain, index): TreeRow => ({
    kind: 'domain',
    key: domainKey(host.id, domain.id),
    domain,
    level: place.level + 1,
    position: index + 1,
    setSize: found.length,
  }));
  return [own, ...domains];
}

/**
 * The tree as the flat list of rows that are to be seen: hosts without a group, then the groups by name. A filter opens everything that
 * has a match; a host that is meant itself keeps all its domains.
 */
export function treeRows({ hosts, domainsOf, closed, filter }: TreeInput): TreeRow[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const searching = words.length > 0;
  const branches = hosts.flatMap((host): Branch[] => {
    const all = domainsOf(host.id);
    const matching = searching ? all.filter((domain) => matchesDomain(domain, words)) : all;
    if (matching.length > 0 || !searching) return [{ host, all, found: matching }];
    return matchesHost(host, words) ? [{ host, all, found: all }] : [];
  });
  const isOpen = (key: string): boolean => searching || !closed.has(key);
  const groups = [...new Set(branches.map(({ host }) => host.group))].filter(Boolean).sort();
  const alone = branches.filter(({ host }) => host.group === '');
  const fleet = hosts.length > 1 && !searching;
  const setSize = alone.length + groups.length + Number(fleet);
  let position = 0;
  const next = (): Omit<Placed, 'key'> => ({ level: 1, position: (position += 1), setSize });
  const rows: TreeRow[] = [];
  if (fleet) rows.push({ kind: 'fleet', key: 'fleet:', hosts: hosts.length, ...next() });
  for (const branch of alone) rows.push(...branchRows(branch, next(), isOpen(branch.host.id)));
  for (const group of groups) {
    const own = branches.filter(({ host }) => host.group === group);
    const key = groupKey(group);
    const open = isOpen(key);
    rows.push({ kind: 'group', key, group, open, hosts: own.length, ...next() });
    if (!open) continue;
    own.forEach((branch, index) => {
      const place = { level: 2, position: index + 1, setSize: own.length };
      rows.push(...branchRows(branch, place, isOpen(branch.host.id)));
    });
  }
  return rows;
}

export function rowName(row: TreeRow): string {
  switch (row.kind) {
    case 'fleet':
      return 'All hosts';
    case 'group':
      return row.group;
    case 'host':
      return row.host.name;
    case 'domain':
      return row.domain.name;
  }
}

/** Rows that open and close. */
export const isBranch = (row: TreeRow): row is HostRow | GroupRow =>
  row.kind === 'host' || row.kind === 'group';

/** Index of the row that this one is under; its own when it stands at the edge. */
export function parentIndex(rows: readonly TreeRow[], index: number): number {
  const level = rows[index]?.level ?? 1;
  for (let at = index - 1; at >= 0; at -= 1) if ((rows[at]?.level ?? 1) < level) return at;
  return index;
}

/**
 * Type-ahead: the next row, from `from` on and around, whose name begins with `typed`. A single letter moves on from
 * the present row, further letters may keep it. -1 when there is none.
 */
export function typeAhead(rows: readonly TreeRow[], from: number, typed: string): number {
  const wanted = typed.toLowerCase();
  const skip = typed.length === 1 ? 1 : 0;
  for (let step = 0; step < rows.length; step += 1) {
    const index = (Math.max(0, from) + skip + step) % rows.length;
    const row = rows[index];
    if (row && rowName(row).toLowerCase().startsWith(wanted)) return index;
  }
  return -1;
}

/** Index that a navigation key moves to, or null when the key means nothing to the tree. */
export function moveTo(rows: readonly TreeRow[], from: number, key: string, pageRows: number): number | null {
  const last = rows.length - 1;
  const clamp = (index: number): number => Math.min(last, Math.max(0, index));
  switch (key) {
    case 'ArrowDown':
      return clamp(from + 1);
    case 'ArrowUp':
      return clamp(from - 1);
    case 'Home':
      return 0;
    case 'End':
      return last;
    case 'PageDown':
      return clamp(from + pageRows);
    case 'PageUp':
      return clamp(from - pageRows);
    default:
      return null;
  }
}
