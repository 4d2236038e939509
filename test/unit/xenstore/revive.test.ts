import { describe, expect, test } from 'vitest';
import { encodeFrame, MESSAGE, permissions, XenStore } from '../../../engine/xenstore/index.ts';
import { ScriptClient } from './script-client.ts';

function host(domid: number): { store: XenStore; guest: ScriptClient } {
  const store = new XenStore();
  store.domainCreated(domid);
  store.mkdir(`/local/domain/${domid}`, permissions(`n${domid}`));
  store.introduce(domid);
  return { store, guest: new ScriptClient(store, domid) };
}

/** The guest of `from`, going on as domain 9 of another host. */
function moved(from: ScriptClient): { store: XenStore; guest: ScriptClient } {
  const there = host(9);
  there.store.write('/local/domain/9/data', '', permissions('n9'));
  there.guest.connection.revive(from.connection.capture());
  return there;
}

describe('a connection that goes on elsewhere', () => {
  test('keeps its relative watches, which are heard at once and at each change', async () => {
    const { guest } = host(5);
    guest.ask('WATCH', 'data\0token\0');
    const there = moved(guest);
    await Promise.resolve();
    expect(there.guest.take()).toEqual([['WATCH_EVENT', 'data\0token\0']]);
    there.store.write('/local/domain/9/data/x', 'v');
    await Promise.resolve();
    expect(there.guest.take()).toEqual([['WATCH_EVENT', 'data/x\0token\0']]);
    expect(there.guest.ask('UNWATCH', 'data\0token\0')).toEqual([['UNWATCH', 'OK\0']]);
  });

  test('keeps the depth of a watch', async () => {
    const { guest } = host(5);
    guest.ask('WATCH', 'data\0t\x001\0');
    const there = moved(guest);
    await Promise.resolve();
    there.guest.take();
    there.store.write('/local/domain/9/data/x', 'near');
    there.store.write('/local/domain/9/data/x/y', 'too deep');
    await Promise.resolve();
    expect(there.guest.take()).toEqual([['WATCH_EVENT', 'data/x\0t\0']]);
  });

  test('has its open transaction answered with a conflict, and begins anew', () => {
    const { guest } = host(5);
    const [[, id = '']] = guest.ask('TRANSACTION_START', '\0') as [[string, string]];
    const number = parseInt(id, 10);
    guest.ask('WRITE', 'data\0before', number);
    const there = moved(guest);
    expect(there.guest.ask('WRITE', 'data\0after', number)).toEqual([['WRITE', 'OK\0']]);
    expect(there.guest.ask('TRANSACTION_END', 'T\0', number)).toEqual([['ERROR', 'EAGAIN\0']]);
    expect(there.store.read('/local/domain/9/data')).toBe('');
    const [[, again = '']] = there.guest.ask('TRANSACTION_START', '\0') as [[string, string]];
    expect(there.guest.ask('TRANSACTION_END', 'T\0', parseInt(again, 10))).toEqual([
      ['TRANSACTION_END', 'OK\0'],
    ]);
  });

  test('has a request that was under way in two halves answered once it is whole', () => {
    const { guest } = host(5);
    const request = encodeFrame(MESSAGE.WRITE, 1, 0, 'data\0whole');
    guest.connection.feed(request.subarray(0, 20));
    const there = moved(guest);
    there.guest.connection.feed(request.subarray(20));
    expect(there.guest.take()).toEqual([['WRITE', 'OK\0']]);
    expect(there.store.read('/local/domain/9/data')).toBe('whole');
  });

  test('gets the answers it had not taken, and they stay for it where it was', async () => {
    const { guest } = host(5);
    guest.full = true;
    guest.ask('READ', 'data\0');
    guest.ask('GET_DOMAIN_PATH', '5\0');
    const there = moved(guest);
    expect(there.guest.take()).toEqual([['GET_DOMAIN_PATH', '/local/domain/5\0']]);
    guest.full = false;
    guest.connection.drained();
    expect(guest.take()).toEqual([['GET_DOMAIN_PATH', '/local/domain/5\0']]);
  });

  test('leaves out what makes no sense', () => {
    const there = host(9);
    there.guest.connection.revive({
      input: new Uint8Array(0),
      output: new Uint8Array(0),
      watches: [
        { path: '//', token: 't' },
        { path: 'data', token: 't', depth: 2 },
        { path: 'data', token: 't' },
      ],
      transactions: [0, -1, 2 ** 40, 7, 7],
    });
    expect(there.guest.connection.capture()).toMatchObject({
      watches: [{ path: 'data', token: 't', depth: 2 }],
      transactions: [7],
    });
  });
});
