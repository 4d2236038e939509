import { describe, expect, it } from 'vitest';
import type { History } from '../../../../engine/api/host.ts';
import { appendSample } from '../../../../renderer/feature/stats/history-columns.ts';

const column = (at: readonly number[], value: number): number[] => at.map(() => value);
const history = (at: number[]): History => ({
  range: '5m',
  stepSeconds: 1,
  at,
  cpuPercent: column(at, 1),
  memoryKiB: column(at, 1),
  readBps: column(at, 1),
  writeBps: column(at, 1),
  rxBps: column(at, 1),
  txBps: column(at, 1),
});
const sample = { cpuPercent: 9, memoryKiB: 9, readBps: 9, writeBps: 9, rxBps: 9, txBps: 9, cpuSeconds: 9 };

describe('history continued by live samples', () => {
  it('grows by one point', () => {
    const next = appendSample(history([1000, 2000]), 3000, sample, 300);
    expect(next.at).toEqual([1000, 2000, 3000]);
    expect(next.txBps).toEqual([1, 1, 9]);
  });

  it('has a gap where the domain was off', () => {
    expect(appendSample(history([1000]), 2000, null, 300).cpuPercent).toEqual([1, null]);
  });

  it('has a gap where no sample came', () => {
    const next = appendSample(history([1000]), 9000, sample, 300);
    expect(next.cpuPercent).toEqual([1, null, 9]);
    expect(next.at).toEqual([1000, 2000, 9000]);
  });

  it('drops the oldest points', () => {
    expect(appendSample(history([1000, 2000, 3000]), 4000, sample, 2).at).toEqual([3000, 4000]);
  });

  it('ignores a sample it has already', () => {
    const before = history([1000, 2000]);
    expect(appendSample(before, 2000, sample, 300)).toBe(before);
  });

  it('begins from nothing', () => {
    expect(appendSample(history([]), 1000, sample, 300).cpuPercent).toEqual([9]);
  });
});
