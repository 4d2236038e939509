import { describe, expect, it } from 'vitest';
import {
  createScheduler,
  formatCpuSet,
  type Result,
  type Scheduler,
} from '../../../engine/hypervisor/index.ts';

/** Four pCPUs; Pool-0 has 0-1, pool1 (credit) has 2, 3 is free; Domain-0 and domain 1 in Pool-0. */
function host(): Scheduler {
  const scheduler = createScheduler({ pcpus: 4, nowNs: 0 });
  scheduler.addDomain({ domid: 0, vcpus: 4, throttled: false });
  scheduler.addDomain({ domid: 1, vcpus: 2, params: { weight: 512, cap: 50 } });
  for (const cpu of [2, 3]) scheduler.cpupools.removeCpu(0, cpu);
  scheduler.cpupools.create({ name: 'pool1', scheduler: 'credit', cpus: [2] });
  return scheduler;
}

const errno = (result: Result<unknown>): string => (result.ok ? 'ok' : result.errno);

describe('cpupools at the start', () => {
  it('are one, Pool-0, with all pCPUs and the default scheduler', () => {
    const { cpupools } = createScheduler({ pcpus: 2, nowNs: 0 });
    expect(cpupools.list()).toMatchObject([{ id: 0, name: 'Pool-0', scheduler: 'credit2' }]);
    expect([...(cpupools.get(0)?.cpus ?? [])]).toEqual([0, 1]);
    expect(cpupools.freeCpus()).toEqual([]);
  });
});

describe('creating a cpupool', () => {
  it('counts ids up, takes free pCPUs, and none unless told', () => {
    const { cpupools } = host();
    expect(cpupools.freeCpus()).toEqual([3]);
    const made = cpupools.create({ name: 'pool2' });
    expect(made).toMatchObject({ ok: true, value: { id: 2, name: 'pool2', scheduler: 'credit2' } });
    expect(cpupools.get(2)?.cpus.size).toBe(0);
    expect(cpupools.findByName('pool2')?.id).toBe(2);
  });

  it.each([
    [{ name: '' }, 'EINVAL', 'Missing cpupool name!'],
    [{ name: 'pool1' }, 'EEXIST', 'Pool name "pool1" already exists'],
    [{ name: 'a', scheduler: 'wibble' }, 'EINVAL', 'Unknown scheduler'],
    [{ name: 'a', scheduler: 'rtds' }, 'EINVAL', 'Unknown scheduler'],
    [{ name: 'a', cpus: [2] }, 'EBUSY', 'cpu 2 illegal or not free'],
    [{ name: 'a', cpus: [77] }, 'EBUSY', 'cpu 77 illegal or not free'],
    [{ name: 'a/b' }, 'EINVAL', 'A pool cannot be named "a/b".'],
  ])('%o is refused: %s', (spec, code, message) => {
    expect(host().cpupools.create(spec)).toEqual({ ok: false, errno: code, message });
  });
});

describe('the rules of cpupools', () => {
  it.each<[string, (scheduler: Scheduler) => Result<unknown>, string]>([
    ['Pool-0 is not destroyed', ({ cpupools }) => cpupools.destroy(0), 'EINVAL'],
    ['an empty pool is', ({ cpupools }) => cpupools.destroy(1), 'ok'],
    ['no pool, no destruction', ({ cpupools }) => cpupools.destroy(9), 'ENOENT'],
    ['names are unique', ({ cpupools }) => cpupools.rename(1, 'Pool-0'), 'EEXIST'],
    ['the own name is fine', ({ cpupools }) => cpupools.rename(1, 'pool1'), 'ok'],
    ['Pool-0 can be renamed', ({ cpupools }) => cpupools.rename(0, 'Pool-node0'), 'ok'],
    ['a free pCPU can be added', ({ cpupools }) => cpupools.addCpu(1, 3), 'ok'],
    ['one of another pool cannot', ({ cpupools }) => cpupools.addCpu(1, 1), 'EBUSY'],
    ['one that does not exist cannot', ({ cpupools }) => cpupools.addCpu(1, 77), 'ENODEV'],
    ['Pool-0 keeps pCPU 0', ({ cpupools }) => cpupools.removeCpu(0, 0), 'EBUSY'],
    ['a pool loses only what it has', ({ cpupools }) => cpupools.removeCpu(0, 77), 'ENODEV'],
    ['an empty pool may lose its last pCPU', ({ cpupools }) => cpupools.removeCpu(1, 2), 'ok'],
    ['Domain-0 does not move', ({ cpupools }) => cpupools.moveDomain(0, 1), 'EPERM'],
    ['nobody moves to nowhere', ({ cpupools }) => cpupools.moveDomain(1, 9), 'ENOENT'],
    ['nobody who is nobody moves', ({ cpupools }) => cpupools.moveDomain(9, 1), 'ESRCH'],
    ['a new domain needs a pool with pCPUs', (s) => s.addDomain({ domid: 5, vcpus: 1, pool: 9 }), 'ENOENT'],
    ['a domain is there once', (s) => s.addDomain({ domid: 1, vcpus: 1 }), 'EEXIST'],
  ])('%s', (_name, act, expected) => {
    expect(errno(act(host()))).toBe(expected);
  });

  it('hold a pool while a domain is in it', () => {
    const { cpupools } = host();
    cpupools.moveDomain(1, 1);
    expect(cpupools.domids(1)).toEqual([1]);
    expect(errno(cpupools.destroy(1))).toBe('EBUSY');
    expect(errno(cpupools.removeCpu(1, 2))).toBe('EBUSY');
    cpupools.moveDomain(1, 0);
    expect(errno(cpupools.destroy(1))).toBe('ok');
    expect(cpupools.freeCpus()).toEqual([2, 3]);
  });

  it('let nobody into a pool without pCPUs', () => {
    const scheduler = host();
    scheduler.cpupools.create({ name: 'empty' });
    expect(errno(scheduler.cpupools.moveDomain(1, 2))).toBe('EINVAL');
    expect(errno(scheduler.addDomain({ domid: 5, vcpus: 1, pool: 2 }))).toBe('EINVAL');
  });

  it('reset affinity, weight and cap of a domain that moves', () => {
    const scheduler = host();
    scheduler.setAffinity(1, 0, { hard: new Set([1]), soft: new Set([0]) });
    scheduler.cpupools.moveDomain(1, 1);
    const { hard, soft } = scheduler.affinity(1, 0) ?? { hard: new Set(), soft: new Set() };
    expect([formatCpuSet(hard as Set<number>, 4), formatCpuSet(soft as Set<number>, 4)]).toEqual([
      'all',
      'all',
    ]);
    expect(scheduler.domainParams(1)).toEqual({ weight: 256, cap: 0, scheduler: 'credit', pool: 1 });
  });

  it('break the pinning of a vCPU whose last pCPU leaves', () => {
    const scheduler = host();
    scheduler.setAffinity(1, 1, { hard: new Set([1]) });
    expect(scheduler.cpupools.removeCpu(0, 1)).toEqual({ ok: true, value: [{ domid: 1, vcpu: 1 }] });
    expect(scheduler.affinity(1, 1)?.hard.size).toBe(4);
  });
});

describe('affinity', () => {
  it.each<[string, number, number, { hard?: number[]; soft?: number[] }, string]>([
    ['a pCPU of the pool', 1, 0, { hard: [1] }, 'ok'],
    ['more than the pool has', 1, 0, { hard: [0, 3] }, 'ok'],
    ['only pCPUs of another pool', 1, 0, { hard: [2] }, 'EINVAL'],
    ['no pCPU', 1, 0, { hard: [] }, 'EINVAL'],
    ['a pCPU that is not there', 1, 0, { hard: [99] }, 'EINVAL'],
    ['a vCPU the domain does not have', 1, 7, { hard: [0] }, 'EINVAL'],
    ['an unknown domain', 9, 0, { hard: [0] }, 'ESRCH'],
  ])('hard: %s', (_name, domid, vcpu, { hard = [] }, expected) => {
    expect(errno(host().setAffinity(domid, vcpu, { hard: new Set(hard) }))).toBe(expected);
  });

  it('soft may be out of reach, which is told', () => {
    const scheduler = host();
    const soft = (cpus: number[]): unknown => scheduler.setAffinity(1, 0, { soft: new Set(cpus) });
    expect(soft([1])).toEqual({ ok: true, value: { softReaches: true } });
    expect(soft([3])).toEqual({ ok: true, value: { softReaches: false } });
    expect([...(scheduler.affinity(1, 0)?.hard ?? [])]).toEqual([0, 1, 2, 3]);
  });

  it.each([
    [[], 4, 'none'],
    [[0, 1, 2, 3], 4, 'all'],
    [[0], 1, 'all'],
    [[0, 1, 3], 4, '0-1,3'],
    [[2, 0], 4, '0,2'],
    [[1, 2, 3], 8, '1-3'],
  ])('%o of %i prints as %s', (cpus, count, text) => {
    expect(formatCpuSet(new Set(cpus), count)).toBe(text);
  });
});

describe('scheduler parameters', () => {
  const range = 'Cpu weight out of range, valid values are within range from 1 to 65535';
  const capRange = 'Cpu cap out of range, valid range is from 0 to 200 for specified number of vcpus';
  it.each([
    [{ weight: 1, cap: 0 }, 'ok'],
    [{ weight: 65535, cap: 200 }, 'ok'],
    [{ weight: 0 }, range],
    [{ weight: 65536 }, range],
    [{ weight: 1.5 }, range],
    [{ cap: -1 }, capRange],
    [{ cap: 201 }, capRange],
    [{ cap: Number.NaN }, capRange],
  ])('of a domain with 2 vCPUs: %o', (change, expected) => {
    const set = host().setDomainParams(1, 'credit2', change);
    expect(set.ok ? 'ok' : set.message).toBe(expected);
  });

  it('of a domain keep what is not given, and are refused under another scheduler', () => {
    const scheduler = host();
    scheduler.setDomainParams(1, 'credit2', { cap: 10 });
    expect(scheduler.domainParams(1)).toMatchObject({ weight: 512, cap: 10 });
    expect(scheduler.setDomainParams(1, 'credit', { weight: 512 })).toMatchObject({
      errno: 'EINVAL',
      message: 'Getting domain sched credit: Invalid argument',
    });
    expect(errno(scheduler.addDomain({ domid: 7, vcpus: 1, params: { weight: 0 } }))).toBe('EINVAL');
  });

  it.each([
    [{ tsliceMs: 0 }, 'Time slice out of range, valid range is from 1 to 1000'],
    [{ tsliceMs: 1001 }, 'Time slice out of range, valid range is from 1 to 1000'],
    [{ ratelimitUs: 99 }, 'Ratelimit out of range, valid range is from 100 to 500000'],
    [{ ratelimitUs: 500_001 }, 'Ratelimit out of range, valid range is from 100 to 500000'],
    [{ ratelimitUs: 30_001 }, 'Ratelimit cannot be greater than timeslice'],
    [{ migrationDelayUs: 100_001 }, 'vcpu migration delay should be >= 0 and <= 100000us'],
    [{ ratelimitUs: 0, tsliceMs: 1, migrationDelayUs: 100_000 }, 'ok'],
  ])('of a credit pool: %o', (change, expected) => {
    const set = host().cpupools.setParams(1, 'credit', change);
    expect(set.ok ? 'ok' : set.message).toBe(expected);
  });

  it('of a pool are read and set by the name of its scheduler', () => {
    const { cpupools } = host();
    expect(cpupools.params(1, 'credit')).toEqual({
      ok: true,
      value: { tsliceMs: 30, ratelimitUs: 1000, migrationDelayUs: 0 },
    });
    expect(cpupools.params(1, 'credit2')).toMatchObject({
      message: 'getting Credit2 scheduler parameters: Invalid argument',
    });
    expect(errno(cpupools.setParams(0, 'credit', { tsliceMs: 5 }))).toBe('EINVAL');
    expect(errno(cpupools.setParams(0, 'credit2', { ratelimitUs: 500_000 }))).toBe('ok');
  });
});
