import { describe, expect, test } from 'vitest';
import { ManualClock } from '../../../engine/lib/clock.ts';
import {
  encodeFrame,
  MESSAGE,
  permissions,
  XenStore,
  type XenStoreOptions,
} from '../../../engine/xenstore/index.ts';
import { ScriptClient } from './script-client.ts';

const READ_TOOL = encodeFrame(MESSAGE.READ, 1, 0, '/tool\0');

function storeWithGuests(options: XenStoreOptions = {}): XenStore {
  const store = new XenStore(options);
  for (const domid of [5, 6]) {
    store.domainCreated(domid);
    store.mkdir(`/local/domain/${domid}`, permissions(`n${domid}`));
    store.introduce(domid);
  }
  return store;
}

describe('the byte stream', () => {
  test('requests may come in any chunks', () => {
    const client = new ScriptClient(new XenStore());
    const bytes = Buffer.concat([READ_TOOL, READ_TOOL, READ_TOOL]);
    for (const byte of bytes) client.connection.feed(Uint8Array.of(byte));
    expect(client.take()).toEqual([
      ['READ', ''],
      ['READ', ''],
      ['READ', ''],
    ]);
  });

  test('a batch is answered with one write', () => {
    const client = new ScriptClient(new XenStore());
    client.connection.feed(Buffer.concat(Array.from({ length: 32 }, () => READ_TOOL)));
    expect(client.received).toHaveLength(32);
    expect(client.writes).toBe(1);
  });

  test('a message that announces more than 4,096 bytes ends the connection; what came before is answered', () => {
    const client = new ScriptClient(new XenStore());
    const hostile = Buffer.alloc(16);
    hostile.writeUInt32LE(4097, 12);
    expect(client.connection.feed(Buffer.concat([READ_TOOL, hostile, READ_TOOL]))).toBe(false);
    expect(client.take()).toEqual([['READ', '']]);
    expect(client.ended).toBe('protocol');
    expect(client.connection.feed(READ_TOOL)).toBe(false);
    expect(client.take()).toEqual([]);
  });

  test('4,096 bytes are fine', () => {
    const client = new ScriptClient(new XenStore());
    const value = 'v'.repeat(4096 - '/a\0'.length);
    expect(client.ask('WRITE', `/a\0${value}`)).toEqual([['WRITE', 'OK\0']]);
    expect(client.ask('READ', '/a\0')).toEqual([['READ', value]]);
  });

  test('after close nothing comes and nothing is done', () => {
    const store = new XenStore();
    const client = new ScriptClient(store);
    client.connection.close();
    client.connection.close();
    expect(client.send('WRITE', '/a\0v')).toBe(false);
    client.connection.drained();
    expect([store.exists('/a'), client.received.length, client.ended]).toEqual([false, 0, undefined]);
  });
});

describe('a client that does not read', () => {
  test('is not read from above the limit, and goes on when it has drained', () => {
    const store = new XenStore({ socketBounds: { pauseAboveBytes: 1000 } });
    store.write('/v', 'v'.repeat(500));
    const client = new ScriptClient(store);
    client.full = true;
    client.ask('READ', '/v\0');
    const welcome = Array.from({ length: 4 }, () => client.send('READ', '/v\0'));
    expect(welcome).toEqual([true, false, false, false]);
    expect(client.take()).toEqual([]);
    client.full = false;
    client.connection.drained();
    expect(client.take()).toHaveLength(4);
    expect(client.resumed).toBe(1);
  });

  test('is cut off when events pile up; the others are not touched', () => {
    const store = new XenStore({ socketBounds: { maxQueuedBytes: 10_000 } });
    const slow = new ScriptClient(store);
    const other = new ScriptClient(store);
    slow.ask('WATCH', '/a\0t\0');
    slow.full = true;
    slow.ask('READ', '/tool\0');
    for (let count = 0; count < 1000 && slow.ended === undefined; count += 1) store.write(`/a/${count}`, '');
    expect(slow.ended).toBe('overflow');
    expect(other.ask('READ', '/tool\0')).toEqual([['READ', '']]);
    expect(other.ended).toBeUndefined();
  });

  test('is cut off when it sends although told to wait', () => {
    const store = new XenStore({ socketBounds: { pauseAboveBytes: 0, maxBacklogBytes: 500 } });
    const client = new ScriptClient(store);
    client.full = true;
    client.ask('READ', '/tool\0');
    let sent = 0;
    while (client.ended === undefined && sent < 100) {
      client.send('READ', '/tool\0');
      sent += 1;
    }
    expect(client.ended).toBe('flood');
    expect(sent).toBeLessThan(30);
  });
});

describe('a guest waits for what it causes', () => {
  /** Guest 5 writes what local client `slow` watches and does not read. */
  function blockedGuest(clock: ManualClock): { guest: ScriptClient; slow: ScriptClient; store: XenStore } {
    const store = storeWithGuests({ clock });
    const guest = new ScriptClient(store, 5);
    const slow = new ScriptClient(store);
    slow.ask('WATCH', '/local/domain/5\0t\0');
    slow.full = true;
    slow.ask('READ', '/tool\0');
    for (let count = 0; count < 30; count += 1) guest.send('WRITE', `k${count}\0v`);
    return { guest, slow, store };
  }

  test('after 20 undelivered events its requests wait until the watcher reads', () => {
    const { guest, slow, store } = blockedGuest(new ManualClock());
    expect(guest.received).toHaveLength(20);
    expect(store.exists('/local/domain/5/k20')).toBe(false);
    slow.full = false;
    const clock = new ManualClock();
    slow.connection.drained();
    clock.advance(0);
    expect(slow.take().filter(([name]) => name === 'WATCH_EVENT').length).toBeGreaterThanOrEqual(20);
  });

  test('… and then go on', () => {
    const clock = new ManualClock();
    const { guest, slow } = blockedGuest(clock);
    slow.full = false;
    slow.connection.drained();
    clock.advance(1);
    expect(guest.received).toHaveLength(30);
    expect(guest.resumed).toBe(1);
  });

  test('… or 20 seconds have gone by', () => {
    const clock = new ManualClock();
    const { guest } = blockedGuest(clock);
    clock.advance(19_999);
    expect(guest.received).toHaveLength(20);
    clock.advance(2);
    expect(guest.received).toHaveLength(30);
  });

  test('… or the watcher has gone', () => {
    const clock = new ManualClock();
    const { guest, slow } = blockedGuest(clock);
    slow.connection.close();
    clock.advance(1);
    expect(guest.received).toHaveLength(30);
  });

  test('a guest that does not read its replies is not answered further', () => {
    const clock = new ManualClock();
    const guest = new ScriptClient(storeWithGuests({ clock }), 5);
    guest.full = true;
    guest.ask('READ', 'x\0');
    const welcome = Array.from({ length: 25 }, () => guest.send('READ', 'x\0'));
    expect(welcome.filter(Boolean), 'the twentieth fills it up').toHaveLength(19);
    guest.full = false;
    guest.connection.drained();
    clock.advance(1);
    expect(guest.received).toHaveLength(25);
    expect(guest.resumed).toBe(1);
  });

  test('the other guest and local clients do not wait with it', () => {
    const { store } = blockedGuest(new ManualClock());
    const other = new ScriptClient(store, 6);
    expect(other.ask('WRITE', 'k\0v')).toEqual([['WRITE', 'OK\0']]);
    expect(new ScriptClient(store).ask('WRITE', '/local/domain/5/x\0v')).toEqual([['WRITE', 'OK\0']]);
  });
});

test('a flood of cheap requests lets others in between', () => {
  const clock = new ManualClock();
  const store = new XenStore({ clock });
  const client = new ScriptClient(store);
  client.connection.feed(Buffer.concat(Array.from({ length: 1000 }, () => READ_TOOL)));
  expect(client.received).toHaveLength(512);
  clock.advance(1);
  expect(client.received).toHaveLength(1000);
});

test('closing leaves nothing behind: watches, transactions and their accounts', () => {
  const store = storeWithGuests();
  for (let round = 0; round < 20; round += 1) {
    const guest = new ScriptClient(store, 5);
    for (let count = 0; count < 9; count += 1) {
      expect(guest.ask('TRANSACTION_START', '\0')[0]?.[0]).toBe('TRANSACTION_START');
      expect(guest.ask('WATCH', `a\0${count}\0`)[0]?.[0]).toBe('WATCH');
    }
    guest.connection.close();
  }
  const admin = new ScriptClient(store);
  const usage = admin.ask('CONTROL', 'quota\x005\0')[0]?.[1] ?? '';
  expect(usage).toMatch(/watches +: +0 \(max +9\)/);
  expect(usage).toMatch(/transactions +: +0 \(max +9\)/);
});
