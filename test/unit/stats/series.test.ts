import { describe, expect, it } from 'vitest';
import { history as historySchema, type Sample } from '../../../engine/api/index.ts';
import { emptyHistory, Series } from '../../../engine/stats/series.ts';

const t0 = Date.UTC(2026, 0, 1);
const zero: Sample = { cpuPercent: 0, memoryKiB: 0, readBps: 0, writeBps: 0, rxBps: 0, txBps: 0 };
const cpu = (cpuPercent: number): Sample => ({ ...zero, cpuPercent });

describe('the history of a domain', () => {
  it('has nothing before the first sample', () => {
    const history = emptyHistory('5m', t0);
    expect(history).toMatchObject({ range: '5m', stepSeconds: 1, at: [], cpuPercent: [] });
  });

  it('keeps one point a second for five minutes', () => {
    const series = new Series();
    for (let second = 0; second < 400; second += 1) series.push(t0 + second * 1000, cpu(second));
    const history = series.history('5m', t0 + 399_000);
    expect(history.at).toHaveLength(300);
    expect([history.at[0], history.at.at(-1)]).toEqual([t0 + 100_000, t0 + 399_000]);
    expect([history.cpuPercent[0], history.cpuPercent.at(-1)]).toEqual([100, 399]);
  });

  it.each([
    ['1h', 10, [4.5, 14.5]],
    ['24h', 60, [9.5]],
  ] as const)('averages into %s', (range, stepSeconds, expected) => {
    const series = new Series();
    for (let second = 0; second < 20; second += 1) series.push(t0 + second * 1000, cpu(second));
    const history = series.history(range, t0 + 19_000);
    expect(history.stepSeconds).toBe(stepSeconds);
    expect(history.cpuPercent).toEqual(expected);
  });

  it('shows a gap where nothing was measured, not a zero', () => {
    const series = new Series();
    series.push(t0, cpu(1));
    series.push(t0 + 3000, cpu(2));
    const history = series.history('5m', t0 + 5000);
    expect(history.cpuPercent).toEqual([1, null, null, 2, null, null]);
    expect(history.at).toEqual([0, 1, 2, 3, 4, 5].map((second) => t0 + second * 1000));
  });

  it('is one long gap after a long silence', () => {
    const series = new Series();
    series.push(t0, cpu(1));
    const history = series.history('5m', t0 + 3_600_000);
    expect(history.cpuPercent).toHaveLength(300);
    expect(history.cpuPercent.every((value) => value === null)).toBe(true);
    series.push(t0 + 3_600_000, cpu(5));
    expect(series.history('5m', t0 + 3_600_000).cpuPercent.filter((value) => value !== null)).toEqual([5]);
  });

  it('starts anew when the clock is set back', () => {
    const series = new Series();
    series.push(t0, cpu(1));
    series.push(t0 - 3_600_000, cpu(2));
    expect(series.history('5m', t0 - 3_600_000).cpuPercent).toEqual([2]);
  });

  it('is valid by the contract in every range', () => {
    const series = new Series();
    for (let minute = 0; minute < 3000; minute += 1) series.push(t0 + minute * 60_000, cpu(minute % 100));
    for (const range of ['5m', '1h', '24h'] as const) {
      const history = series.history(range, t0 + 3000 * 60_000);
      expect(historySchema.parse(history)).toEqual(history);
    }
    expect(series.history('24h', t0 + 2999 * 60_000).at).toHaveLength(1440);
  });
});
