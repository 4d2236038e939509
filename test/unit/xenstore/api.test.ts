import { describe, expect, test, vi } from 'vitest';
import { permissions, XenStore, XenStoreError } from '../../../engine/xenstore/index.ts';

const tick = (): Promise<void> => Promise.resolve();

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof XenStoreError) return error.code;
    throw error;
  }
  return 'nothing thrown';
}

describe('nodes', () => {
  test('text goes in and comes out, of any language', () => {
    const store = new XenStore();
    store.write('/vm/name', 'häuschen ☃');
    expect(store.read('/vm/name')).toBe('häuschen ☃');
    expect(store.tryRead('/vm/none')).toBeUndefined();
    expect(store.exists('/vm')).toBe(true);
  });

  test('write and mkdir give permissions in one step; rm says whether there was something', () => {
    const store = new XenStore();
    store.domainCreated(5);
    store.write('/d/value', 'v', permissions('n0', 'r5'));
    store.mkdir('/d/dir', permissions('n5', 'r0'));
    expect(store.getPermissions('/d/value')).toEqual(permissions('n0', 'r5'));
    expect(store.getPermissions('/d/dir')).toEqual(permissions('n5', 'r0'));
    expect(store.list('/d')).toEqual(['value', 'dir']);
    expect([store.rm('/d'), store.rm('/d'), store.rm('/no/such')]).toEqual([true, false, false]);
  });

  test('errors carry the name on the wire and say which path', () => {
    const store = new XenStore();
    expect(() => store.read('/none')).toThrow(/no such node: \/none/);
    expect(codeOf(() => store.write('/bad path', ''))).toBe('EINVAL');
    expect(codeOf(() => store.rm('/'))).toBe('EINVAL');
    expect(codeOf(() => store.list('/none'))).toBe('ENOENT');
    expect(codeOf(() => store.setPermissions('/tool', permissions('n9')))).toBe('ENOENT');
    expect(codeOf(() => store.introduce(9))).toBe('ENOENT');
    expect(codeOf(() => store.setTarget(0, 9))).toBe('ENOENT');
    expect(codeOf(() => store.connectGuest(9, neverSink))).toBe('ENOENT');
    expect(codeOf(() => store.connectGuest(0, neverSink))).toBe('EINVAL');
    expect(() => store.setPermissions('/tool', [])).toThrow(RangeError);
    expect(() => permissions()).toThrow(RangeError);
  });

  test('dump shows a tree in its order', () => {
    const store = new XenStore();
    store.write('/t/b', '1');
    store.write('/t/a/x', '2');
    expect(store.dump('/t').map(({ path, value }) => [path, value])).toEqual([
      ['/t', ''],
      ['/t/b', '1'],
      ['/t/a', ''],
      ['/t/a/x', '2'],
    ]);
    expect(store.dump('/none')).toEqual([]);
  });
});

const neverSink = { write: () => true, resume: () => undefined, end: () => undefined };

describe('transactions', () => {
  test('all or nothing', () => {
    const store = new XenStore();
    const answer = store.transaction((tx) => {
      tx.write('/a', '1');
      tx.write('/b', tx.read('/a'));
      return tx.list('/').length;
    });
    expect([answer, store.read('/b')]).toEqual([3, '1']);
    expect(() =>
      store.transaction((tx) => {
        tx.write('/a', '2');
        throw new Error('changed my mind');
      }),
    ).toThrow('changed my mind');
    expect(store.read('/a')).toBe('1');
  });

  test('one that stays open can conflict, and is then over', () => {
    const store = new XenStore();
    store.write('/a', '1');
    const first = store.begin();
    first.read('/a');
    store.write('/a', '2');
    first.write('/b', 'x');
    expect(first.commit()).toBe(false);
    expect(store.exists('/b')).toBe(false);
    expect(codeOf(() => first.read('/a'))).toBe('ENOENT');
    expect(codeOf(() => first.commit())).toBe('ENOENT');
    const second = store.begin();
    second.write('/b', 'x');
    expect(second.commit()).toBe(true);
    const third = store.begin();
    third.write('/c', 'x');
    third.abort();
    third.abort();
    expect(store.exists('/c')).toBe(false);
  });
});

describe('watches', () => {
  test('fire first for themselves, and never before the call has returned', async () => {
    const store = new XenStore();
    const heard: string[] = [];
    const off = store.watch('/a', (path) => heard.push(path));
    store.write('/a/b', '1');
    expect(heard).toEqual([]);
    await tick();
    expect(heard).toEqual(['/a', '/a/b']);
    off();
    off();
    store.write('/a', '2');
    await tick();
    expect(heard).toHaveLength(2);
  });

  test('a change heard of only once, however often it happened before', async () => {
    const store = new XenStore();
    const heard: string[] = [];
    store.watch('/a', (path) => heard.push(path), { depth: 1 });
    for (let count = 0; count < 5; count += 1) store.write('/a/b', `${count}`);
    store.write('/a/b/deeper', '');
    await tick();
    expect(heard).toEqual(['/a', '/a/b']);
  });

  test('a listener may change the store and watch; it hears of its own changes later', async () => {
    const store = new XenStore();
    const states: string[] = [];
    store.write('/state', '1');
    store.watch('/state', () => {
      const state = store.read('/state');
      states.push(state);
      if (state < '4') store.write('/state', `${Number(state) + 1}`);
    });
    for (let turn = 0; turn < 6; turn += 1) await tick();
    expect(states).toEqual(['1', '2', '3', '4']);
  });

  test('after unsubscribing nothing comes, also of what already waited', async () => {
    const store = new XenStore();
    const listener = vi.fn();
    const off = store.watch('/a', listener);
    off();
    await tick();
    expect(listener).not.toHaveBeenCalled();
  });

  test('a listener that throws keeps nobody else from hearing', async () => {
    const errors: unknown[] = [];
    const store = new XenStore({ onListenerError: (error) => errors.push(error) });
    const heard = vi.fn();
    store.watch('/a', () => {
      throw new Error('oops');
    });
    store.watch('/a', heard);
    await tick();
    expect(heard).toHaveBeenCalledWith('/a');
    expect(errors).toEqual([new Error('oops')]);
  });

  test('special nodes: one call for each domain', async () => {
    const store = new XenStore();
    const heard: string[] = [];
    store.watch('@introduceDomain', (path) => heard.push(path));
    store.watch('@releaseDomain/8', (path) => heard.push(path));
    await tick();
    heard.length = 0;
    for (const domid of [7, 8]) {
      store.domainCreated(domid);
      store.introduce(domid);
    }
    store.release(8);
    await tick();
    expect(heard).toEqual(['@introduceDomain', '@introduceDomain', '@releaseDomain/8']);
    expect([store.isIntroduced(7), store.isIntroduced(8)]).toEqual([true, false]);
  });
});
