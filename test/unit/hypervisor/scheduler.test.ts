import { describe, expect, it } from 'vitest';
import {
  createScheduler,
  type SchedSample,
  type Scheduler,
  type VcpuActivity,
} from '../../../engine/hypervisor/index.ts';

const tickNs = 100e6;

/** Ticks the scheduler with the same samples again and again; percents are of the tick. Who used any still wants more. */
function feed(
  scheduler: Scheduler,
  ticks: number,
  used: readonly [domid: number, vcpu: number, percent: number][],
) {
  const start = scheduler.snapshot().atNs;
  let decisions: ReturnType<Scheduler['tick']> = [];
  for (let n = 1; n <= ticks; n += 1) {
    const samples = used.map(([domid, vcpu, percent]): SchedSample => {
      const activity: VcpuActivity = percent > 0 ? 'running' : 'blocked';
      return { domid, vcpu, usedNs: (tickNs * percent) / 100, activity };
    });
    decisions = scheduler.tick(start + n * tickNs, samples);
  }
  return new Map(decisions.map((each) => [`${each.domid}.${each.vcpu}`, each]));
}

const newScheduler = (pcpus: number, scheduler: 'credit' | 'credit2' = 'credit2'): Scheduler =>
  createScheduler({ pcpus, scheduler, nowNs: 0 });

describe('a domain with several vCPUs', () => {
  it('divides its weight among those that are active', () => {
    const scheduler = newScheduler(1);
    scheduler.addDomain({ domid: 1, vcpus: 3 });
    scheduler.addDomain({ domid: 2, vcpus: 1 });
    const told = feed(scheduler, 6, [
      [1, 0, 25],
      [1, 1, 25],
      [1, 2, 0],
      [2, 0, 50],
    ]);
    expect(told.get('1.0')?.capPercent).toBeCloseTo(25, 0);
    expect(told.get('1.1')?.capPercent).toBeCloseTo(25, 0);
    expect(told.get('2.0')?.capPercent).toBeCloseTo(50, 0);
  });

  it('divides its cap, leaving to one what the other does not use', () => {
    const scheduler = newScheduler(4);
    scheduler.addDomain({ domid: 1, vcpus: 2, params: { cap: 120 } });
    const both = feed(scheduler, 5, [
      [1, 0, 60],
      [1, 1, 60],
    ]);
    expect([both.get('1.0')?.capPercent, both.get('1.1')?.capPercent]).toEqual([60, 60]);
    const one = feed(scheduler, 5, [
      [1, 0, 100],
      [1, 1, 0],
    ]);
    expect(one.get('1.0')?.capPercent).toBe(100);
  });
});

describe('a tick', () => {
  it('ignores unknown domains and vCPUs, nonsense figures and time that stands still', () => {
    const scheduler = newScheduler(1);
    scheduler.addDomain({ domid: 1, vcpus: 1 });
    const bad: SchedSample[] = [
      { domid: 9, vcpu: 0, usedNs: 1, activity: 'running' },
      { domid: 1, vcpu: 9, usedNs: 1, activity: 'running' },
      { domid: 1, vcpu: 0, usedNs: Number.NaN, activity: 'blocked' },
    ];
    expect(scheduler.tick(tickNs, bad)).toEqual([
      { domid: 1, vcpu: 0, cpu: 0, capPercent: 100, changed: false },
    ]);
    const again = scheduler.tick(tickNs, [{ domid: 1, vcpu: 0, usedNs: -5, activity: 'running' }]);
    expect(again).toHaveLength(1);
    expect(scheduler.tick(0, [])).toHaveLength(1);
    expect(scheduler.snapshot().atNs).toBe(tickNs);
  });

  it('does not hold back what cannot be held back', () => {
    const scheduler = newScheduler(1);
    scheduler.addDomain({ domid: 0, vcpus: 1, throttled: false });
    scheduler.addDomain({ domid: 1, vcpus: 1 });
    const told = feed(scheduler, 10, [
      [0, 0, 60],
      [1, 0, 40],
    ]);
    expect([...told.keys()]).toEqual(['1.0']);
    expect(told.get('1.0')?.capPercent).toBeLessThan(45);
  });

  it('believes a machine that measures how long its guest waited', () => {
    const scheduler = newScheduler(1);
    scheduler.addDomain({ domid: 1, vcpus: 1 });
    const sample = (waitedNs: number): SchedSample => ({
      domid: 1,
      vcpu: 0,
      usedNs: 10e6,
      activity: 'blocked',
      waitedNs,
    });
    scheduler.tick(tickNs, [sample(50e6)]);
    expect(scheduler.snapshot().vcpus[0]?.wantedPercent).toBe(100);
    scheduler.tick(2 * tickNs, [sample(0)]);
    expect(scheduler.snapshot().vcpus[0]?.wantedPercent).toBe(10);
  });

  it('forgets what an offline vCPU wanted', () => {
    const scheduler = newScheduler(1);
    scheduler.addDomain({ domid: 1, vcpus: 1 });
    scheduler.addDomain({ domid: 2, vcpus: 1 });
    feed(scheduler, 5, [
      [1, 0, 50],
      [2, 0, 50],
    ]);
    const told = scheduler.tick(6 * tickNs, [
      { domid: 1, vcpu: 0, usedNs: 0, activity: 'offline' },
      { domid: 2, vcpu: 0, usedNs: 50e6, activity: 'running' },
    ]);
    expect(told.find((each) => each.domid === 2)?.capPercent).toBe(100);
  });

  it('keeps the estimate of a vCPU it hears nothing of, for three seconds', () => {
    const scheduler = newScheduler(1);
    scheduler.addDomain({ domid: 1, vcpus: 1 });
    scheduler.addDomain({ domid: 2, vcpus: 1 });
    feed(scheduler, 10, [
      [1, 0, 50],
      [2, 0, 50],
    ]);
    expect(feed(scheduler, 25, [[2, 0, 50]]).get('2.0')?.capPercent).toBeLessThan(80);
    expect(feed(scheduler, 10, [[2, 0, 50]]).get('2.0')?.capPercent).toBe(100);
  });

  it.each([0, 1.5, 5000, Number.NaN])('there is no host with %s pCPUs', (pcpus) => {
    expect(() => createScheduler({ pcpus, nowNs: 0 })).toThrow(RangeError);
  });
});

describe('placement', () => {
  const cpusOf = (scheduler: Scheduler): (number | null)[] =>
    scheduler.snapshot().vcpus.map((vcpu) => vcpu.cpu);

  it('spreads the load and obeys hard affinity', () => {
    const scheduler = newScheduler(3);
    for (const domid of [1, 2, 3]) scheduler.addDomain({ domid, vcpus: 1 });
    scheduler.setAffinity(3, 0, { hard: new Set([0]) });
    feed(scheduler, 10, [
      [1, 0, 100],
      [2, 0, 100],
      [3, 0, 100],
    ]);
    expect(cpusOf(scheduler)[2]).toBe(0);
    expect(new Set(cpusOf(scheduler)).size).toBe(3);
  });

  it('prefers soft affinity while there is room, and gives it up when there is none', () => {
    const scheduler = newScheduler(2);
    for (const domid of [1, 2]) {
      scheduler.addDomain({ domid, vcpus: 1 });
      scheduler.setAffinity(domid, 0, { soft: new Set([1]) });
    }
    feed(scheduler, 3, [
      [1, 0, 30],
      [2, 0, 30],
    ]);
    expect(cpusOf(scheduler)).toEqual([1, 1]);
    feed(scheduler, 20, [
      [1, 0, 100],
      [2, 0, 100],
    ]);
    expect(new Set(cpusOf(scheduler)).size).toBe(2);
  });

  it('lets three take turns on two pCPUs', () => {
    const scheduler = newScheduler(2);
    for (const domid of [1, 2, 3]) scheduler.addDomain({ domid, vcpus: 1 });
    const alone = new Set<number>();
    for (let n = 0; n < 30; n += 1) {
      feed(scheduler, 1, [
        [1, 0, 66],
        [2, 0, 66],
        [3, 0, 66],
      ]);
      const cpus = cpusOf(scheduler);
      cpus.forEach((cpu, index) => cpus.filter((other) => other === cpu).length === 1 && alone.add(index));
    }
    expect(alone.size).toBe(3);
  });

  it('follows a domain into another pool', () => {
    const scheduler = newScheduler(2);
    scheduler.cpupools.removeCpu(0, 1);
    scheduler.cpupools.create({ name: 'pool1', cpus: [1] });
    scheduler.addDomain({ domid: 1, vcpus: 1 });
    feed(scheduler, 1, [[1, 0, 50]]);
    expect(scheduler.placement(1, 0)).toBe(0);
    scheduler.cpupools.moveDomain(1, 1);
    feed(scheduler, 1, [[1, 0, 50]]);
    expect(scheduler.placement(1, 0)).toBe(1);
  });
});

describe('what a page sees', () => {
  it('credit: UNDER and OVER around zero, BOOST for one that wakes, parked under a cap', () => {
    const scheduler = newScheduler(1, 'credit');
    scheduler.addDomain({ domid: 1, vcpus: 1 });
    scheduler.addDomain({ domid: 2, vcpus: 1 });
    scheduler.addDomain({ domid: 3, vcpus: 1, params: { cap: 10 } });
    feed(scheduler, 6, [
      [1, 0, 90],
      [2, 0, 0],
      [3, 0, 10],
    ]);
    const before = scheduler.snapshot().vcpus;
    expect(before[1]).toMatchObject({ credit: 300, priority: 'under' });
    feed(scheduler, 1, [
      [1, 0, 90],
      [2, 0, 40],
      [3, 0, 12],
    ]);
    const after = scheduler.snapshot().vcpus;
    expect(after[1]?.priority).toBe('boost');
    for (const { credit } of after) {
      expect(credit).toBeGreaterThanOrEqual(-300);
      expect(credit).toBeLessThanOrEqual(300);
    }
    feed(scheduler, 4, [
      [1, 0, 100],
      [2, 0, 100],
      [3, 0, 40],
    ]);
    const [first, , capped] = scheduler.snapshot().vcpus;
    expect(first?.priority).toBe('over');
    expect(capped?.parked).toBe(true);
  });

  it('credit2: credit burns the faster the lower the weight, and a reset gives it back', () => {
    const scheduler = newScheduler(1);
    scheduler.addDomain({ domid: 1, vcpus: 1 });
    scheduler.addDomain({ domid: 2, vcpus: 1, params: { weight: 512 } });
    const credits = (): number[] => scheduler.snapshot().vcpus.map((vcpu) => vcpu.credit);
    expect(credits()).toEqual([10.5, 10.5]);
    scheduler.tick(2e6, [
      { domid: 1, vcpu: 0, usedNs: 1e6, activity: 'runnable' },
      { domid: 2, vcpu: 0, usedNs: 1e6, activity: 'running' },
    ]);
    expect(credits()).toEqual([9.5, 10]);
    feed(scheduler, 10, [
      [1, 0, 33.3],
      [2, 0, 66.7],
    ]);
    for (const credit of credits()) expect(credit).toBeLessThanOrEqual(10.5);
    expect(Math.max(...credits())).toBeGreaterThan(0);
  });

  it('who runs and who waits: one current vCPU for a pCPU, the rest in the queue in order of credit', () => {
    const scheduler = newScheduler(2);
    for (const domid of [1, 2, 3, 4]) scheduler.addDomain({ domid, vcpus: 1 });
    feed(scheduler, 5, [
      [1, 0, 66],
      [2, 0, 66],
      [3, 0, 66],
      [4, 0, 0],
    ]);
    const { pcpus, pools, vcpus } = scheduler.snapshot();
    const [queue] = pools[0]?.queues ?? [];
    expect(queue?.cpus).toEqual([0, 1]);
    const running = pcpus.map((pcpu) => pcpu.current?.domid);
    const waiting = queue?.waiting.map((each) => each.domid) ?? [];
    expect([...running, ...waiting].sort()).toEqual([1, 2, 3]);
    expect(waiting).toHaveLength(1);
    expect(pools[0]).toMatchObject({ name: 'Pool-0', scheduler: 'credit2', domids: [1, 2, 3, 4] });
    expect(vcpus.find((vcpu) => vcpu.domid === 4)).toMatchObject({ usedPercent: 0, sharePercent: 0 });
    const load = pcpus.reduce((sum, pcpu) => sum + pcpu.loadPercent, 0);
    expect(load).toBeGreaterThan(190);
  });

  it('credit has a queue for each pCPU, and free pCPUs are in no pool', () => {
    const scheduler = newScheduler(3, 'credit');
    scheduler.cpupools.removeCpu(0, 2);
    const { pools, pcpus } = scheduler.snapshot();
    expect(pools[0]?.queues.map((queue) => queue.cpus)).toEqual([[0], [1]]);
    expect(pcpus.map((pcpu) => pcpu.pool)).toEqual([0, 0, null]);
  });
});
