import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { DomainRow, PhysicalInfo, SchedulerView } from '../../../engine/api/dom0.ts';
import { channelRows, deviceHeader, vbdTable, vifTable } from '../../../engine/cli/xl/format/devices.ts';
import { domainTable, uptimeTable, vcpuTable, vmTable } from '../../../engine/cli/xl/format/domains.ts';
import {
  infoText,
  infoValues,
  poolCpuTable,
  poolLine,
  poolTable,
  scheduleTable,
} from '../../../engine/cli/xl/format/host.ts';
import { bitmap } from '../../../engine/cli/xl/format/text.ts';

/** The tables of xl against what the real one printed (Xen 4.17), cell by cell. */
const transcript = (name: string): string =>
  readFileSync(new URL(`transcripts/${name}.out`, import.meta.url), 'utf8');
const linesOf = (name: string, from: number, to: number): string =>
  transcript(name).split('\n').slice(from, to).join('\n') + '\n';

const row = (domid: number, name: string, more: Partial<DomainRow>): DomainRow => ({
  domid,
  name,
  uuid: '00000000-0000-0000-0000-000000000000',
  id: name,
  letters: 'r-----',
  topLetters: '-----r',
  shutdownCode: null,
  memoryKiB: 768 * 1024,
  claimedKiB: 0,
  maxMemoryKiB: null,
  vcpusOnline: 2,
  vcpusMax: 2,
  cpuTimeNs: 0,
  vcpuTimesNs: [0, 0],
  pool: 'Pool-0',
  startedAt: null,
  vifs: [],
  vbds: [],
  ...more,
});
const pv1 = {
  letters: '-b----',
  memoryKiB: 131072,
  vcpusOnline: 1,
  uuid: '7f685c42-a0bf-448a-9d27-f1ea7c76febd',
};
const pair = (dom0Seconds: number, pv1Seconds: number): DomainRow[] => [
  row(0, 'Domain-0', { cpuTimeNs: dom0Seconds * 1e9 }),
  row(1, 'pv1', { ...pv1, cpuTimeNs: pv1Seconds * 1e9 }),
];

describe('xl list', () => {
  it.each([
    ['xl-list', [128.4, 13.2], {}],
    ['xl-list-v', [128.7, 13.2], { verbose: true }],
    ['xl-list-n', [131, 13.3], { numa: true }],
    ['xl-list-Z', [131.5, 13.3], { context: true }],
    ['xl-claims', [146.4, 14], { claims: true }],
  ] as const)('%s', (name, [dom0, guest], columns) => {
    expect(domainTable(pair(dom0, guest), columns)).toBe(transcript(name));
  });

  it('shows a missing name as C shows a null pointer', () => {
    expect(domainTable([row(3, '', { name: null })]).split('\n')[1]).toMatch(/^\(null\) +3 /);
  });

  it('vm-list', () => {
    expect(vmTable([row(1, 'a', pv1)])).toBe(
      `UUID                                  ID    name\n${pv1.uuid}  1    a${' '.repeat(29)}\n`,
    );
  });
});

describe('xl uptime', () => {
  const now = new Date(2026, 10, 20, 10, 49, 10);
  const rows = [
    row(0, 'Domain-0', { startedAt: now.getTime() - 146_000 }),
    row(1, 'pv1', { startedAt: now.getTime() - 92_000 }),
    row(2, 'unknown', {}),
  ];
  it('long and short', () => {
    expect(uptimeTable(rows, now, false)).toBe(transcript('xl-uptime'));
    expect(uptimeTable(rows, now, true)).toBe(transcript('xl-uptime-s'));
  });
  it('counts days', () => {
    const old = [row(1, 'a', { startedAt: now.getTime() - (2 * 86_400 + 3661) * 1000 })];
    expect(uptimeTable(old, now, false)).toContain('2 days,  1:01:01');
  });
});

const vcpu = { running: false, blocked: true, credit: null, sharePercent: 0, hard: [0, 1], soft: [0, 1] };
const domain = (domid: number, name: string, vcpus: SchedulerView['domains'][number]['vcpus']) => ({
  domid,
  id: name,
  name,
  pool: 'Pool-0',
  weight: 256,
  cap: 0,
  vcpus,
});

describe('xl vcpu-list', () => {
  it('shows online and offline vCPUs', () => {
    const vcpus = [
      { ...vcpu, vcpu: 0, pcpu: 0, online: true, cpuTimeNs: 10.3e9 },
      { ...vcpu, vcpu: 1, pcpu: null, online: false, cpuTimeNs: 3.3e9 },
    ];
    expect(vcpuTable([domain(1, 'pv1', vcpus)], 2)).toBe(transcript('xl-vcpu-list-pv1'));
  });
  it.each([
    [[], 4, 'none'],
    [[0, 1, 2, 3], 4, 'all'],
    [[0, 2, 3], 4, '0,2-3'],
    [[0], 1, 'all'],
  ])('bitmap %j of %i is %s', (cpus, count, text) => {
    expect(bitmap(cpus, count)).toBe(text);
  });
});

const pool = (name: string, cpus: number[], scheduler: 'credit' | 'credit2', domains: number) => ({
  id: 0,
  name,
  scheduler,
  cpus,
  tsliceMs: scheduler === 'credit' ? 30 : null,
  ratelimitUs: 1000,
  migrationDelayUs: scheduler === 'credit' ? 0 : null,
  domains,
});

describe('schedulers and pools', () => {
  it('xl sched-credit2', () => {
    const text = poolLine(pool('Pool-0', [0, 1], 'credit2', 2));
    expect(text + scheduleTable([domain(0, 'Domain-0', []), domain(1, 'pv1', [])])).toBe(
      transcript('xl-sched-credit2'),
    );
  });
  it('xl sched-credit names its further parameters', () => {
    expect(poolLine(pool('pool1', [1], 'credit', 1))).toBe(linesOf('cpupool-ops', 20, 21));
  });
  it('xl cpupool-list', () => {
    expect(poolTable([pool('Pool-0', [0, 1], 'credit2', 2)])).toBe(transcript('xl-cpupool-list'));
    expect(poolTable([pool('Pool-0', [0], 'credit2', 2), pool('pool1', [1], 'credit', 0)])).toBe(
      linesOf('cpupool-ops', 10, 13),
    );
    expect(poolCpuTable([pool('Pool-0', [0, 1], 'credit2', 2)])).toBe(transcript('xl-cpupool-list-c'));
  });
});

const info: PhysicalInfo = {
  host: 'xenlab',
  release: '6.1.0-56-amd64',
  version: '#1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-11-16)',
  machine: 'x86_64',
  nrCpus: 2,
  maxCpuId: 1,
  nrNodes: 1,
  coresPerSocket: 2,
  threadsPerCore: 1,
  cpuKhz: 2596123,
  hwCaps: [0x178bf3fd, 0xf6d83203, 0x2c500800, 0x77, 5, 0x008801a9, 0, 0],
  virtCaps: ['pv', 'hvm', 'hap', 'gnttab-v1', 'gnttab-v2'],
  totalMemoryKiB: 2047 * 1024,
  freeMemoryKiB: 1128 * 1024,
  outstandingClaimsKiB: 0,
  freeCpus: 0,
  xenMajor: 4,
  xenMinor: 17,
  xenExtra: '.7',
  xenCaps: 'xen-3.0-x86_64 hvm-3.0-x86_32 hvm-3.0-x86_32p hvm-3.0-x86_64 ',
  xenScheduler: 'credit2',
  platformParams: 'virt_start=0xffff800000000000',
  xenChangeset: '',
  xenCommandline:
    'dom0_mem=768M,max:768M com1=115200,8n1 console=com1 loglvl=info guest_loglvl=info cpuidle=0 ',
  ccCompiler: 'x86_64-linux-gnu-gcc (Debian 12.2.0-14+deb12u1) 12.2.0',
  ccCompileBy: 'pkg-xen-devel',
  ccCompileDomain: 'lists.alioth.debian.org',
  ccCompileDate: 'Wed Nov  4 16:52:28 UTC 2026',
  buildId: '151b373fd64b321593bf987fd923cd10dabadac4',
  topology: [
    { cpu: 0, core: 0, socket: 0, node: 0 },
    { cpu: 1, core: 1, socket: 0, node: 0 },
  ],
  nodes: [{ node: 0, memoryKiB: 2047 * 1024, freeKiB: 1128 * 1024, distances: [10] }],
};

describe('xl info', () => {
  it('plain and with topology', () => {
    expect(infoText(info)).toBe(transcript('xl-info'));
    expect(infoText(info, { numa: true })).toBe(transcript('xl-info-n'));
  });
  it('selects by the beginning of a key', () => {
    expect(infoValues(info, 'xen_version')).toBe('4.17.7\n');
    expect(infoValues(info, 'xen_m')).toBe('4\n17\n');
    expect(infoValues(info, 'nothing')).toBe('');
  });
});

describe('devices', () => {
  const device = { backendDomid: 0, state: 4 };
  it('xl block-list', () => {
    const vbd = { ...device, devid: 51712, handle: 1, eventChannel: 9, ringRef: 8 };
    expect(vbdTable([{ ...vbd, backendPath: '/local/domain/0/backend/vbd/1/51712' }])).toBe(
      transcript('xl-block-list'),
    );
  });
  it('xl network-list', () => {
    const vif = (devid: number, mac: string, tx: number) => ({
      ...device,
      devid,
      handle: devid,
      mac,
      eventChannel: -1,
      txRingRef: tx,
      rxRingRef: tx + 1,
      backendPath: `/local/domain/0/backend/vif/1/${devid}`,
    });
    const rows = [vif(0, '00:16:3e:00:00:01', 522), vif(1, '00:16:3E:00:00:51', 1035)];
    expect(vifTable(rows)).toBe(linesOf('network-attach', 1, 4));
  });
  it('lines of xl channel-list', () => {
    const channel = { ...device, devid: 1, eventChannel: -1, ringRef: -1 };
    expect(
      channelRows([
        { ...channel, connection: 'pty', pty: '/dev/pts/3' },
        { ...channel, devid: 2, state: 1, connection: 'socket', pty: '' },
      ]),
    ).toBe(
      `1   0  4     -1     -1       pty        /dev/pts/3${' '.repeat(21)}\n2   0  1     -1     -1       socket     \n`,
    );
  });
  it.each(['channel-list', 'vtpm-list', 'vkb-list'] as const)('xl %s of a domain without any', (command) => {
    expect(deviceHeader(command)).toBe(transcript(`xl-${command}`));
  });
});
