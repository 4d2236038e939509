import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { XenstoreNode } from '../../../../engine/api/dom0.ts';
import { storeKeyboard } from '../../../../renderer/feature/xenstore/store-keyboard.ts';
import { fromText, permissionsInWords, toText } from '../../../../renderer/feature/xenstore/store-text.ts';
import {
  isWithin,
  nearestKnown,
  storeRows,
  takeIn,
  toReadAgain,
  unread,
  type StoreRow,
  type StoreTree,
} from '../../../../renderer/feature/xenstore/store-tree.ts';

/** A node as read: children as `name=value`, with a slash at the end when they have children themselves. */
const node = (path: string, ...children: string[]): XenstoreNode => ({
  path,
  value: '',
  permissions: 'n0',
  children: children.map((text) => {
    const [name = '', value = ''] = text.replace(/\/$/, '').split('=');
    return { name, value, leaf: !text.endsWith('/') };
  }),
});
function treeOf(...reads: XenstoreNode[]): StoreTree {
  const tree: StoreTree = new Map();
  for (const read of reads) takeIn(tree, read);
  return tree;
}
const sample = (): StoreTree =>
  treeOf(node('/', 'local/', 'vm/'), node('/local', 'domain/'), node('/local/domain', '0=zero', '10/', '2/'));
const options = { root: '/', open: new Set(['/', '/local']), filter: '' };
const namesOf = (rows: readonly StoreRow[]): string[] => rows.map(({ level, name }) => `${level} ${name}`);

describe('the tree of nodes', () => {
  it('shows what is open, level by level', () => {
    expect(namesOf(storeRows(sample(), options))).toEqual(['1 /', '2 local', '3 domain', '2 vm']);
  });

  it('begins at its root', () => {
    const rows = storeRows(sample(), {
      root: '/local/domain',
      open: new Set(['/local/domain']),
      filter: '',
    });
    expect(rows[0]).toMatchObject({ name: '/local/domain', level: 1, open: true });
    expect(rows.map(({ open }) => open)).toEqual([true, null, false, false]);
  });

  it.each([
    ['zero', ['1 /', '2 local', '3 domain', '4 0']],
    ['domain 10', ['1 /', '2 local', '3 domain', '4 10']],
    ['nothing', []],
  ])('filtered by “%s” keeps the way to each match', (filter, expected) =>
    expect(namesOf(storeRows(sample(), { ...options, filter }))).toEqual(expected),
  );

  it('forgets what is gone with all below it, and keeps what was read of the rest', () => {
    const tree = treeOf(node('/', 'a/', 'b/'), node('/a', 'x'), node('/b', 'y'), node('/', 'b/'));
    expect([...tree.keys()].sort()).toEqual(['/', '/b', '/b/y']);
  });

  it('knows what to read again after a change, what was not read yet, and where to show a change', () => {
    const tree = sample();
    expect(toReadAgain(tree, ['/local/domain/2/name'])).toEqual([]);
    expect(toReadAgain(tree, ['/local/domain/2'])).toEqual(['/local/domain']);
    expect(unread(tree, '/')).toEqual(['/vm', '/local/domain/10', '/local/domain/2']);
    expect(nearestKnown(tree, '/local/domain/2/a/b')).toBe('/local/domain/2');
    expect([isWithin('/a/b', '/a'), isWithin('/ab', '/a'), isWithin('/x', '/')]).toEqual([true, false, true]);
  });
});

describe('keys in the tree', () => {
  function press(from: string, ...keys: string[]) {
    const rows = storeRows(sample(), options);
    let active = rows.findIndex(({ path }) => path === from);
    const done: string[] = [];
    const useKey = storeKeyboard({
      rows: () => rows,
      activeIndex: () => active,
      pageRows: () => 2,
      activate: (index) => {
        if (rows[index]) active = index;
      },
      toggle: (path, open) => void done.push(`${open ? 'open' : 'close'} ${path}`),
      remove: (path) => void done.push(`remove ${path}`),
    });
    keys.forEach((key, at) => {
      useKey({ key, timeStamp: at * 100, ctrlKey: false, altKey: false, metaKey: false });
    });
    return { at: rows[active]?.path, done };
  }

  it.each([
    ['/', ['ArrowDown', 'ArrowDown'], '/local/domain', []],
    ['/', ['ArrowUp'], '/', []],
    ['/local/domain', ['ArrowLeft'], '/local', []],
    ['/local', ['ArrowLeft'], '/local', ['close /local']],
    ['/local', ['ArrowRight'], '/local/domain', []],
    ['/vm', ['ArrowRight'], '/vm', ['open /vm']],
    ['/', ['End'], '/vm', []],
    ['/vm', ['PageUp'], '/local', []],
    ['/', ['v'], '/vm', []],
    ['/', ['l', 'o'], '/local', []],
    ['/vm', ['Delete'], '/vm', ['remove /vm']],
    ['/local', ['*'], '/local', ['open /vm']],
  ])('from %s: %j', (from, keys, at, done) => expect(press(from, ...keys)).toEqual({ at, done }));
});

describe('values as text', () => {
  it.each([
    ['plain', 'plain'],
    ['a\\b', 'a\\\\b'],
    ['\x00\x01', '\\x00\\x01'],
    ['gr\xc3\xbcn', 'grün'],
    ['\xff', '\\xff'],
    ['', ''],
  ])('%j is shown as %s', (latin1, text) => {
    expect(toText(latin1)).toBe(text);
    expect(fromText(text)).toBe(latin1);
  });

  it('come back as the bytes they were, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const latin1 = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
        expect(fromText(toText(latin1))).toBe(latin1);
      }),
    );
  });

  it.each(['\\', '\\x1', '\\n', 'a\\\\\\'])('%s is no value', (text) => expect(fromText(text)).toBeNull());
});

describe('permissions in words', () => {
  it.each([
    ['n0', /Owned by domid 0; all others may neither/],
    ['r0,b3', /all others may read; domid 3 may read and write/],
  ])('%s', (text, words) => expect(permissionsInWords(text)).toMatch(words));
  it.each(['', '0', 'x0', 'n0,', 'n0;r1', 'n'])('“%s” is none', (text) =>
    expect(permissionsInWords(text)).toBeNull(),
  );
});
