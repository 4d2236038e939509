import { describe, expect, test } from 'vitest';
import { type MessageName, XenStore } from '../../../engine/xenstore/index.ts';
import { ScriptClient } from './script-client.ts';

/** `in` = inside transaction 1 of the first client, `out` = the second client, outside. */
type Line = readonly ['in' | 'out', MessageName, string];

function answersOf(lines: readonly Line[]): { answers: string[]; outcome: string } {
  const store = new XenStore();
  store.write('/t/a', '1');
  store.write('/t/b', '1');
  const inside = new ScriptClient(store);
  const outside = new ScriptClient(store);
  inside.ask('TRANSACTION_START', '\0');
  const answers = lines.map(([where, type, payload]) => {
    const shown = where === 'in' ? inside.ask(type, payload, 1) : outside.ask(type, payload);
    return shown.at(-1)?.[1] ?? '';
  });
  const outcome = inside.ask('TRANSACTION_END', 'T\0', 1).at(-1)?.[1] ?? '';
  return { answers, outcome };
}

describe('conflicts', () => {
  test.each<[string, readonly Line[], string]>([
    ['nothing looked at', [['out', 'WRITE', '/t/a\x002']], 'OK\0'],
    [
      'read, then written outside',
      [
        ['in', 'READ', '/t/a\0'],
        ['out', 'WRITE', '/t/a\x002'],
      ],
      'EAGAIN\0',
    ],
    [
      'written outside, then read',
      [
        ['out', 'WRITE', '/t/a\x002'],
        ['in', 'READ', '/t/a\0'],
      ],
      'OK\0',
    ],
    [
      'both write one node',
      [
        ['in', 'WRITE', '/t/a\x002'],
        ['out', 'WRITE', '/t/a\x003'],
      ],
      'EAGAIN\0',
    ],
    [
      'both write different nodes',
      [
        ['in', 'WRITE', '/t/a\x002'],
        ['out', 'WRITE', '/t/b\x003'],
      ],
      'OK\0',
    ],
    [
      'listed, a child’s value changes',
      [
        ['in', 'DIRECTORY', '/t\0'],
        ['out', 'WRITE', '/t/a\x002'],
      ],
      'OK\0',
    ],
    [
      'listed, a child comes',
      [
        ['in', 'DIRECTORY', '/t\0'],
        ['out', 'MKDIR', '/t/c\0'],
      ],
      'EAGAIN\0',
    ],
    [
      'both create in one directory',
      [
        ['in', 'MKDIR', '/t/c\0'],
        ['out', 'MKDIR', '/t/d\0'],
      ],
      'EAGAIN\0',
    ],
    [
      'missing, then there',
      [
        ['in', 'READ', '/t/c\0'],
        ['out', 'WRITE', '/t/c\0'],
      ],
      'EAGAIN\0',
    ],
    [
      'missing, its parent changes',
      [
        ['in', 'READ', '/t/c\0'],
        ['out', 'WRITE', '/t\0x'],
      ],
      'EAGAIN\0',
    ],
    [
      'read, then gone',
      [
        ['in', 'READ', '/t/a\0'],
        ['out', 'RM', '/t/a\0'],
      ],
      'EAGAIN\0',
    ],
    [
      'gone and back',
      [
        ['in', 'READ', '/t/a\0'],
        ['out', 'RM', '/t/a\0'],
        ['out', 'WRITE', '/t/a\x001'],
      ],
      'EAGAIN\0',
    ],
    [
      'permissions changed',
      [
        ['in', 'READ', '/t/a\0'],
        ['out', 'SET_PERMS', '/t/a\0r0\0'],
      ],
      'EAGAIN\0',
    ],
    [
      'the same value written again',
      [
        ['in', 'READ', '/t/a\0'],
        ['out', 'WRITE', '/t/a\x001'],
      ],
      'EAGAIN\0',
    ],
    [
      'removed inside, written outside',
      [
        ['in', 'RM', '/t/a\0'],
        ['out', 'WRITE', '/t/a\x002'],
      ],
      'EAGAIN\0',
    ],
  ])('%s', (_, lines, outcome) => {
    expect(answersOf(lines).outcome).toBe(outcome);
  });
});

test('a transaction sees what it did and what it has seen; others see nothing before the end', () => {
  const { answers } = answersOf([
    ['in', 'READ', '/t/a\0'],
    ['out', 'WRITE', '/t/a\x002'],
    ['in', 'READ', '/t/a\0'],
    ['in', 'WRITE', '/t/new/x\0y'],
    ['in', 'READ', '/t/new/x\0'],
    ['in', 'DIRECTORY', '/t\0'],
    ['out', 'READ', '/t/new/x\0'],
    ['in', 'RM', '/t/new\0'],
    ['in', 'READ', '/t/new/x\0'],
  ]);
  expect(answers).toEqual(['1', 'OK\0', '1', 'OK\0', 'y', 'a\0b\0new\0', 'ENOENT\0', 'OK\0', 'ENOENT\0']);
});

test('watches fire at the end, once for each changed node, in order of first access', () => {
  const store = new XenStore();
  store.write('/t/a', '1');
  const client = new ScriptClient(store);
  client.ask('WATCH', '/t\0w\0');
  client.ask('TRANSACTION_START', '\0');
  for (const [type, payload] of [
    ['WRITE', '/t/b\x001'],
    ['WRITE', '/t/a\x002'],
    ['WRITE', '/t/b\x002'],
    ['WRITE', '/t/gone\x001'],
    ['RM', '/t/gone\0'],
  ] as const) {
    expect(client.ask(type, payload, 1)).toEqual([[type, 'OK\0']]);
  }
  expect(client.ask('TRANSACTION_END', 'T\0', 1)).toEqual([
    ['WATCH_EVENT', '/t/b\0w\0'],
    ['WATCH_EVENT', '/t/a\0w\0'],
    ['TRANSACTION_END', 'OK\0'],
  ]);
});

test('F throws everything away, whatever happened outside', () => {
  const store = new XenStore();
  const client = new ScriptClient(store);
  client.ask('TRANSACTION_START', '\0');
  client.ask('WRITE', '/t\x001', 1);
  store.write('/t', '2');
  expect(client.ask('TRANSACTION_END', 'F\0', 1)).toEqual([['TRANSACTION_END', 'OK\0']]);
  expect(store.read('/t')).toBe('2');
});

test('ids count up per connection; an id is gone after T, F and a conflict', () => {
  const store = new XenStore();
  const one = new ScriptClient(store);
  const two = new ScriptClient(store);
  expect(one.ask('TRANSACTION_START', '\0')).toEqual([['TRANSACTION_START', '1\0']]);
  expect(one.ask('TRANSACTION_START', '\0')).toEqual([['TRANSACTION_START', '2\0']]);
  expect(two.ask('TRANSACTION_START', '\0')).toEqual([['TRANSACTION_START', '1\0']]);
  expect(one.ask('TRANSACTION_START', '\0', 1)).toEqual([['ERROR', 'EBUSY\0']]);
  one.ask('READ', '/tool\0', 1);
  store.write('/tool', 'x');
  expect(one.ask('TRANSACTION_END', 'T\0', 1)).toEqual([['ERROR', 'EAGAIN\0']]);
  expect(one.ask('TRANSACTION_END', 'F\0', 2)).toEqual([['TRANSACTION_END', 'OK\0']]);
  for (const id of [1, 2, 99]) {
    expect(one.ask('READ', '/tool\0', id)).toEqual([['ERROR', 'ENOENT\0']]);
    expect(one.ask('TRANSACTION_END', 'T\0', id)).toEqual([['ERROR', 'ENOENT\0']]);
  }
  expect(one.ask('TRANSACTION_END', 'T\0')).toEqual([['ERROR', 'ENOENT\0']]);
  expect(one.ask('TRANSACTION_START', '\0')).toEqual([['TRANSACTION_START', '3\0']]);
});

test('WATCH and UNWATCH do not care about transactions', () => {
  const client = new ScriptClient(new XenStore());
  expect(client.ask('WATCH', '/a\0t\0', 99)[0]).toEqual(['WATCH', 'OK\0']);
  expect(client.ask('UNWATCH', '/a\0t\0', 99)).toEqual([['UNWATCH', 'OK\0']]);
});

test('RESET_WATCHES ends transactions as well', () => {
  const client = new ScriptClient(new XenStore());
  client.ask('TRANSACTION_START', '\0');
  client.ask('RESET_WATCHES', '\0');
  expect(client.ask('READ', '/tool\0', 1)).toEqual([['ERROR', 'ENOENT\0']]);
});

test('a view that does not fit together any more answers EIO, as the real daemon, and cannot be committed', () => {
  const { answers, outcome } = answersOf([
    ['in', 'DIRECTORY', '/t\0'],
    ['out', 'RM', '/t/a\0'],
    ['in', 'RM', '/t\0'],
  ]);
  expect(answers.at(-1)).toBe('EIO\0');
  expect(outcome).toBe('EAGAIN\0');
});
