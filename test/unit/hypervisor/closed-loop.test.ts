import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  busy,
  ClosedLoop,
  from,
  type Guest,
  idealUse,
  idle,
  type LoopConfig,
  periodic,
  until,
} from './closed-loop.ts';

const one: LoopConfig = { pcpus: 1 };
const two: LoopConfig = { pcpus: 2 };

/** CPU percent of every guest over the last second of `ms`. */
function settled(config: LoopConfig, guests: readonly Guest[], ms = 4000): number[] {
  const loop = new ClosedLoop(config, guests).run(ms);
  return guests.map((_, index) => loop.used(index + 1, ms - 2000, ms));
}

describe.each(['credit', 'credit2'] as const)('%s gives guests', (scheduler) => {
  it.each<[string, LoopConfig, Guest[], number[]]>([
    ['all there is when alone', one, [{ work: busy }], [100]],
    ['shares as their weights', one, [{ work: busy }, { work: busy, weight: 512 }], [33.3, 66.7]],
    ['no more than their cap', one, [{ work: busy, cap: 25 }], [25]],
    ['what a capped one leaves', one, [{ work: busy, cap: 25 }, { work: busy }], [25, 75]],
    ['the share of one that idles', one, [{ work: idle }, { work: busy }, { work: busy }], [0, 50, 50]],
    ['what a periodic one leaves', one, [{ work: periodic(30) }, { work: busy }], [30, 70]],
    ['a slow periodic one its due', one, [{ work: periodic(20, 1000) }, { work: busy }], [20, 80]],
    ['two pCPUs for three', two, [{ work: busy }, { work: busy }, { work: busy }], [66.7, 66.7, 66.7]],
    [
      'at most one pCPU each, whatever the weight',
      two,
      [{ work: busy, weight: 2048 }, { work: busy }, { work: busy }],
      [100, 50, 50],
    ],
    [
      'their pinned pCPU to share',
      two,
      [{ work: busy, hard: [0] }, { work: busy, hard: [0] }, { work: busy }],
      [50, 50, 100],
    ],
    [
      'the free pCPU to one that may go there',
      two,
      [
        { work: busy, hard: [0] },
        { work: busy, hard: [0], weight: 768 },
        { work: busy, hard: [0, 1] },
      ],
      [25, 75, 100],
    ],
    [
      'what the engine itself leaves',
      one,
      [{ work: periodic(20), throttled: false }, { work: busy }, { work: busy }],
      [20, 40, 40],
    ],
  ])('%s', (_name, config, guests, expected) => {
    const used = settled({ ...config, scheduler }, guests);
    used.forEach((percent, index) => expect(Math.abs(percent - (expected[index] ?? 0))).toBeLessThan(1.7));
  });
});

describe('the loop', () => {
  it('keeps 1:2 within 5 % in every second', () => {
    const loop = new ClosedLoop(one, [{ work: busy }, { work: busy, weight: 512 }]).run(6000);
    for (let second = 1; second < 6; second += 1) {
      const [light, heavy] = [1, 2].map((domid) => loop.used(domid, second * 1000, second * 1000 + 1000));
      expect((heavy ?? 0) / (light ?? 1)).toBeGreaterThan(1.9);
      expect((heavy ?? 0) / (light ?? 1)).toBeLessThan(2.1);
    }
  });

  it.each([5, 25, 50, 75])('holds a cap of %i percent from the second tick on', (cap) => {
    const loop = new ClosedLoop(one, [{ work: busy, cap }]).run(3000);
    expect(Math.abs(loop.used(1, 100, 1100) - cap)).toBeLessThan(2);
    expect(Math.abs(loop.used(1, 1100, 2100) - cap)).toBeLessThan(1);
  });

  it('gives one that wakes its share within two ticks', () => {
    const loop = new ClosedLoop(one, [{ work: busy }, { work: from(2000, busy) }]).run(3000);
    expect(loop.used(2, 2000, 2100)).toBeGreaterThan(45);
    expect(loop.used(1, 2100, 2600)).toBeLessThan(55);
  });

  it('keeps the fair share ready for one that sleeps beside others that compete', () => {
    const sleeper = { work: from(2000, busy), weight: 512 };
    const loop = new ClosedLoop(one, [{ work: busy }, { work: busy }, sleeper]).run(2000);
    expect(Math.abs(loop.cap(3) - 50)).toBeLessThan(2);
    loop.run(1000);
    expect(loop.used(3, 2000, 2100)).toBeGreaterThan(40);
    expect(loop.used(1, 2300, 3000) + loop.used(2, 2300, 3000)).toBeLessThan(54);
  });

  it.each<[string, Guest[]]>([
    ['wakes often', [{ work: periodic(74, 370) }, { work: periodic(13, 340), weight: 512 }, { work: busy }]],
    ['is capped and others wake', [{ work: busy, cap: 50 }, { work: periodic(16, 370) }, { work: busy }]],
    [
      'bursts',
      [{ work: periodic(90, 90), weight: 128 }, { work: periodic(16, 370), weight: 512 }, { work: busy }],
    ],
  ])('fills the pCPU, and not more, when one %s', (_name, guests) => {
    const loop = new ClosedLoop({ ...one, tickMs: 100 }, guests).run(12_000);
    const total = guests.reduce((sum, _, index) => sum + loop.used(index + 1, 2000, 12_000), 0);
    expect(Math.abs(total - 100)).toBeLessThan(1.5);
  });

  it('gives the share of one that falls asleep to the others within three ticks', () => {
    const loop = new ClosedLoop(one, [{ work: busy }, { work: until(2000, busy), backlogMs: 1 }]).run(3000);
    expect(loop.used(1, 2150, 2350)).toBeGreaterThan(95);
  });

  it('follows a change of weight and of cap', () => {
    const loop = new ClosedLoop(one, [{ work: busy }, { work: busy }]).run(1500);
    loop.scheduler.setDomainParams(1, 'credit2', { weight: 1024 });
    loop.run(2000);
    expect(loop.used(1)).toBeCloseTo(80, -0.5);
    loop.scheduler.setDomainParams(1, 'credit2', { cap: 10 });
    loop.run(2000);
    expect([loop.used(1), loop.used(2)].map(Math.round)).toEqual([10, 90]);
  });

  it('keeps weights when the computer has less to give than the pCPUs promise', () => {
    const guests = [{ work: busy }, { work: busy, weight: 512 }];
    const [light = 0, heavy = 0] = settled({ ...one, realCores: 0.6 }, guests, 6000);
    expect(heavy / light).toBeGreaterThan(1.8);
    expect(heavy / light).toBeLessThan(2.2);
    expect(light + heavy).toBeGreaterThan(55);
  });

  it('keeps pools apart', () => {
    const prepare: LoopConfig['prepare'] = (scheduler) => {
      scheduler.cpupools.removeCpu(0, 1);
      scheduler.cpupools.create({ name: 'pool1', scheduler: 'credit', cpus: [1] });
    };
    const guests = [{ work: busy }, { work: busy }, { work: busy, pool: 1 }];
    const used = settled({ ...two, prepare }, guests);
    expect(used.map(Math.round)).toEqual([50, 50, 100]);
  });

  it('says a cap changed only when it is worth telling', () => {
    const loop = new ClosedLoop(two, [{ work: periodic(30) }, { work: idle }, { work: busy }]).run(1000);
    let told = 0;
    for (let n = 1; n <= 20; n += 1) {
      const samples = [{ domid: 3, vcpu: 0, usedNs: 50e6, activity: 'running' as const }];
      told += loop.scheduler.tick(1e9 + n * 50e6, samples).filter((decision) => decision.changed).length;
    }
    expect(told).toBe(0);
  });
});

describe('whatever the guests do', () => {
  const work = fc.oneof(
    { weight: 3, arbitrary: fc.constant(busy) },
    { weight: 1, arbitrary: fc.constant(idle) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.integer({ min: 5, max: 95 }), fc.integer({ min: 3, max: 40 }), fc.nat(400))
        .map(([percent, tens, phase]) => periodic(percent, tens * 10, phase)),
    },
  );
  const guest = fc.record({
    work,
    weight: fc.constantFrom(128, 256, 512, 1000),
    cap: fc.constantFrom(0, 0, 0, 20, 50),
  });
  const scenario = fc.record({
    guests: fc.array(guest, { minLength: 1, maxLength: 6 }),
    pcpus: fc.integer({ min: 1, max: 3 }),
    tickMs: fc.constantFrom(50, 70, 100),
  });

  it('nobody gets less than ideal sharing would give, nor more than its cap, and all together not more than there is', () => {
    fc.assert(
      fc.property(scenario, ({ guests, pcpus, tickMs }) => {
        const loop = new ClosedLoop({ pcpus, tickMs }, guests).run(6000);
        const ideal = idealUse(pcpus, guests, 2000, 6000);
        const used = guests.map((_, index) => loop.used(index + 1, 2000, 6000));
        guests.forEach((guest, index) => {
          expect(used[index]).toBeGreaterThan((ideal[index] ?? 0) - 8);
          expect(used[index]).toBeLessThan((guest.cap || 100) + 1.5);
        });
        const sum = (all: number[]): number => all.reduce((total, each) => total + each, 0);
        expect(sum(used)).toBeGreaterThan(sum(ideal) - 5 * pcpus);
        expect(sum(used)).toBeLessThan(103 * pcpus);
      }),
      { numRuns: 40, seed: 4 },
    );
  });

  it('divides among the hungry as the weights say', () => {
    const hungry = fc.record({ weight: fc.integer({ min: 64, max: 1024 }) });
    fc.assert(
      fc.property(
        fc.array(hungry, { minLength: 2, maxLength: 5 }),
        fc.constantFrom(50, 100),
        (weights, tickMs) => {
          const guests = weights.map(({ weight }) => ({ work: busy, weight }));
          const loop = new ClosedLoop({ pcpus: 1, tickMs }, guests).run(5000);
          const sum = guests.reduce((all, each) => all + each.weight, 0);
          guests.forEach((each, index) => {
            const due = (100 * each.weight) / sum;
            expect(Math.abs(loop.used(index + 1, 2000, 5000) - due)).toBeLessThan(0.5 + due * 0.05);
          });
        },
      ),
      { numRuns: 40, seed: 4 },
    );
  });
});
