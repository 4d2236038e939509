import { expect, test } from 'vitest';
import { XenStore } from '../../../engine/xenstore/index.ts';
import { ScriptClient } from './script-client.ts';

function admin(): { ask: (...words: string[]) => string; log: string[]; client: ScriptClient } {
  const log: string[] = [];
  const client = new ScriptClient(new XenStore({ log: (level, text) => log.push(`${level}: ${text}`) }));
  const ask = (...words: string[]): string =>
    client.ask('CONTROL', words.map((word) => `${word}\0`).join('')).at(-1)?.[1] ?? '';
  return { ask, log, client };
}

test('help lists the commands', () => {
  expect(admin().ask('help')).toMatch(/^check {11}\nlog {13}\[on\|off\]\nprint {11}<string>\n/);
});

test('print and log reach the log', () => {
  const { ask, log, client } = admin();
  expect(ask('print', 'hello')).toBe('OK\0');
  client.ask('READ', '/tool\0');
  expect(ask('log', 'on')).toBe('OK\0');
  client.ask('READ', '/tool\0');
  expect(ask('log')).toBe('Log switch settings:\nio      : on\n\0');
  expect(ask('log', 'off')).toBe('OK\0');
  client.ask('READ', '/tool\0');
  expect(log.filter((line) => line.includes('READ'))).toEqual([
    'info: xenstore: domain 0 READ "/tool\\u0000"',
  ]);
  expect(log[0]).toBe('info: control: hello');
});

test('check finds nothing wrong', () => {
  const { ask, client } = admin();
  client.ask('WRITE', '/a/b/c\0v');
  client.ask('RM', '/a/b\0');
  expect(ask('check')).toBe('OK\0');
});

test('quota shows limits, what a domain uses, and the most any guest used', () => {
  const { ask } = admin();
  expect(ask('quota').split('\n').slice(0, 3)).toEqual([
    'Quota settings:',
    'nodes            :     1000 Nodes per domain',
    'watches          :      128 Watches per domain',
  ]);
  expect(ask('quota', 'set', 'nodes', '5')).toBe('OK\0');
  expect(ask('quota')).toContain('nodes            :        5 ');
  expect(ask('quota-soft')).toBe(
    'Quota settings:\nmemory           :  2097152 Total Xenstore memory per domain\n\0',
  );
  expect(ask('quota-soft', 'set', 'memory', '7')).toBe('OK\0');
  expect(ask('quota-soft')).toContain(':        7 ');
  expect(ask('quota', '0')).toMatch(/^Domain 0:\nnodes {12}: {8}5 \(max {8}5\)\n/);
  expect(ask('quota', 'max')).toMatch(/^Max\. seen accounting values:\nnodes {12}: {8}0\n/);
  expect(ask('quota', 'max', '-r')).toMatch(/^Max/);
});

test.each([
  [['quota', '77'], 'ENOENT\0'],
  [['quota', 'set', 'nodes'], 'EINVAL\0'],
  [['quota', 'set', 'nodes', '0'], 'EINVAL\0'],
  [['quota', 'set', 'soft-memory', '9'], 'EINVAL\0'],
  [['quota-soft', 'set', 'nodes', '9'], 'EINVAL\0'],
  [['quota', 'max', 'x'], 'EINVAL\0'],
  [['quota', '1', '2'], 'EINVAL\0'],
  [['print'], 'EINVAL\0'],
  [['log', 'maybe'], 'EINVAL\0'],
  [['help', 'me'], 'EINVAL\0'],
  [['toString'], 'EINVAL\0'],
])('%j → %j', (words, answer) => {
  expect(admin().ask(...words)).toBe(answer);
});

test('GET_QUOTA and SET_QUOTA: for all, or for one domain', () => {
  const { client } = admin();
  const one = (...request: Parameters<ScriptClient['ask']>): string => client.ask(...request)[0]?.[1] ?? '';
  expect(one('GET_QUOTA', '')).toBe(
    'nodes watches outstanding memory soft-memory transactions transaction-nodes node-permissions path-max node-size\0',
  );
  expect(one('GET_QUOTA', 'nodes\0')).toBe('1000\0');
  expect(one('GET_QUOTA', 'soft-memory\0')).toBe('2097152\0');
  expect(one('SET_QUOTA', 'nodes\x0050\0')).toBe('OK\0');
  expect(one('GET_QUOTA', '0\0nodes\0')).toBe('50\0');
  expect(one('SET_QUOTA', '0\0nodes\x0060\0')).toBe('OK\0');
  expect([one('GET_QUOTA', '0\0nodes\0'), one('GET_QUOTA', 'nodes\0')]).toEqual(['60\0', '50\0']);
  expect(one('GET_QUOTA', '9\0nodes\0')).toBe('ENOENT\0');
});
