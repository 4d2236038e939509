import { describe, expect, test } from 'vitest';
import { ManualClock } from '../../../engine/lib/clock.ts';
import { permissions, XenStore, type XenStoreOptions } from '../../../engine/xenstore/index.ts';
import { ScriptClient } from './script-client.ts';

/** A store with a home for domain 5, which may also read /shared. Domain 6 exists, and has nothing. */
function hostWithGuest(options: XenStoreOptions = { guestBounds: { requestsPerSecond: undefined } }): {
  store: XenStore;
  guest: ScriptClient;
} {
  const store = new XenStore(options);
  for (const domid of [5, 6]) store.domainCreated(domid);
  store.mkdir('/local/domain/5', permissions('n5'));
  store.write('/shared/open', 'yes', permissions('n0', 'r5'));
  store.write('/shared/closed', 'no', permissions('n0'));
  store.introduce(5);
  store.introduce(6);
  return { store, guest: new ScriptClient(store, 5) };
}

const one = (client: ScriptClient, ...request: Parameters<ScriptClient['ask']>): string => {
  const [name = '', payload = ''] = client.ask(...request).find(([type]) => type !== 'WATCH_EVENT') ?? [];
  return name === 'ERROR' ? payload.slice(0, -1) : payload;
};

describe('what a guest may', () => {
  test('its own home by relative paths; what it creates is its own', () => {
    const { store, guest } = hostWithGuest();
    expect(one(guest, 'WRITE', 'data/x\0v')).toBe('OK\0');
    expect(store.read('/local/domain/5/data/x')).toBe('v');
    store.setPermissions('/local/domain/5', permissions('r0', 'b5'));
    expect(one(guest, 'WRITE', 'other\0v')).toBe('OK\0');
    expect(store.getPermissions('/local/domain/5/other')).toEqual(permissions('r5', 'b5'));
  });

  test.each([
    ['READ', '/shared/open\0', 'yes'],
    ['READ', '/shared/closed\0', 'EACCES'],
    ['WRITE', '/shared/open\0x', 'EACCES'],
    ['RM', '/shared/open\0', 'EACCES'],
    ['SET_PERMS', '/shared/open\0b5\0', 'EACCES'],
    ['GET_PERMS', '/shared/open\0', 'n0\0r5\0'],
    ['DIRECTORY', '/shared\0', 'EACCES'],
    ['READ', '/shared/missing\0', 'EACCES'],
    ['READ', '/shared/open/missing\0', 'ENOENT'],
    ['READ', 'missing\0', 'ENOENT'],
    ['MKDIR', '/top\0', 'EACCES'],
    ['RM', '/\0', 'EACCES'],
    ['GET_DOMAIN_PATH', '5\0', '/local/domain/5\0'],
    ['CONTROL', 'help\0', 'EACCES'],
    ['INTRODUCE', '6\x001\x001\0', 'EACCES'],
    ['RELEASE', '6\0', 'EACCES'],
    ['RESUME', '6\0', 'EACCES'],
    ['SET_TARGET', '5\x006\0', 'EACCES'],
    ['IS_DOMAIN_INTRODUCED', '6\0', 'EACCES'],
    ['GET_FEATURE', '', '14\0'],
    ['GET_FEATURE', '5\0', 'EACCES'],
    ['SET_FEATURE', '5\x000\0', 'EACCES'],
    ['GET_QUOTA', '', 'EACCES'],
    ['SET_QUOTA', 'nodes\x009\0', 'EACCES'],
  ] as const)('%s %j → %j', (type, payload, answer) => {
    expect(one(hostWithGuest().guest, type, payload)).toBe(answer);
  });

  test('a node that is its own it may share, but not give away', () => {
    const { store, guest } = hostWithGuest();
    one(guest, 'WRITE', 'mine\0v');
    expect(one(guest, 'SET_PERMS', 'mine\0n6\0')).toBe('EPERM');
    expect(one(guest, 'SET_PERMS', 'mine\0n5\0r6\0')).toBe('OK\0');
    const other = new ScriptClient(store, 6);
    expect(one(other, 'READ', '/local/domain/5/mine\0')).toBe('v');
    expect(one(other, 'WRITE', '/local/domain/5/mine\0w')).toBe('EACCES');
  });

  test('only the node itself counts, not the way there', () => {
    const { store, guest } = hostWithGuest();
    store.write('/shared/closed/inner', 'found', permissions('n5'));
    expect(one(guest, 'READ', '/shared/closed/inner\0')).toBe('found');
  });

  test('the first entry that names a domain decides; 32757 stands for any', () => {
    const { store, guest } = hostWithGuest();
    store.write('/any', 'v', permissions('n0', 'r32757'));
    store.write('/but-not-you', 'v', permissions('n0', 'n5', 'r32757'));
    expect(one(guest, 'READ', '/any\0')).toBe('v');
    expect(one(guest, 'READ', '/but-not-you\0')).toBe('EACCES');
  });

  test('a stub domain has its target’s rights while that lives', () => {
    const { store, guest } = hostWithGuest();
    const stub = new ScriptClient(store, 6);
    one(guest, 'WRITE', 'x\0v');
    expect(one(stub, 'READ', '/local/domain/5/x\0')).toBe('EACCES');
    store.setTarget(6, 5);
    expect(one(stub, 'READ', '/local/domain/5/x\0')).toBe('v');
    expect(one(stub, 'WRITE', '/local/domain/5/y\0v')).toBe('OK\0');
    expect(store.getPermissions('/local/domain/5/y')).toEqual(permissions('n6'));
    store.release(5);
    expect(one(stub, 'READ', '/shared/open\0')).toBe('EACCES');
  });
});

describe('watch events reach only who may know', () => {
  test('the node or its parent must be readable', () => {
    const { store, guest } = hostWithGuest();
    for (const path of ['/shared', '@releaseDomain', '@introduceDomain']) one(guest, 'WATCH', `${path}\0t\0`);
    store.write('/shared/open', 'x');
    store.write('/shared/closed', 'x');
    store.write('/shared/open/below', 'x', permissions('n0'));
    store.domainCreated(9);
    store.introduce(9);
    store.release(9);
    guest.connection.drained();
    expect(guest.take().map(([, payload]) => payload)).toEqual([
      '/shared/open\0t\0',
      '/shared/open/below\0t\0',
      '@releaseDomain\0t\0',
    ]);
  });

  test('who loses access hears of that', () => {
    const { store, guest } = hostWithGuest();
    one(guest, 'WATCH', '/shared/open\0t\0');
    store.setPermissions('/shared/open', permissions('n0'));
    store.write('/shared/open', 'secret');
    guest.connection.drained();
    expect(guest.take()).toEqual([['WATCH_EVENT', '/shared/open\0t\0']]);
  });
});

describe('a domain that goes', () => {
  test('takes its nodes with it and leaves its name in permissions without effect', () => {
    const { store } = hostWithGuest();
    store.write('/shared/six', 'v', permissions('n6'));
    store.write('/shared/six/below', 'v', permissions('n0'));
    store.write('/shared/both', 'v', permissions('n0', 'r6'));
    store.release(6);
    expect(store.exists('/shared/six/below')).toBe(false);
    expect(store.list('/shared')).toEqual(['open', 'closed', 'both']);
    store.domainCreated(6);
    store.introduce(6);
    const next = new ScriptClient(store, 6);
    expect(one(next, 'GET_PERMS', '/shared/both\0')).toBe('EACCES');
    store.write('/shared/both', 'w');
    store.write('/shared/both/new', 'w');
    expect(one(next, 'READ', '/shared/both\0')).toBe('EACCES');
    expect(one(next, 'READ', '/shared/both/new\0')).toBe('EACCES');
    store.setPermissions('/shared/both', permissions('n0', 'r6'));
    expect(one(next, 'READ', '/shared/both\0')).toBe('w');
  });

  test('a transaction begun before cannot hand its rights to the next of that number', () => {
    const { store } = hostWithGuest();
    const client = new ScriptClient(store);
    client.ask('TRANSACTION_START', '\0');
    client.ask('WRITE', '/late\0v', 1);
    client.ask('SET_PERMS', '/late\0n0\0r6\0', 1);
    store.release(6);
    store.domainCreated(6);
    expect(one(client, 'TRANSACTION_END', 'T\0', 1)).toBe('OK\0');
    expect(one(new ScriptClient(store, 6), 'READ', '/late\0')).toBe('EACCES');
  });

  test('ends its stream; a special node it owned is domain 0’s again', () => {
    const { store, guest } = hostWithGuest();
    store.setPermissions('@introduceDomain', permissions('n5'));
    store.release(5);
    expect(guest.ended).toBe('released');
    expect(guest.connection.feed(new Uint8Array(16))).toBe(false);
    expect(store.getPermissions('@introduceDomain')).toEqual(permissions('n0'));
  });

  test('introduced anew or connected again it starts afresh', () => {
    const { store, guest } = hostWithGuest();
    store.introduce(5);
    expect(guest.ended).toBe('released');
    const second = new ScriptClient(store, 5);
    const third = new ScriptClient(store, 5);
    expect([second.ended, third.ended]).toEqual(['released', undefined]);
  });
});

describe('quotas bind guests, not domain 0', () => {
  test('nodes', () => {
    const { guest } = hostWithGuest();
    // 1 home + 10 directories + 989 in them; spread, because names count towards the size of their parent.
    for (let count = 0; count < 900; count += 1) {
      expect(one(guest, 'MKDIR', `${count % 10}/${count}\0`)).toBe('OK\0');
    }
    for (let count = 900; count < 989; count += 1) one(guest, 'MKDIR', `${count % 10}/${count}\0`);
    expect(one(guest, 'MKDIR', '0/more\0')).toBe('ENOSPC');
    expect(one(guest, 'WRITE', '1/1\0still')).toBe('OK\0');
  });

  test('nodes counted when a transaction commits', () => {
    const { store, guest } = hostWithGuest();
    const admin = new ScriptClient(store);
    expect(one(admin, 'SET_QUOTA', '5\0nodes\x004\0')).toBe('OK\0');
    one(guest, 'TRANSACTION_START', '\0');
    expect(one(guest, 'WRITE', 'a/b\0', 1)).toBe('OK\0');
    expect(one(guest, 'WRITE', 'c/d\0', 1)).toBe('ENOSPC');
    expect(one(guest, 'TRANSACTION_END', 'T\0', 1), 'a part of it could have been done').toBe('ENOMEM');
    one(guest, 'TRANSACTION_START', '\0');
    one(guest, 'WRITE', 'a/b\0', 2);
    one(guest, 'WRITE', 'outside/x\0');
    expect(one(guest, 'TRANSACTION_END', 'T\0', 2)).toBe('ENOSPC');
  });

  test.each<[string, (guest: ScriptClient) => string, string]>([
    [
      'path length, counted after the home',
      (guest) => one(guest, 'WRITE', `${'x'.repeat(2049)}\0`),
      'EINVAL',
    ],
    ['… of exactly the limit', (guest) => one(guest, 'READ', `${'x'.repeat(2048)}\0`), 'ENOENT'],
    ['node size', (guest) => one(guest, 'WRITE', `x\0${'v'.repeat(2025)}`), 'ENOSPC'],
    ['… of exactly the limit', (guest) => one(guest, 'WRITE', `x\0${'v'.repeat(2024)}`), 'OK\0'],
    ['permissions', (guest) => one(guest, 'SET_PERMS', `/local/domain/5\0${'n5\0'.repeat(6)}`), 'ENOSPC'],
    [
      '… of exactly the limit',
      (guest) => one(guest, 'SET_PERMS', `/local/domain/5\0${'n5\0'.repeat(5)}`),
      'OK\0',
    ],
  ])('%s', (_, action, answer) => {
    expect(action(hostWithGuest().guest)).toBe(answer);
  });

  test('watches and transactions', () => {
    const { guest } = hostWithGuest();
    const watches = Array.from({ length: 129 }, (_, count) => one(guest, 'WATCH', `a\0${count}\0`));
    expect(watches.filter((answer) => answer === 'OK\0')).toHaveLength(128);
    expect(watches.at(-1)).toBe('ENOSPC');
    expect(one(guest, 'WATCH', 'a\x000\0'), 'known comes before full').toBe('EEXIST');
    const transactions = Array.from({ length: 11 }, () => one(guest, 'TRANSACTION_START', '\0'));
    expect(transactions.at(-1)).toBe('ENOSPC');
    expect(one(guest, 'TRANSACTION_END', 'F\0', 1)).toBe('OK\0');
    expect(one(guest, 'TRANSACTION_START', '\0')).toBe('11\0');
  });

  test('nodes looked at in a transaction', () => {
    const { guest } = hostWithGuest();
    one(guest, 'TRANSACTION_START', '\0');
    let answer = '';
    for (let count = 0; count < 1030; count += 1) answer = one(guest, 'READ', `x${count}\0`, 1);
    expect(answer).toBe('ENOSPC');
    expect(one(guest, 'TRANSACTION_END', 'T\0', 1)).toBe('ENOMEM');
  });

  test('memory, including what transactions hold', () => {
    const { store, guest } = hostWithGuest();
    one(new ScriptClient(store), 'SET_QUOTA', '5\0memory\x0010000\0');
    const value = 'v'.repeat(1900);
    const answers = [1, 2, 3, 4, 5, 6].map((count) => one(guest, 'WRITE', `m${count}\0${value}`));
    expect(answers).toContain('ENOMEM');
    for (const count of [1, 2, 3, 4, 5, 6]) one(guest, 'RM', `m${count}\0`);
    one(guest, 'TRANSACTION_START', '\0');
    const inside = [1, 2, 3, 4, 5, 6].map((count) => one(guest, 'WRITE', `m${count}\0${value}`, 1));
    expect(inside.indexOf('ENOMEM')).toBeGreaterThan(1);
    expect(one(guest, 'TRANSACTION_END', 'T\0', 1)).toBe('ENOMEM');
    expect(one(guest, 'WRITE', `m1\0${value}`), 'all given back').toBe('OK\0');
  });

  test('a limit of 0 is none; domain 0 has none', () => {
    const { store, guest } = hostWithGuest();
    const admin = new ScriptClient(store);
    one(admin, 'SET_QUOTA', 'node-size\x000\0');
    expect(one(guest, 'WRITE', `x\0${'v'.repeat(4000)}`)).toBe('OK\0');
    for (let count = 0; count < 1100; count += 1) store.mkdir(`/many/${count}`);
    expect(store.list('/many')).toHaveLength(1100);
  });
});

test('features can be chosen until the domain is introduced', () => {
  const store = new XenStore();
  const admin = new ScriptClient(store);
  expect(one(admin, 'SET_FEATURE', '5\x004\0')).toBe('ENOENT');
  store.domainCreated(5);
  expect(one(admin, 'SET_FEATURE', '5\x001\0')).toBe('EINVAL');
  expect(one(admin, 'SET_FEATURE', '5\x004\0')).toBe('OK\0');
  expect(one(admin, 'GET_FEATURE', '5\0')).toBe('4\0');
  store.introduce(5);
  expect(one(admin, 'SET_FEATURE', '5\x002\0')).toBe('EBUSY');
  expect(one(admin, 'SET_FEATURE', '0\x002\0')).toBe('EBUSY');
  expect(one(new ScriptClient(store, 5), 'GET_FEATURE', '')).toBe('4\0');
  expect(one(admin, 'GET_FEATURE', '')).toBe('14\0');
});

test('too many questions at once are answered later, at the allowed rate', () => {
  const clock = new ManualClock();
  const { guest } = hostWithGuest({ clock, guestBounds: { requestsPerSecond: 100 } });
  for (let count = 0; count < 30; count += 1) guest.send('READ', '/shared/open\0');
  expect(guest.received).toHaveLength(10);
  expect(guest.resumed).toBe(0);
  clock.advance(100);
  expect(guest.received.length).toBeGreaterThanOrEqual(19);
  clock.advance(200);
  expect(guest.received).toHaveLength(30);
  expect(guest.resumed).toBe(1);
});
