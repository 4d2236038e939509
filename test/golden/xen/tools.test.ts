import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseDeviceStates } from '../../../engine/host/xen/parse/devices.ts';
import {
  parsePoolCpus,
  parsePoolIds,
  parsePools,
  parseSchedule,
  parseVcpuList,
} from '../../../engine/host/xen/parse/scheduler.ts';
import { fromPrinted, parseStoreLine, toPrinted } from '../../../engine/host/xen/parse/store.ts';

const read = (name: string): string =>
  readFileSync(new URL(`transcripts/${name}.out`, import.meta.url), 'utf8');

describe('what Xen 4.17 prints of', () => {
  it('vCPUs', () => {
    expect(parseVcpuList(read('xl-vcpu-list-pv1'), 2)).toEqual([
      { domid: 1, vcpu: 0, pcpu: 0, letters: '-b-', seconds: 10.3, hard: [0, 1], soft: [0, 1] },
      { domid: 1, vcpu: 1, pcpu: null, letters: '--p', seconds: 3.3, hard: [0, 1], soft: [0, 1] },
    ]);
  });

  it('pools', () => {
    expect(parsePools(read('xl-cpupool-list'))).toEqual([
      { name: 'Pool-0', scheduler: 'credit2', domains: 2 },
    ]);
    expect([...parsePoolCpus(read('xl-cpupool-list-c'))]).toEqual([['Pool-0', [0, 1]]]);
    expect([...parsePoolIds('0 = ""\n name = "Pool-0"\n3 = ""\n name = "my pool"\n')]).toEqual([
      ['Pool-0', 0],
      ['my pool', 3],
    ]);
  });

  it('schedulers, also where one pool cannot be asked', () => {
    const credit2 = parseSchedule(read('xl-sched-credit2')).get('Pool-0');
    expect(credit2).toMatchObject({ ratelimitUs: 1000, tsliceMs: null, migrationDelayUs: null });
    expect([...(credit2?.domains ?? [])]).toEqual([
      [0, { weight: 256, cap: 0 }],
      [1, { weight: 256, cap: 0 }],
    ]);
    const credit = parseSchedule(read('cpupool-ops')).get('pool1');
    expect(credit).toMatchObject({ ratelimitUs: 1000, tsliceMs: 30, migrationDelayUs: 0 });
  });

  it('devices', () => {
    const networks =
      'Idx BE Mac Addr.         handle state evt-ch   tx-/rx-ring-ref BE-path\n' +
      '0   0  00:16:3e:00:00:01     0     4     -1   522/523         /local/domain/0/backend/vif/29/0\n';
    const { vbds, vifs } = parseDeviceStates(read('xl-block-list'), networks);
    expect(vbds.get(51712)).toBe('Connected');
    expect([...vifs]).toEqual([[0, 'Connected']]);
  });

  it('the XenStore: every line of it', () => {
    const lines = read('xenstore-ls-fp')
      .split('\n')
      .filter((line) => line !== '');
    expect(lines.map(parseStoreLine).filter((line) => line === null)).toEqual([]);
    expect(parseStoreLine('/a/b = "say \\"x\\" \\t\\001\\xc3"   (n0,r1)')).toEqual({
      name: '/a/b',
      value: 'say "x" \t\x01\xc3',
      permissions: 'n0,r1',
    });
  });
});

it('writes values of the XenStore as its tools read them', () => {
  const all = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).join('');
  expect(fromPrinted(toPrinted(all))).toBe(all);
  expect(toPrinted('a\\b\n')).toBe('a\\x5cb\\x0a');
});

it('passes over what is none of it', () => {
  const rubbish = '\u001b[2J\0'.repeat(500) + 'x'.repeat(100_000);
  for (const parse of [parsePools, parseSchedule, parsePoolCpus, parsePoolIds])
    expect([...parse(rubbish)]).toEqual([]);
  expect(parseVcpuList(rubbish, 2)).toEqual([]);
  expect(parseStoreLine(rubbish)).toBeNull();
});
