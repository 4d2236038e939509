import { createHmac } from 'node:crypto';
import { expect, it } from 'vitest';
import {
  judge,
  knownHostsLine,
  knownName,
  parseKnownHosts,
} from '../../../../engine/host/xen/ssh/known-hosts.ts';

const blob = (type: string, rest: string): Uint8Array => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(type.length);
  return Buffer.concat([length, Buffer.from(type + rest)]);
};
const key = blob('ssh-ed25519', 'one');
const other = blob('ssh-ed25519', 'two');
const verdict = (text: string, name: string, shown = key): string =>
  judge(parseKnownHosts(text, 'f'), name, shown).state;

it('knows a host by name, by pattern, by port and by hash', () => {
  const base64 = Buffer.from(key).toString('base64');
  const salt = Buffer.from('salt');
  const hash = createHmac('sha1', salt).update('xen1').digest('base64');
  expect(verdict(knownHostsLine('xen1', key), 'xen1')).toBe('known');
  expect(verdict(`*.lab,!bad.lab ssh-ed25519 ${base64}`, 'a.lab')).toBe('known');
  expect(verdict(`*.lab,!bad.lab ssh-ed25519 ${base64}`, 'bad.lab')).toBe('unknown');
  expect(verdict(knownHostsLine('[xen1]:2222', key), knownName('xen1', 2222))).toBe('known');
  expect(verdict(`|1|${salt.toString('base64')}|${hash} ssh-ed25519 ${base64}`, 'xen1')).toBe('known');
  expect(verdict(knownHostsLine('[xen1]:2222', key), knownName('xen1', 22))).toBe('unknown');
});

it('tells a changed key from a new kind of key, and a revoked one from both', () => {
  expect(verdict(knownHostsLine('xen1', other), 'xen1')).toBe('changed');
  expect(verdict(knownHostsLine('xen1', blob('ssh-rsa', 'x')), 'xen1')).toBe('unknown');
  expect(verdict(`@revoked ${knownHostsLine('xen1', key)}${knownHostsLine('xen1', key)}`, 'xen1')).toBe(
    'revoked',
  );
});
