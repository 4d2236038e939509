import { describe, expect, it } from 'vitest';
import type { DomainInfo } from '../../../../engine/api/domain.ts';
import type { HostInfo } from '../../../../engine/api/host.ts';
import { treeKeyboard, type TreeKey } from '../../../../renderer/feature/tree/tree-keyboard.ts';
import {
  groupKey,
  parentIndex,
  rowName,
  treeRows,
  type TreeRow,
} from '../../../../renderer/feature/tree/tree-rows.ts';
import { fakeDom0 } from '../../../support/fake-host.ts';
import { aDomain, aHost, running } from '../samples.ts';

const hosts: HostInfo[] = [aHost(), aHost({ id: 'palantir', name: 'palantir', kind: 'xen' })];
const domains: Record<string, DomainInfo[]> = {
  local: [
    fakeDom0(),
    aDomain('db', { ...running(8), state: 'paused' }),
    aDomain('web', running(7)),
    aDomain('web-2'),
  ],
  palantir: [aDomain('pv1', { host: 'palantir', ...running(1) })],
};

const rowsOf = (filter = '', closed: string[] = []): TreeRow[] =>
  treeRows({ hosts, domainsOf: (host) => domains[host] ?? [], closed: new Set(closed), filter });
const names = (rows: readonly TreeRow[]): string[] => rows.map(rowName);

describe('rows of the tree', () => {
  it('are hosts, each followed by its domains', () => {
    expect(names(rowsOf())).toEqual([
      'All hosts',
      'laptop',
      'Domain-0',
      'db',
      'web',
      'web-2',
      'palantir',
      'pv1',
    ]);
  });

  it('tell assistive technology their place', () => {
    const [fleet, host, dom0] = rowsOf();
    expect(fleet).toMatchObject({ level: 1, position: 1, setSize: 3, hosts: 2 });
    expect(host).toMatchObject({ level: 1, position: 2, setSize: 3, open: true, running: 3, total: 4 });
    expect(dom0).toMatchObject({ level: 2, position: 1, setSize: 4 });
  });

  it('leave out the domains of a closed host', () => {
    expect(names(rowsOf('', ['local']))).toEqual(['All hosts', 'laptop', 'palantir', 'pv1']);
  });

  it.each([
    ['part of a name, whatever its case', 'WEB', ['laptop', 'web', 'web-2']],
    ['a state', 'paused', ['laptop', 'db']],
    ['a domid', '7', ['laptop', 'web']],
    ['several words that must all fit', 'web off', ['laptop', 'web-2']],
    ['nothing there', 'nope', []],
  ])('can be filtered by %s', (_what, filter, expected) => {
    expect(names(rowsOf(filter))).toEqual(expected);
  });

  it('show what a filter finds even under a closed host', () => {
    expect(names(rowsOf('pv', ['palantir']))).toEqual(['palantir', 'pv1']);
  });
});

describe('groups in the tree', () => {
  const grouped = [
    aHost(),
    aHost({ id: 'b1', name: 'b1', kind: 'xen', group: 'Berlin' }),
    aHost({ id: 'a1', name: 'a1', kind: 'xen', group: 'Aachen' }),
    aHost({ id: 'b2', name: 'b2', kind: 'xen', group: 'Berlin' }),
  ];
  const of = (filter = '', closed: string[] = []): TreeRow[] =>
    treeRows({
      hosts: grouped,
      domainsOf: (host) => (host === 'b2' ? [aDomain('mail', { host })] : []),
      closed: new Set(closed),
      filter,
    });

  it('stand below what has no group, by name', () => {
    expect(names(of())).toEqual(['All hosts', 'laptop', 'Aachen', 'a1', 'Berlin', 'b1', 'b2', 'mail']);
    expect(of().map(({ level }) => level)).toEqual([1, 1, 1, 2, 1, 2, 2, 3]);
  });

  it('close, and open for what a filter finds in them', () => {
    expect(names(of('', [groupKey('Berlin')]))).toEqual(['All hosts', 'laptop', 'Aachen', 'a1', 'Berlin']);
    expect(names(of('mail', [groupKey('Berlin')]))).toEqual(['Berlin', 'b2', 'mail']);
  });

  it('find hosts by their own name and by their group', () => {
    expect(names(of('a1'))).toEqual(['Aachen', 'a1']);
    expect(names(of('berlin'))).toEqual(['Berlin', 'b1', 'b2', 'mail']);
  });

  it('know what a row is under', () => {
    const rows = of();
    expect(rows.map((_row, at) => rowName(rows[parentIndex(rows, at)] as TreeRow)).slice(5)).toEqual([
      'Berlin',
      'Berlin',
      'b2',
    ]);
  });
});

function aTree() {
  const closed = new Set<string>();
  const done: string[] = [];
  let active = 1;
  const rows = (): TreeRow[] => rowsOf('', [...closed]);
  const press = treeKeyboard({
    rows,
    activeIndex: () => active,
    pageRows: () => 3,
    activate: (index) => {
      if (rows()[index]) active = index;
    },
    open: (row) => void done.push(`open ${rowName(row)}`),
    remove: (row) => void done.push(`remove ${rowName(row)}`),
    toggle: (row) => {
      if (row.kind !== 'host') return;
      if (!closed.delete(row.host.id)) closed.add(row.host.id);
    },
  });
  let now = 0;
  const key = (name: string, patch: Partial<TreeKey> = {}): boolean => {
    now += patch.timeStamp ?? 100;
    return press({ key: name, ctrlKey: false, altKey: false, metaKey: false, ...patch, timeStamp: now });
  };
  return { key, done, at: () => rowName(rows()[active] as TreeRow), count: () => rows().length };
}

describe('keys in the tree', () => {
  it.each([
    [['ArrowDown', 'ArrowDown'], 'db'],
    [['ArrowUp'], 'All hosts'],
    [['End'], 'pv1'],
    [['End', 'Home'], 'All hosts'],
    [['PageDown'], 'web'],
    [['End', 'PageUp'], 'web'],
    [['ArrowRight'], 'Domain-0'],
    [['End', 'ArrowLeft'], 'palantir'],
    [['w'], 'web'],
    [['w', 'e', 'b', '-'], 'web-2'],
    [['p'], 'palantir'],
    [['x'], 'laptop'],
  ])('%j lead to %s', (keys, expected) => {
    const tree = aTree();
    for (const name of keys) tree.key(name);
    expect(tree.at()).toBe(expected);
  });

  it('repeating a letter after a pause goes to the next match', () => {
    const tree = aTree();
    tree.key('w');
    tree.key('w', { timeStamp: 2000 });
    expect(tree.at()).toBe('web-2');
  });

  it('left closes a host, right opens it', () => {
    const tree = aTree();
    tree.key('ArrowLeft');
    expect(tree.count()).toBe(4);
    tree.key('ArrowRight');
    expect(tree.count()).toBe(8);
  });

  it('Enter opens, Delete removes', () => {
    const tree = aTree();
    tree.key('w');
    tree.key('Enter');
    tree.key('Delete');
    expect(tree.done).toEqual(['open web', 'remove web']);
  });

  it.each(['/', 'Tab', 'Escape'])('%s is left to others', (name) => expect(aTree().key(name)).toBe(false));

  it('shortcuts with modifiers are left to others', () => {
    expect(aTree().key('w', { ctrlKey: true })).toBe(false);
  });
});
