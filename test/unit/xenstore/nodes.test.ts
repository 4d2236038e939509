import { describe, expect, test } from 'vitest';
import { type MessageName, XenStore } from '../../../engine/xenstore/index.ts';
import { ScriptClient } from './script-client.ts';

/** Requests of one local client and their replies, in order, on a fresh store. */
type Script = readonly (readonly [request: readonly [MessageName | number, string], reply: string])[];

function play(script: Script): void {
  const client = new ScriptClient(new XenStore());
  for (const [[type, payload], reply] of script) {
    const shown = client.ask(type, payload).filter(([name]) => name !== 'WATCH_EVENT');
    expect(
      shown.map(([name, text]) => (name === 'ERROR' ? `!${text}` : text)),
      `${type} ${payload}`,
    ).toEqual([reply]);
  }
}

describe('malformed requests', () => {
  test.each([
    ['READ', 'no NUL at the end', '/tool'],
    ['READ', 'two arguments', '/tool\0x\0'],
    ['READ', 'nothing', ''],
    ['READ', 'an empty path', '\0'],
    ['READ', 'a blank in the path', '/bad path\0'],
    ['READ', 'a dot in the path', '/a.b\0'],
    ['READ', 'a special node', '@releaseDomain\0'],
    ['DIRECTORY', 'a double slash', '/a//b\0'],
    ['MKDIR', 'a trailing slash', '/a/\0'],
    ['MKDIR', 'a relative trailing slash', 'a/\0'],
    ['RM', 'the root', '/\0'],
    ['WRITE', 'no NUL', '/a'],
    ['WRITE', 'a special node', '@x\0v'],
    ['SET_PERMS', 'no permissions', '/tool\0'],
    ['SET_PERMS', 'an unknown letter', '/tool\0x0\0'],
    ['SET_PERMS', 'no number', '/tool\0n\0'],
    ['SET_PERMS', 'a number with more behind', '/tool\0n0x\0'],
    ['SET_PERMS', 'a wrong octal number', '/tool\0n09\0'],
    ['WATCH', 'no token', '/a\0'],
    ['WATCH', 'four arguments', '/a\0t\x001\0x\0'],
    ['WATCH', 'a negative depth', '/a\0t\0-1\0'],
    ['UNWATCH', 'three arguments', '/a\0t\x001\0'],
    ['TRANSACTION_END', 'neither T nor F', 'X\0'],
    ['DIRECTORY_PART', 'no offset', '/tool\0'],
    ['INTRODUCE', 'no port', '1\x002\0'],
    ['INTRODUCE', 'port 0', '0\x001\x000\0'],
    ['RELEASE', 'domain 0', '0\0'],
    ['RESUME', 'domain 0', '0\0'],
    ['RELEASE', 'no number', 'one\0'],
    ['GET_DOMAIN_PATH', 'a number beyond 65535', '65536\0'],
    ['GET_DOMAIN_PATH', 'a negative number', '-1\0'],
    ['GET_FEATURE', 'two arguments', '0\x001\0'],
    ['SET_FEATURE', 'one argument', '0\0'],
    ['GET_QUOTA', 'an unknown quota', 'bogus\0'],
    ['GET_QUOTA', 'a soft limit that does not exist', 'soft-nodes\0'],
    ['SET_QUOTA', 'one argument', 'nodes\0'],
    ['SET_QUOTA', 'the value that means none', 'nodes\x004294967295\0'],
    ['CONTROL', 'nothing', ''],
    ['CONTROL', 'an unknown command', 'bogus\0'],
  ] as const)('%s with %s: EINVAL', (type, _, payload) => {
    play([[[type, payload], '!EINVAL\0']]);
  });

  test.each([15, 16, 20, 27, 65535, 4294967295])('type %i: ENOSYS', (type) => {
    play([[[type, '/tool\0'], '!ENOSYS\0']]);
  });
});

describe('nodes', () => {
  test('a fresh store has /tool/xenstored and the special nodes', () => {
    play([
      [['DIRECTORY', '/\0'], 'tool\0'],
      [['DIRECTORY', '/tool\0'], 'xenstored\0'],
      [['GET_PERMS', '/\0'], 'n0\0'],
      [['GET_PERMS', '@introduceDomain\0'], 'n0\0'],
      [['GET_PERMS', '@releaseDomain\0'], 'n0\0r32757\0'],
    ]);
  });

  test('a write creates what is missing above; values hold any byte', () => {
    play([
      [['WRITE', '/a/b\0one\0two\xff'], 'OK\0'],
      [['READ', '/a/b\0'], 'one\0two\xff'],
      [['READ', '/a\0'], ''],
      [['WRITE', '/a/b\0'], 'OK\0'],
      [['READ', '/a/b\0'], ''],
    ]);
  });

  test('relative paths are those of the own domain', () => {
    play([
      [['WRITE', 'x/y\x001'], 'OK\0'],
      [['READ', '/local/domain/0/x/y\0'], '1'],
      [['DIRECTORY', 'x\0'], 'y\0'],
    ]);
  });

  test('children are listed in order of creation, also after some have gone', () => {
    play([
      [['MKDIR', '/d/c\0'], 'OK\0'],
      [['MKDIR', '/d/a\0'], 'OK\0'],
      [['MKDIR', '/d/b\0'], 'OK\0'],
      [['DIRECTORY', '/d\0'], 'c\0a\0b\0'],
      [['RM', '/d/a\0'], 'OK\0'],
      [['MKDIR', '/d/a\0'], 'OK\0'],
      [['DIRECTORY', '/d\0'], 'c\0b\0a\0'],
      [['RM', '/d/a\0'], 'OK\0'],
      [['MKDIR', '/d/z\0'], 'OK\0'],
      [['DIRECTORY', '/d\0'], 'c\0b\0z\0'],
    ]);
  });

  test('mkdir leaves an existing value alone; rm of a missing node needs its parent', () => {
    play([
      [['WRITE', '/a\0v'], 'OK\0'],
      [['MKDIR', '/a\0'], 'OK\0'],
      [['READ', '/a\0'], 'v'],
      [['RM', '/missing\0'], 'OK\0'],
      [['RM', '/missing/below\0'], '!ENOENT\0'],
      [['READ', '/missing\0'], '!ENOENT\0'],
      [['DIRECTORY', '/missing\0'], '!ENOENT\0'],
      [['GET_PERMS', '@nothing\0'], '!ENOENT\0'],
    ]);
  });

  test('new nodes take their parent’s permissions; domains that are not there get nothing from an entry', () => {
    play([
      [['WRITE', '/a\0'], 'OK\0'],
      [['SET_PERMS', '/a\0r0\0b0x7\0w010\0'], 'OK\0'],
      [['WRITE', '/a/b\0'], 'OK\0'],
      [['GET_PERMS', '/a/b\0'], 'r0\0b7\0w8\0'],
      [['SET_PERMS', '/a\0n7\0'], '!ENOENT\0'],
      [['SET_PERMS', '/none\0n0\0'], '!ENOENT\0'],
      [['SET_PERMS', '@releaseDomain\0n0\0'], 'OK\0'],
      [['GET_PERMS', '@releaseDomain\0'], 'n0\0'],
    ]);
  });

  test('a local client may go beyond the path lengths that bind guests', () => {
    const long = `/${'x'.repeat(4000)}`;
    play([
      [['WRITE', `${long}\0v`], 'OK\0'],
      [['READ', `${long}\0`], 'v'],
    ]);
  });
});

describe('replies that do not fit a message', () => {
  const names = Array.from({ length: 800 }, (_, index) => `child-${index}`);

  function crowded(): ScriptClient {
    const store = new XenStore();
    for (const name of names) store.mkdir(`/many/${name}`);
    return new ScriptClient(store);
  }

  test('DIRECTORY refuses with E2BIG', () => {
    expect(crowded().ask('DIRECTORY', '/many\0')).toEqual([['ERROR', 'E2BIG\0']]);
  });

  test('DIRECTORY_PART gives the list in parts of whole names, with the generation; an empty name ends it', () => {
    const client = crowded();
    const generations = new Set<string>();
    let list = '';
    for (let part = ''; !part.endsWith('\0\0');) {
      const [[name, payload] = ['', '']] = client.ask('DIRECTORY_PART', `/many\0${list.length}\0`);
      expect(name).toBe('DIRECTORY_PART');
      expect(payload.length).toBeLessThanOrEqual(4096);
      generations.add(payload.slice(0, payload.indexOf('\0')));
      part = payload.slice(payload.indexOf('\0') + 1);
      list += part;
    }
    expect(list.slice(0, -1)).toBe(names.map((name) => `${name}\0`).join(''));
    expect(generations.size).toBe(1);
  });

  test('beyond the end there is only the end; the generation changes with the children', () => {
    const client = new ScriptClient(new XenStore());
    const [[, before] = ['', '']] = client.ask('DIRECTORY_PART', '/tool\x0099\0');
    expect(before).toMatch(/^\d+\0\0$/);
    client.ask('MKDIR', '/tool/more\0');
    const [[, after] = ['', '']] = client.ask('DIRECTORY_PART', '/tool\x000\0');
    expect(after).toMatch(/^\d+\0xenstored\0more\0\0$/);
    expect(parseInt(after, 10)).toBeGreaterThan(parseInt(before, 10));
  });
});

test('replies carry the ids of their request, in order, however the requests were cut', () => {
  const client = new ScriptClient(new XenStore());
  client.ask('TRANSACTION_START', '\0');
  client.send('READ', '/tool\0', 1);
  client.send('READ', '/nope\0', 7);
  expect(
    client.received.map(({ type, requestId, transactionId }) => [type, requestId, transactionId]),
  ).toEqual([
    [2, 2, 1],
    [16, 3, 7],
  ]);
});
