import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { DomainRow, PhysicalInfo } from '../../../engine/api/dom0.ts';
import { topLines, type TopSample } from '../../../engine/cli/xentop/columns.ts';
import { defaultView, topHeader, topTable } from '../../../engine/cli/xentop/screen.ts';

const physical = {
  totalMemoryKiB: 2096700,
  freeMemoryKiB: 1155072,
  nrCpus: 2,
  cpuKhz: 2596123,
  xenMajor: 4,
  xenMinor: 17,
  xenExtra: '.7',
};

const row = (domid: number, name: string, more: Partial<DomainRow>): DomainRow => ({
  domid,
  name,
  uuid: '00000000-0000-0000-0000-000000000000',
  id: name,
  letters: 'r-----',
  topLetters: '-----r',
  shutdownCode: null,
  memoryKiB: 786432,
  claimedKiB: 0,
  maxMemoryKiB: 786432,
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

const sample = (atMs: number, dom0: number, pv1: number): TopSample => ({
  atMs,
  physical: physical as PhysicalInfo,
  rows: [
    row(0, 'Domain-0', { cpuTimeNs: dom0 * 1e9, vcpuTimesNs: [72.6e9, dom0 * 1e9 - 72.6e9] }),
    row(1, 'pv1', {
      cpuTimeNs: pv1 * 1e9,
      topLetters: '--b---',
      memoryKiB: 131072,
      maxMemoryKiB: 132096,
      vifs: [{ devid: 0, rxBytes: 1500, rxPackets: 9, rxDrops: 0, txBytes: 1200, txPackets: 8, txDrops: 1 }],
      vbds: [{ device: 51712, readOps: 13, writeOps: 1, readSectors: 46, writeSectors: 2 }],
    }),
  ],
});

describe('xentop', () => {
  const first = sample(0, 144.94, 13.1);
  const second = sample(1000, 145.025, 13.105);

  it('prints two batches as the real one', () => {
    const golden = readFileSync(new URL('transcripts/xentop-b-i2.out', import.meta.url), 'utf8');
    const tables = [
      topTable(topLines(first, null), defaultView),
      topTable(topLines(second, first), defaultView),
    ];
    expect(`${tables.flat().join('\n')}\n`).toBe(golden);
  });

  it('widens the names, sorts numbers downwards, puts dom0 first', () => {
    const lines = topLines(
      { ...second, rows: second.rows.map((r) => ({ ...r, name: `a-very-long-${r.name}` })) },
      first,
    );
    const byCpuTime = topTable(lines, { ...defaultView, fullNames: true, sortBy: 2 });
    expect(byCpuTime[1]?.startsWith('a-very-long-Domain-0')).toBe(true);
    const dom0First = topTable(topLines(second, first), { ...defaultView, sortBy: 9, dom0First: true });
    expect(dom0First[1]).toContain('Domain-0');
  });

  it('adds lines for vCPUs, networks and disks', () => {
    const table = topTable(topLines(second, first), {
      ...defaultView,
      vcpus: true,
      networks: true,
      vbds: true,
    });
    expect(table).toContain(
      'Net0 RX:     1500bytes        9pkts        0err        0drop  TX:     1200bytes        8pkts        0err        1drop',
    );
    expect(
      table.some((line) => line.startsWith('VBD BlkBack 51712 [ca: 0]  OO:        0   RD:       13')),
    ).toBe(true);
    expect(table).toContain('VCPUs(sec):   0:         72s  1:         72s');
  });

  it('counts the domains by state above the table', () => {
    expect(topHeader(second, new Date(2026, 0, 1, 9, 5, 7))).toEqual([
      'xentop - 09:05:07   Xen 4.17.7',
      '2 domains: 1 running, 1 blocked, 0 paused, 0 crashed, 0 dying, 0 shutdown ',
      'Mem: 2096700k total, 941628k used, 1155072k free    CPUs: 2 @ 2596MHz',
    ]);
  });
});
