import { describe, expect, it } from 'vitest';
import { StolenTime, threadCpuClock } from '../../../engine/guest/v86/stolen-time.ts';

/** Slices as [wall ms, CPU ms the thread had meanwhile]; what was found stolen in all. */
function found(slices: readonly (readonly [number, number])[]): number {
  let cpuMs = 1000;
  const stolen = new StolenTime(() => cpuMs);
  return slices.reduce((sum, [wallMs, hadMs]) => {
    cpuMs += hadMs;
    return sum + stolen.slice(wallMs);
  }, 0);
}
const many = (count: number, slice: readonly [number, number]) => Array.from({ length: count }, () => slice);

describe('stolen time', () => {
  it('is none when the thread had all that its slices took', () => {
    expect(found(many(1000, [1, 1]))).toBe(0);
  });

  it('is what other programs had during slices', () => {
    const slices = many(50, [1, 1]).concat(many(10, [21, 1]), many(50, [1, 1]));
    expect(found(slices)).toBeCloseTo(200);
  });

  it('is not made of late news: the clock may lag and catch up', () => {
    const slices = many(20, [1, 1]).concat(many(100, [4, 0]).flatMap((late) => [late, [4, 8] as const]));
    expect(found(slices)).toBeLessThanOrEqual(4);
  });

  it('what the thread does beside slices is no debt that hides a theft', () => {
    const slices = many(500, [1, 1.5]).concat([[51, 1]]);
    expect(found(slices)).toBeGreaterThan(45);
  });

  it('is unknown, so none, where the system does not tell', () => {
    const stolen = new StolenTime(() => null);
    expect(stolen.slice(500)).toBe(0);
    expect(threadCpuClock('/nowhere')()).toBeNull();
  });
});

it.runIf(process.platform === 'linux')('the clock of a thread runs when the thread does', () => {
  const clock = threadCpuClock();
  const before = clock() ?? NaN;
  for (let spin = 0; (clock() ?? NaN) < before + 20; spin += 1) Math.sqrt(spin);
  expect(clock()).toBeGreaterThanOrEqual(before + 20);
});
