import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Claimant, divide } from '../../../engine/hypervisor/scheduler/waterfill.ts';

const pcpus = (count: number): Map<number, number> =>
  new Map(Array.from({ length: count }, (_, cpu) => [cpu, 1]));

const claim = (demand: number, weight = 256, cpus: readonly number[] = [0, 1, 2, 3]): Claimant => ({
  demand,
  weight,
  cpus,
});

describe('the division of pCPUs', () => {
  it.each<[string, number, Claimant[], number[]]>([
    ['nobody: nothing', 1, [], []],
    ['one gets what it wants', 1, [claim(0.4)], [0.4]],
    ['two by weight', 1, [claim(1), claim(1, 512)], [1 / 3, 2 / 3]],
    [
      'what one leaves goes to the others by weight',
      1,
      [claim(0.1, 512), claim(1), claim(1, 512)],
      [0.1, 0.3, 0.6],
    ],
    ['never more than one pCPU for one vCPU', 2, [claim(1, 60000), claim(1), claim(1)], [1, 0.5, 0.5]],
    [
      'pinned ones share their pCPU only',
      2,
      [claim(1, 256, [0]), claim(1, 256, [0]), claim(1)],
      [0.5, 0.5, 1],
    ],
    [
      'one that can go elsewhere does',
      2,
      [claim(1, 256, [0]), claim(1, 256, [0, 1]), claim(1, 256, [1])],
      [2 / 3, 2 / 3, 2 / 3],
    ],
    [
      'a chain of affinities is followed',
      3,
      [claim(1, 1, [0]), claim(1, 1, [0, 1]), claim(1, 1, [1, 2]), claim(1, 1, [2])],
      [0.75, 0.75, 0.75, 0.75],
    ],
    [
      'two separate bottlenecks',
      3,
      [claim(1, 1, [0]), claim(1, 1, [0]), claim(1, 1, [1]), claim(1, 3, [1]), claim(0.2, 1, [2])],
      [0.5, 0.5, 0.25, 0.75, 0.2],
    ],
    ['no pCPU, no share', 1, [claim(1, 256, []), claim(1, 256, [7]), claim(1)], [0, 0, 1]],
  ])('%s', (_name, count, claimants, expected) => {
    const { rates } = divide(claimants, pcpus(count));
    expect(rates.length).toBe(expected.length);
    expected.forEach((rate, index) => expect(rates[index]).toBeCloseTo(rate, 6));
  });

  it('says who competes where, and for how much', () => {
    const { bottlenecks } = divide(
      [claim(1, 100, [0]), claim(0.2, 100, [0]), claim(0.5, 100, [1])],
      pcpus(2),
    );
    expect(bottlenecks).toEqual([{ cpus: [0], members: [0, 1], level: 0.008, hungryWeight: 100 }]);
  });

  const claimant = fc.record({
    demand: fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100),
    weight: fc.integer({ min: 1, max: 65535 }),
    cpus: fc.uniqueArray(fc.nat(3), { maxLength: 4 }).map((cpus) => cpus.sort()),
  });
  const claimants = fc.array(claimant, { maxLength: 10 });

  /** Every set of pCPUs as a bit mask. */
  const subsets = (count: number): number[][] =>
    Array.from({ length: 2 ** count }, (_, mask) =>
      Array.from({ length: count }, (__, cpu) => cpu).filter((cpu) => mask & (1 << cpu)),
    );

  it('never gives more than is wanted, nor more than any set of pCPUs has', () => {
    fc.assert(
      fc.property(claimants, fc.integer({ min: 1, max: 4 }), (all, count) => {
        const { rates } = divide(all, pcpus(count));
        all.forEach((each, index) => {
          expect(rates[index]).toBeGreaterThanOrEqual(0);
          expect(rates[index]).toBeLessThanOrEqual(each.demand + 1e-6);
        });
        for (const set of subsets(count)) {
          const bound = all.reduce((sum, each, index) => {
            const here = each.cpus.filter((cpu) => cpu < count);
            return (
              sum + (here.length > 0 && here.every((cpu) => set.includes(cpu)) ? (rates[index] ?? 0) : 0)
            );
          }, 0);
          expect(bound).toBeLessThanOrEqual(set.length + 1e-6);
        }
      }),
    );
  });

  it('leaves nobody wanting while a pCPU it may use has time left or is used by one with more per weight', () => {
    fc.assert(
      fc.property(claimants, fc.integer({ min: 1, max: 4 }), (all, count) => {
        const { rates, bottlenecks } = divide(all, pcpus(count));
        all.forEach((each, index) => {
          const rate = rates[index] ?? 0;
          const usable = each.cpus.filter((cpu) => cpu < count);
          if (rate > each.demand - 1e-6 || usable.length === 0) return;
          const own = bottlenecks.find((bottleneck) => bottleneck.members.includes(index));
          expect(own).toBeDefined();
          expect(rate).toBeCloseTo((own?.level ?? 0) * each.weight, 6);
          for (const cpu of usable) {
            const there = bottlenecks.find((bottleneck) => bottleneck.cpus.includes(cpu));
            expect(there).toBeDefined();
            expect(there?.level ?? 0).toBeLessThanOrEqual((own?.level ?? 0) * (1 + 1e-6) + 1e-9);
          }
        });
        for (const { cpus, members } of bottlenecks) {
          const given = members.reduce((sum, index) => sum + (rates[index] ?? 0), 0);
          expect(given).toBeCloseTo(cpus.length, 5);
        }
      }),
    );
  });

  it('is quick for a thousand vCPUs with many affinities', () => {
    const all = Array.from({ length: 1000 }, (_, n) => claim(1, 1 + (n % 7), [n % 16, (n * 5) % 16].sort()));
    const { rates } = divide(all, pcpus(16));
    expect(rates.reduce((sum, rate) => sum + rate, 0)).toBeCloseTo(16, 5);
  });
});
