import { describe, expect, it } from 'vitest';
import {
  domainColumns,
  nextSorting,
  sortLines,
  type DomainLine,
} from '../../../../renderer/feature/host/domain-columns.ts';
import { memoryAxisKiB, memoryParts } from '../../../../renderer/feature/host/memory-parts.ts';
import { fakeDom0 } from '../../../support/fake-host.ts';
import { aDomain, aHost, mib, running } from '../samples.ts';

const figures = { memoryKiB: 1, readBps: 0, writeBps: 0, rxBps: 0, txBps: 0, cpuSeconds: 1 };
const line = (name: string, cpuPercent: number | null, domid: number | null): DomainLine => ({
  domain: aDomain(name, domid === null ? {} : running(domid)),
  host: 'laptop',
  sample: cpuPercent === null ? null : { ...figures, cpuPercent },
  row: null,
  hostMemoryKiB: 4096 * mib,
  now: 5000,
});

describe('the table of domains', () => {
  const lines = [line('vm-10', 5, 3), line('vm-2', null, null), line('Alpha', 80, 1)];
  const sorted = (column: string, descending: boolean): string[] =>
    sortLines(lines, { column, descending }).map(({ domain }) => domain.name);

  it.each([
    ['name', false, ['Alpha', 'vm-2', 'vm-10']],
    ['name', true, ['vm-10', 'vm-2', 'Alpha']],
    ['cpu', true, ['Alpha', 'vm-10', 'vm-2']],
    ['cpu', false, ['vm-10', 'Alpha', 'vm-2']],
    ['domid', false, ['Alpha', 'vm-10', 'vm-2']],
  ] as const)(
    'sorts by %s (descending: %s); what has no value comes last',
    (column, descending, expected) => {
      expect(sorted(column, descending)).toEqual(expected);
    },
  );

  it('turns names A to Z first, figures the largest first, and round on a second click', () => {
    const byName = { column: 'name', descending: false };
    expect(nextSorting(byName, 'cpu')).toEqual({ column: 'cpu', descending: true });
    expect(nextSorting({ column: 'cpu', descending: true }, 'cpu')).toEqual({
      column: 'cpu',
      descending: false,
    });
    expect(nextSorting({ column: 'cpu', descending: true }, 'name')).toEqual(byName);
  });

  it('shows a dash, not a zero, for what was not measured', () => {
    const texts = domainColumns.map(({ id, text }) => [id, text(line('off', null, null))]);
    expect(Object.fromEntries(texts)).toMatchObject({ cpu: '–', domid: '–', memory: '–', uptime: '–' });
  });
});

describe('who has the host’s memory', () => {
  it('is Domain-0, guests from the largest, and what is free', () => {
    const domains = [
      fakeDom0(),
      aDomain('small', { ...running(1), memoryKiB: 64 * mib }),
      aDomain('large', { ...running(2), memoryKiB: 1024 * mib }),
      aDomain('off'),
    ];
    const host = aHost({ memoryFreeKiB: 2496 * mib });
    const parts = memoryParts(host, domains);
    expect(parts.map(({ name }) => name)).toEqual(['Domain-0', 'large', 'small', 'Free']);
    expect(parts.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
  });

  it('draws many small guests as one', () => {
    const domains = Array.from({ length: 1000 }, (_, i) => aDomain(`vm-${i}`, running(i + 1)));
    const parts = memoryParts(aHost(), domains);
    expect(parts.length).toBeLessThan(40);
    expect(parts.find(({ kind }) => kind === 'others')?.name).toBe('976 others');
  });

  it('survives a host that says nothing yet', () => {
    const host = aHost({ memoryTotalKiB: 0, memoryFreeKiB: 0, memoryDom0KiB: 0 });
    expect(memoryParts(host, []).every(({ share }) => share === 0)).toBe(true);
  });

  it('has an axis that stands still while the figure moves a little', () => {
    expect(memoryAxisKiB(4096 * mib, 9000 * mib)).toBe(memoryAxisKiB(4096 * mib, 9300 * mib));
    expect(memoryAxisKiB(4096 * mib, 0)).toBe(4096 * mib);
  });
});
