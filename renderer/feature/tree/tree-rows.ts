import type { DomainInfo } from '../../../engine/api/domain.ts';
import type { HostInfo } from '../../../engine/api/host.ts';
import { domainKey } from '../../../engine/api/state.ts';
import { stateLooks } from '../../ui/domain-state.ts';

interface Placed {
  /** Unique among rows; also part of the row's element id. */
  readonly key: string;
  readonly position: number;
  readonly setSize: number;
}
export type HostRow = Placed & {
  readonly kind: 'host';
  readonly host: HostInfo;
  readonly open: boolean;
  readonly running: number;
  readonly total: number;
};
export type DomainRow = Placed & { readonly kind: 'domain'; readonly domain: DomainInfo };
export type TreeRow = HostRow | DomainRow;

export interface TreeInput {
  readonly hosts: readonly HostInfo[];
  readonly domainsOf: (host: string) => readonly DomainInfo[];
  /** Ids of hosts whose domains are hidden. */
  readonly closed: ReadonlySet<string>;
  readonly filter: string;
}

/** A filter word is found in the name, in the state's name, or is the domid. */
export function matchesDomain(domain: DomainInfo, words: readonly string[]): boolean {
  const text = `${domain.name} ${stateLooks[domain.state].label}`.toLowerCase();
  return words.every((word) => text.includes(word) || String(domain.domid) === word);
}

/** The tree as the flat list of rows that are to be seen. A filter opens every host that has a match. */
export function treeRows({ hosts, domainsOf, closed, filter }: TreeInput): TreeRow[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const rows: TreeRow[] = [];
  hosts.forEach((host, index) => {
    const all = domainsOf(host.id);
    const found = words.length > 0 ? all.filter((domain) => matchesDomain(domain, words)) : all;
    if (words.length > 0 && found.length === 0) return;
    const open = words.length > 0 || !closed.has(host.id);
    rows.push({
      kind: 'host',
      key: host.id,
      host,
      open,
      running: all.filter((domain) => domain.domid !== null).length,
      total: all.length,
      position: index + 1,
      setSize: hosts.length,
    });
    if (!open) return;
    found.forEach((domain, place) =>
      rows.push({
        kind: 'domain',
        key: domainKey(host.id, domain.id),
        domain,
        position: place + 1,
        setSize: found.length,
      }),
    );
  });
  return rows;
}

export const rowName = (row: TreeRow): string => (row.kind === 'host' ? row.host.name : row.domain.name);

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
