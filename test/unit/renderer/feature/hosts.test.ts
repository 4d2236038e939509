import { describe, expect, it } from 'vitest';
import { hostDraft, type HostConnection } from '../../../../engine/api/hosts.ts';
import type { LabInfo, LabState } from '../../../../engine/api/lab.ts';
import { bind } from '../../../../renderer/action/bound.ts';
import { actionById } from '../../../../renderer/action/registry.ts';
import { totalsOf } from '../../../../renderer/feature/fleet/fleet-totals.ts';
import {
  emptyForm,
  formOf,
  type HostForm,
  readHostForm,
  splitTarget,
} from '../../../../renderer/feature/hosts/host-form.ts';
import { labTask, whyNotLab } from '../../../../renderer/feature/lab/lab-words.ts';
import { hostLook, whyOffline } from '../../../../renderer/ui/host-look.ts';
import { fakeDom0 } from '../../../support/fake-host.ts';
import { aContext } from '../action/context.ts';
import { aDomain, aHost, aTask, mib, running } from '../samples.ts';

const filled = (patch: Partial<HostForm> = {}): HostForm => ({ ...emptyForm(), address: 'xen1', ...patch });

describe('the form of a host', () => {
  it('takes an address and nothing else', () => {
    expect(readHostForm(filled()).draft).toEqual(hostDraft.parse({ address: 'xen1' }));
  });

  it('gives back what a draft was', () => {
    const draft = hostDraft.parse({
      address: 'xen1',
      port: 2222,
      user: 'admin',
      jump: 'gw:22',
      sudo: true,
      group: 'B',
    });
    expect(readHostForm(formOf(draft)).draft).toEqual(draft);
  });

  it.each([
    ['address', '', 'Which computer?'],
    ['address', 'two words', 'letters, digits'],
    ['address', '-oProxyCommand=x', 'letters, digits'],
    ['port', '70000', 'At most 65535'],
    ['port', 'ssh', 'A whole number'],
    ['user', 'a b', 'no blanks'],
    ['jump', 'a b', 'Jump hosts look like'],
  ] as const)('says what is wrong with %s %j', (field, typed, message) => {
    const { draft, errors } = readHostForm(filled({ [field]: typed }));
    expect(draft).toBeNull();
    expect(errors[field]).toContain(message);
  });

  it('asks for no address of this computer itself', () => {
    expect(readHostForm(filled({ transport: 'local', address: '' })).draft).toMatchObject({
      transport: 'local',
    });
  });

  it.each([
    ['root@xen1:2222', { address: 'xen1', user: 'root', port: '2222' }],
    ['ssh://root@xen1', { address: 'xen1', user: 'root', port: '' }],
    ['[2001:db8::1]:22', { address: '2001:db8::1', user: '', port: '22' }],
    ['xen1', { address: 'xen1', user: '', port: '' }],
    ['2001:db8::1', { address: '2001:db8::1', user: '', port: '' }],
  ])('splits %s', (address, expected) => {
    expect(splitTarget(filled({ address }))).toMatchObject(expected);
  });
});

const connection = (patch: Partial<HostConnection>): HostConnection => ({
  state: 'connected',
  since: 0,
  retryAt: null,
  attempt: 0,
  stage: '',
  error: null,
  prompt: null,
  target: 'root@xen1',
  ...patch,
});
const remote = (patch: Partial<HostConnection>, state: 'online' | 'offline' = 'offline') =>
  aHost({ id: 'xen1', name: 'xen1', kind: 'xen', state, connection: connection(patch) });

describe('how a connection looks', () => {
  it('counts down to the next try', () => {
    const host = remote({ state: 'waiting', retryAt: 12_400 });
    expect(hostLook(host, 2000).label).toBe('Again in 11 s');
    expect(hostLook(host, 99_000).label).toBe('Again in 0 s');
  });

  it('has a word and a shape of its own in every state', () => {
    const states = ['disconnected', 'connecting', 'asking', 'connected', 'waiting', 'failed'] as const;
    const looks = states.map((state) => hostLook(remote({ state }), 0));
    expect(new Set(looks.map(({ label }) => label)).size).toBe(states.length);
    expect(new Set(looks.map(({ shape }) => shape)).size).toBe(states.length);
  });

  it('says why nothing can be done', () => {
    expect(whyOffline(aHost())).toBeNull();
    const error = { code: 'ERROR_FAIL', message: 'The key has changed.' } as const;
    expect(whyOffline(remote({ state: 'failed', error }))).toContain('The key has changed.');
  });
});

describe('commands on connections', () => {
  const stateOf = (id: string, host = remote({ state: 'disconnected' })) => {
    const { context } = aContext(null);
    return bind(actionById(id), { ...context, host }).state;
  };

  it.each([
    ['host.connect', 'disconnected'],
    ['host.connect', 'failed'],
    ['host.reconnect', 'waiting'],
    ['host.answer', 'asking'],
    ['host.disconnect', 'connecting'],
    ['host.disconnect', 'waiting'],
  ] as const)('%s is possible when %s', (id, state) => {
    expect(stateOf(id, remote({ state }))).toBe(true);
  });

  it('are none of the embedded host’s', () => {
    const lacks = { connection: 'It is part of Domus.' };
    for (const id of ['host.connect', 'host.edit', 'host.remove', 'host.doctor'])
      expect(stateOf(id, aHost({ lacks }))).toEqual({ why: 'It is part of Domus.' });
  });

  it('are offered where a host does not answer', () => {
    expect(stateOf('domain.create')).toMatchObject({ fix: 'host.connect' });
    expect(stateOf('domain.create', remote({ state: 'waiting' }))).toMatchObject({ fix: 'host.reconnect' });
  });

  it('give the host’s own reason for what it lacks', () => {
    const host = { ...remote({}, 'online'), lacks: { terminal: 'There is no shell.' } };
    expect(stateOf('host.terminal', host)).toEqual({ why: 'There is no shell.' });
  });
});

it('totals leave out what does not answer, but for its guests', () => {
  const away = { ...remote({ state: 'waiting' }), pcpus: 64 };
  const domains: Record<string, ReturnType<typeof aDomain>[]> = {
    local: [fakeDom0(), aDomain('web', running(1))],
    xen1: [aDomain('db', { host: 'xen1' })],
  };
  const whole = { cpuPercent: 50, memoryKiB: 0, readBps: 0, writeBps: 0, rxBps: 0, txBps: 0 };
  expect(
    totalsOf(
      [aHost(), away],
      (id) => domains[id] ?? [],
      () => whole,
    ),
  ).toEqual({
    hosts: 2,
    online: 1,
    pcpus: 4,
    busyPcpus: 2,
    memoryTotalKiB: 4096 * mib,
    memoryFreeKiB: 3584 * mib,
    guests: 2,
    running: 1,
  });
});

describe('the Xen lab', () => {
  const lab = (state: LabState): LabInfo => ({
    id: 'lab1',
    state,
    host: null,
    sshPort: null,
    identityFile: null,
    knownHostsFile: null,
    consoleLog: null,
    startedAt: null,
    accelerator: null,
    diskBytes: 0,
    note: null,
  });

  it('says what it cannot do now', () => {
    expect(whyNotLab('start', lab('absent'), null)).toBeNull();
    expect(whyNotLab('start', lab('absent'), 'QEMU is missing.')).toBe('QEMU is missing.');
    expect(whyNotLab('stop', lab('off'), null)).toBe('Lab 1 is off.');
    expect(whyNotLab('reset', lab('absent'), null)).toContain('not been made yet');
    expect(whyNotLab('remove', lab('running'), null)).toBeNull();
  });

  it('finds its tasks', () => {
    const tasks = [
      aTask('1', { host: null, title: 'Start lab2' }),
      aTask('2', { host: null, title: 'Build the image of the Xen lab' }),
    ];
    expect(labTask(tasks, 'lab2')?.id).toBe('1');
    expect(labTask(tasks, 'lab1')).toBeNull();
    expect(labTask(tasks, null)?.id).toBe('2');
  });
});
