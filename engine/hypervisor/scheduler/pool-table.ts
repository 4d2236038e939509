import { type CpuSet, sortedCpus } from '../cpu-set.ts';
import { done, refuse, type Refusal, type Result } from '../result.ts';
import { createCreditModel, type CreditModel } from './credit-model.ts';
import {
  checkPoolParams,
  defaultPoolParams,
  type PoolSchedParams,
  type SchedulerName,
  schedulerNames,
} from './params.ts';
import { PoolShares } from './shares.ts';

export interface CpuPool {
  readonly id: number;
  readonly name: string;
  readonly scheduler: SchedulerName;
  readonly params: PoolSchedParams;
  readonly cpus: CpuSet;
}

/** A pool with what its scheduler keeps. */
export interface LivePool extends CpuPool {
  name: string;
  params: PoolSchedParams;
  cpus: ReadonlySet<number>;
  credits: CreditModel;
  readonly shares: PoolShares;
}

export interface PoolSpec {
  readonly name: string;
  readonly scheduler?: string;
  /** pCPUs it starts with; they have to be free. Default: none. */
  readonly cpus?: Iterable<number>;
}

const maxNameLength = 128;

/**
 * Which pCPU is in which pool (behaviour §4): each in at most one. Pool 0 is `Pool-0`; it keeps pCPU 0 and cannot be
 * destroyed. Rules that depend on domains are the caller's.
 */
export class PoolTable {
  readonly #pools = new Map<number, LivePool>();
  readonly #hostCpus: CpuSet;
  readonly #defaultScheduler: SchedulerName;

  /** All of the host's pCPUs start in pool 0. */
  constructor(hostCpus: CpuSet, scheduler: SchedulerName, nowNs: number) {
    this.#hostCpus = hostCpus;
    this.#defaultScheduler = scheduler;
    this.#add(0, 'Pool-0', scheduler, hostCpus, nowNs);
  }

  /** By ascending id. */
  list(): readonly LivePool[] {
    return [...this.#pools.values()].sort((a, b) => a.id - b.id);
  }

  get(id: number): LivePool | undefined {
    return this.#pools.get(id);
  }

  find(name: string): LivePool | undefined {
    return this.list().find((pool) => pool.name === name);
  }

  /** Like `get`, for those who need one: ENOENT. */
  need(id: number): Result<LivePool> {
    const pool = this.#pools.get(id);
    return pool ? done(pool) : refuse('ENOENT', `unknown cpupool '${id}'`);
  }

  /** pCPUs in no pool, ascending (`free_cpus` of xl info). */
  freeCpus(): number[] {
    const taken = new Set(this.list().flatMap((pool) => [...pool.cpus]));
    return sortedCpus(this.#hostCpus).filter((cpu) => !taken.has(cpu));
  }

  /** EINVAL for a bad name or scheduler, EEXIST for a taken name, EBUSY for a pCPU that is not free. Ids count up. */
  create(spec: PoolSpec, nowNs: number): Result<CpuPool> {
    const bad = this.#checkName(spec.name);
    if (bad) return bad;
    const wanted = spec.scheduler ?? this.#defaultScheduler;
    const scheduler = schedulerNames.find((name) => name === wanted);
    if (!scheduler) return refuse('EINVAL', 'Unknown scheduler');
    const free = new Set(this.freeCpus());
    const cpus = new Set(spec.cpus ?? []);
    for (const cpu of cpus) if (!free.has(cpu)) return refuse('EBUSY', `cpu ${cpu} illegal or not free`);
    const id = Math.max(...this.#pools.keys()) + 1;
    return done(this.#add(id, spec.name, scheduler, cpus, nowNs));
  }

  /** EINVAL for pool 0, ENOENT. The caller has made sure that no domain is in it. */
  destroy(id: number): Result {
    const pool = this.#pools.get(id);
    if (!pool || id === 0)
      return refuse(pool ? 'EINVAL' : 'ENOENT', `Can't destroy cpupool '${pool?.name ?? id}'`);
    this.#pools.delete(id);
    return done();
  }

  /** EEXIST when another pool has the name. */
  rename(id: number, name: string): Result {
    const pool = this.#pools.get(id);
    if (!pool) return refuse('ENOENT', `unknown cpupool '${id}'`);
    if (pool.name === name) return done();
    const bad = this.#checkName(name);
    if (bad) return bad;
    pool.name = name;
    return done();
  }

  /** ENODEV for a pCPU the host does not have, EBUSY for one in a pool. */
  addCpu(id: number, cpu: number): Result {
    const pool = this.need(id);
    if (!pool.ok) return pool;
    if (!this.#hostCpus.has(cpu)) return refuse('ENODEV', `This host has no pCPU ${cpu}.`);
    if (!this.freeCpus().includes(cpu)) return refuse('EBUSY', `pCPU ${cpu} is in a pool already.`);
    pool.value.cpus = new Set([...pool.value.cpus, cpu]);
    return done();
  }

  /** ENODEV for a pCPU that is not in the pool, EBUSY for pCPU 0 of pool 0 and, if `inUse`, for the last one. */
  removeCpu(id: number, cpu: number, inUse: boolean): Result {
    const pool = this.need(id);
    if (!pool.ok) return pool;
    const { cpus, name } = pool.value;
    if (!cpus.has(cpu)) return refuse('ENODEV', `pCPU ${cpu} is not in ${name}.`);
    if (id === 0 && cpu === 0) return refuse('EBUSY', `${name} cannot lose pCPU 0.`);
    if (cpus.size === 1 && inUse) {
      return refuse('EBUSY', `pCPU ${cpu} is the last one of ${name}, which has domains.`);
    }
    pool.value.cpus = new Set([...cpus].filter((other) => other !== cpu));
    return done();
  }

  /** EINVAL with libxl's sentence; also for parameters of a scheduler the pool does not run. */
  setParams(id: number, scheduler: SchedulerName, change: Partial<PoolSchedParams>, nowNs: number): Result {
    const pool = this.need(id);
    if (!pool.ok) return pool;
    if (pool.value.scheduler !== scheduler) {
      return refuse('EINVAL', `setting ${schedulerTitle[scheduler]} scheduler parameters: Invalid argument`);
    }
    const params = { ...pool.value.params, ...change };
    const checked = checkPoolParams(scheduler, params);
    if (!checked.ok) return checked;
    if (params.tsliceMs !== pool.value.params.tsliceMs) {
      pool.value.credits = createCreditModel(scheduler, params, nowNs);
    }
    pool.value.params = params;
    return done();
  }

  #checkName(name: string): Refusal | null {
    if (name === '') return refuse('EINVAL', 'Missing cpupool name!');
    if (name.length > maxNameLength || /[\x00-\x1f\x7f/]/.test(name)) {
      return refuse('EINVAL', `A pool cannot be named "${name.slice(0, maxNameLength)}".`);
    }
    return this.find(name) ? refuse('EEXIST', `Pool name "${name}" already exists`) : null;
  }

  #add(id: number, name: string, scheduler: SchedulerName, cpus: CpuSet, nowNs: number): LivePool {
    const params = defaultPoolParams;
    const credits = createCreditModel(scheduler, params, nowNs);
    const pool: LivePool = { id, name, scheduler, params, cpus, credits, shares: new PoolShares() };
    this.#pools.set(id, pool);
    return pool;
  }
}

export const schedulerTitle: Record<SchedulerName, string> = { credit: 'Credit', credit2: 'Credit2' };
