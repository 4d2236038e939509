import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { DomusError } from '../../../../engine/api/index.ts';
import { Definitions } from '../../../../engine/host/xen/model/definitions.ts';
import type { Live } from '../../../../engine/host/xen/model/domain.ts';
import { XenDomains } from '../../../../engine/host/xen/model/domains.ts';
import { Refresher } from '../../../../engine/host/xen/watch/refresher.ts';
import type { Xl } from '../../../../engine/host/xen/xl.ts';
import { ManualClock } from '../../../../engine/lib/clock.ts';

const transcript = (name: string) =>
  readFile(new URL(`../../../golden/xen/transcripts/${name}.out`, import.meta.url), 'utf8');

const list = `Name ID Mem VCPUs State Time(s) UUID Reason-Code Security Label
Domain-0                                     0   768     1     r-----      10.0 00000000-0000-0000-0000-000000000000 -  -
pv1                                          1   128     1     -b----       1.0 00000000-0000-4000-8000-000000000001 -  -
`;

/** A host whose list is quick and whose details fail as often as `failures` says. */
async function reader(failures: Error[]) {
  const details = await transcript('xl-list-l-pv1');
  const asked: string[] = [];
  const xl: Pick<Xl, 'script'> = {
    async script(title, _script, args = []) {
      asked.push(title);
      if (title === 'xl list') return { code: 0, stdout: `${list}${args[0]} 0\n`, stderr: '' };
      const failure = failures.shift();
      if (failure) throw failure;
      return { code: 0, stdout: `${details}\n${args[0]} info\n`, stderr: '' };
    },
  };
  const nothing = (): undefined => undefined;
  const domains = new XenDomains({
    changed: nothing,
    removed: nothing,
    began: nothing,
    halted: nothing,
    ended: nothing,
  });
  const [read, failed]: [Live[], string[]] = [[], []];
  const refresher = new Refresher({
    xl: xl as Xl,
    domains,
    definitions: new Definitions('xen'),
    clock: new ManualClock(),
    listener: {
      facts: nothing,
      problems: nothing,
      read: (live) => read.push(live),
      failed: (error) => failed.push(error.message),
    },
  });
  return { domains, refresher, read, failed, asked };
}

const slow = () => new DomusError('ERROR_TIMEDOUT', 'The host has not answered "xl list -l" within 60 s.');

it('a host too slow to say what a run is made of is asked again, and what runs is known meanwhile', async () => {
  const { domains, refresher, read, failed } = await reader([slow(), slow()]);
  await refresher.now();
  expect(domains.byName('pv1')?.live?.config).toBeNull();
  expect([refresher.incomplete, failed.length]).toEqual([true, 1]);
  await refresher.now();
  expect(refresher.incomplete).toBe(true);
  await refresher.now();
  expect([refresher.incomplete, read.length]).toEqual([false, 1]);
  expect(domains.byName('pv1')?.live?.config?.memoryKiB).toBe(131072);
});

it('a connection that goes while details are read fails the reading, and they are read at the next', async () => {
  const { refresher, read } = await reader([new DomusError('ERROR_NOT_READY', 'The connection is lost.')]);
  await expect(refresher.now()).rejects.toThrow('The connection is lost.');
  await refresher.now();
  expect(read).toHaveLength(1);
});

it('a domain that is being made is listed, and what it is made of is asked for when it is', async () => {
  const { domains, refresher, read, asked } = await reader([]);
  const made = refresher.leaveOut('pv1');
  await refresher.now();
  await refresher.now();
  expect(domains.byName('pv1')?.live?.config).toBeNull();
  expect([refresher.incomplete, asked.filter((title) => title === 'xl list -l').length]).toEqual([false, 1]);
  made();
  expect(refresher.incomplete).toBe(true);
  await refresher.now();
  expect([refresher.incomplete, read.length]).toEqual([false, 1]);
});
