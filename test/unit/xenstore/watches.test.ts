import { describe, expect, test } from 'vitest';
import { XenStore } from '../../../engine/xenstore/index.ts';
import { ScriptClient, type Shown } from './script-client.ts';

function watching(...watches: readonly string[]): { store: XenStore; client: ScriptClient } {
  const store = new XenStore();
  const client = new ScriptClient(store);
  for (const watch of watches) client.ask('WATCH', watch);
  return { store, client };
}

const eventsOf = (shown: readonly Shown[]): string[] =>
  shown.filter(([name]) => name === 'WATCH_EVENT').map(([, payload]) => payload);

test('a new watch is answered first and then fires for its own path, there or not', () => {
  const { client } = watching();
  expect(client.ask('WATCH', '/nowhere\0tok\0')).toEqual([
    ['WATCH', 'OK\0'],
    ['WATCH_EVENT', '/nowhere\0tok\0'],
  ]);
  expect(client.ask('WATCH', '/nowhere\0tok\0')).toEqual([['ERROR', 'EEXIST\0']]);
  expect(client.ask('WATCH', '/nowhere\0other\0')).toHaveLength(2);
  expect(client.ask('UNWATCH', '/nowhere\0third\0')).toEqual([['ERROR', 'ENOENT\0']]);
  expect(client.ask('UNWATCH', '/nowhere\0tok\0')).toEqual([['UNWATCH', 'OK\0']]);
  expect(eventsOf(client.ask('WRITE', '/nowhere\0'))).toEqual(['/nowhere\0other\0']);
});

describe('who hears what', () => {
  test.each<[string, string, Parameters<ScriptClient['ask']>, string[]]>([
    ['a value', '/a\0t\0', ['WRITE', '/a\0x'], ['/a\0t\0']],
    ['the same value again', '/a/b\0t\0', ['WRITE', '/a/b\0'], ['/a/b\0t\0']],
    ['something below', '/a\0t\0', ['WRITE', '/a/b\0x'], ['/a/b\0t\0']],
    ['only the deepest of what was created', '/\0t\0', ['WRITE', '/n/e/w\0x'], ['/n/e/w\0t\0']],
    ['nothing of a mkdir that finds the node', '/a\0t\0', ['MKDIR', '/a\0'], []],
    ['permissions', '/a\0t\0', ['SET_PERMS', '/a\0r0\0'], ['/a\0t\0']],
    ['a removal, one event for the top', '/\0t\0', ['RM', '/a\0'], ['/a\0t\0']],
    ['the removal of exactly what is watched', '/a/b\0t\0', ['RM', '/a\0'], ['/a/b\0t\0']],
    ['nothing of a node that never was', '/a/never\0t\0', ['RM', '/a\0'], []],
    ['nothing above', '/a/b\0t\0', ['WRITE', '/a\0x'], []],
    ['nothing beside', '/a\0t\0', ['WRITE', '/ab\0x'], []],
    ['depth 0: the node', '/a\0t\x000\0', ['WRITE', '/a\0x'], ['/a\0t\0']],
    ['depth 0: no child', '/a\0t\x000\0', ['WRITE', '/a/b\0x'], []],
    ['depth 1: a child', '/a\0t\x001\0', ['WRITE', '/a/b\0x'], ['/a/b\0t\0']],
    ['depth 1: no grandchild', '/a\0t\x001\0', ['WRITE', '/a/b/c\0x'], []],
    ['depth 1 of the root', '/\0t\x001\0', ['WRITE', '/x\0'], ['/x\0t\0']],
    ['depth 1 of the root: no grandchild', '/\0t\x001\0', ['WRITE', '/a/x\0'], []],
    ['the root watch does not see special nodes', '/\0t\0', ['SET_PERMS', '@releaseDomain\0n0\0'], []],
    ['a special node', '@releaseDomain\0t\0', ['SET_PERMS', '@releaseDomain\0n0\0'], ['@releaseDomain\0t\0']],
  ])('%s', (_, watch, request, events) => {
    const store = new XenStore();
    store.write('/a/b', '');
    const client = new ScriptClient(store);
    client.ask('WATCH', watch);
    const shown = client.ask(...request);
    expect(eventsOf(shown)).toEqual(events);
    expect(shown.at(-1)?.[0], 'the reply comes after the events').toBe(request[0]);
  });

  test('a relative watch gets relative paths', () => {
    const { client } = watching('dir\0t\0');
    expect(eventsOf(client.ask('WRITE', '/local/domain/0/dir/x\0'))).toEqual(['dir/x\0t\0']);
  });

  test('children go before their parents when a tree is removed', () => {
    const { store, client } = watching('/t/a/b\0b\0', '/t/a\0a\0', '/t\0t\0');
    store.write('/t/a/b', '');
    client.ask('READ', '/t\0');
    expect(eventsOf(client.ask('RM', '/t\0'))).toEqual(['/t/a/b\0b\0', '/t/a\0a\0', '/t\0t\0']);
  });

  test('every connection hears, in the order in which they came', () => {
    const store = new XenStore();
    const order: number[] = [];
    const clients = [0, 1, 2].map(() => new ScriptClient(store));
    for (const client of [...clients].reverse()) client.ask('WATCH', '/a\0t\0');
    store.watch('/a', () => order.push(-1));
    clients[2]?.ask('WRITE', '/a\0x');
    expect(clients.map((client) => eventsOf(client.take()))).toEqual([['/a\0t\0'], ['/a\0t\0'], []]);
    expect(order).toEqual([-1]);
  });
});

describe('merging', () => {
  test('an event that already waits is not queued twice; a different one is', () => {
    const { store, client } = watching('/a\0t\0');
    client.full = true;
    client.ask('READ', '/tool\0');
    for (const path of ['/a', '/a/b', '/a', '/a/b']) store.write(path, 'x');
    client.full = false;
    client.connection.drained();
    expect(eventsOf(client.take())).toEqual(['/a\0t\0', '/a/b\0t\0']);
    store.write('/a', 'y');
    client.connection.drained();
    expect(eventsOf(client.take())).toEqual(['/a\0t\0']);
  });

  test('special events are all kept', async () => {
    const { store, client } = watching('@introduceDomain\0t\0');
    client.full = true;
    client.ask('READ', '/tool\0');
    client.take();
    for (const domid of [1, 2, 3]) {
      store.domainCreated(domid);
      store.introduce(domid);
    }
    client.connection.drained();
    expect(eventsOf(client.take())).toHaveLength(3);
  });
});

test('an event that does not fit a message is not sent', () => {
  const { client } = watching(`/a\0${'t'.repeat(4090)}\0`);
  expect(client.take()).toEqual([]);
  expect(client.ask('WRITE', `/a/${'b'.repeat(20)}\0`)).toEqual([['WRITE', 'OK\0']]);
});

test('RESET_WATCHES and the end of the connection end the watches', () => {
  const { store, client } = watching('/a\0t\0');
  client.ask('RESET_WATCHES', '\0');
  expect(client.ask('WRITE', '/a\0x')).toEqual([['WRITE', 'OK\0']]);
  client.ask('WATCH', '/a\0t\0');
  client.connection.close();
  store.write('/a', 'y');
  expect(client.take()).toEqual([]);
});

describe('special watches tell of domains', () => {
  test('introduction, shutdown (once) and release; with the number only to those who asked for it', async () => {
    const { store, client } = watching(
      '@introduceDomain\0i\0',
      '@releaseDomain\0r\0',
      '@releaseDomain\0deep\x001\0',
      '@releaseDomain/7\0seven\0',
      '@releaseDomain\0flat\x000\0',
      '/\0root\0',
    );
    const heard = async (action: () => void): Promise<string[]> => {
      action();
      await Promise.resolve();
      return eventsOf(client.take());
    };
    expect(await heard(() => store.domainCreated(7))).toEqual([]);
    expect(await heard(() => store.introduce(7))).toEqual(['@introduceDomain\0i\0']);
    expect(await heard(() => store.introduce(7))).toEqual([]);
    const released = ['@releaseDomain\0r\0', '@releaseDomain/7\0deep\0', '@releaseDomain/7\0seven\0'];
    expect(await heard(() => store.domainShutDown(7))).toEqual(released);
    expect(await heard(() => store.domainShutDown(7))).toEqual([]);
    expect(await heard(() => store.resume(7))).toEqual([]);
    expect(await heard(() => store.domainShutDown(7))).toEqual(released);
    expect(await heard(() => store.release(7))).toEqual(released);
    expect(await heard(() => store.release(7))).toEqual([]);
    store.domainCreated(8);
    expect(await heard(() => store.release(8)), 'never introduced').toEqual([]);
  });
});
