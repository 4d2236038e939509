import { describe, expect, it } from 'vitest';
import { TokenBucket } from '../../../engine/guest/v86/token-bucket.ts';

/**
 * Runs a vCPU that always wants to run, in slices of `sliceMs`, for `wallMs`; a wait is overslept by `lateMs`.
 * Returns the CPU milliseconds it got.
 */
function simulate(bucket: TokenBucket, wallMs: number, sliceMs: number, lateMs = 0, fromMs = 0): number {
  const before = bucket.usedMs;
  let nowMs = fromMs;
  while (nowMs < fromMs + wallMs) {
    const waitMs = bucket.waitMs(nowMs);
    if (waitMs > 0) {
      nowMs += waitMs + lateMs;
      continue;
    }
    bucket.spend(sliceMs);
    nowMs += sliceMs;
  }
  return bucket.usedMs - before;
}

describe('A token bucket', () => {
  it.each([
    [75, 1.3, 0],
    [50, 1.3, 0],
    [25, 1.3, 0],
    [25, 4, 0],
    [25, 1, 1],
    [10, 2, 1],
    [1, 1.3, 1],
  ])(
    'gives a cap of %d %% that share of the time (slices of %d ms, timers %d ms late)',
    (cap, sliceMs, lateMs) => {
      const bucket = new TokenBucket(0);
      bucket.setCap(cap, 0);
      const percent = simulate(bucket, 20_000, sliceMs, lateMs) / 200;
      expect(percent).toBeGreaterThan(cap * 0.97 - 0.1);
      expect(percent).toBeLessThan(cap * 1.01 + 0.1);
    },
  );

  it('without a cap never waits and still counts', () => {
    const bucket = new TokenBucket(0);
    expect(bucket.capPercent).toBe(100);
    expect(simulate(bucket, 1000, 2)).toBe(1000);
  });

  it('saves no more than a burst while its vCPU is idle', () => {
    const bucket = new TokenBucket(0, 5);
    bucket.setCap(10, 0);
    // After an idle minute: the burst of 5 ms, then 10 %.
    expect(simulate(bucket, 100, 1, 0, 60_000)).toBeLessThanOrEqual(5 + 10 + 1);
  });

  it('makes a debt be waited off: a long slice is followed by a long wait', () => {
    const bucket = new TokenBucket(0);
    bucket.setCap(10, 0);
    expect(bucket.waitMs(40)).toBe(0);
    bucket.spend(24);
    // 4 ms of credit minus 24 ms leaves 20 ms of debt, and 4 ms are to be had in one go, at a tenth of a CPU.
    expect(bucket.waitMs(40)).toBeCloseTo(240);
    expect(bucket.waitMs(180)).toBeCloseTo(100);
    expect(bucket.waitMs(281)).toBe(0);
  });

  it('lets run in one go what it saved up: few switches, but no long rest', () => {
    const bucket = new TokenBucket(0);
    bucket.setCap(25, 0);
    // Out of credit: 4 ms are waited for, 16 ms at a quarter of a CPU.
    expect(bucket.waitMs(0)).toBeCloseTo(16);
    expect(bucket.waitMs(15)).toBeCloseTo(1);
    expect(bucket.waitMs(16)).toBe(0);
    bucket.spend(3);
    expect(bucket.waitMs(16)).toBe(0);
    bucket.setCap(1, 16);
    bucket.spend(1);
    expect(bucket.waitMs(16)).toBeCloseTo(40);
  });

  it('never asks to wait less than a millisecond', () => {
    const bucket = new TokenBucket(0, 0.1);
    bucket.setCap(99, 0);
    expect(bucket.waitMs(0)).toBe(1);
  });

  it('holds a cap that is set anew every few milliseconds', () => {
    const bucket = new TokenBucket(0);
    bucket.setCap(10, 0);
    let usedMs = 0;
    for (let ms = 0; ms < 10_000; ms += 20) {
      bucket.setCap(ms % 40 === 0 ? 10.5 : 9.5, ms);
      usedMs += simulate(bucket, 20, 1.3, 0, ms);
    }
    expect(usedMs / 100).toBeGreaterThan(9.5);
    expect(usedMs / 100).toBeLessThan(10.6);
  });

  it('forgives debt when the cap is lifted', () => {
    const bucket = new TokenBucket(0);
    bucket.setCap(10, 0);
    bucket.spend(1000);
    bucket.setCap(100, 0);
    expect(bucket.waitMs(0)).toBe(0);
    bucket.setCap(10, 0);
    expect(bucket.waitMs(40)).toBe(0);
    expect(bucket.usedMs).toBe(1000);
  });

  it.each([0, -1, 101, Number.NaN])('refuses a cap of %d %%', (cap) => {
    expect(() => new TokenBucket(0).setCap(cap, 0)).toThrow(RangeError);
  });
});
