import { done, refuse, type Result } from '../result.ts';
import { defaultDomainParams, type PoolSchedParams, type SchedulerName } from './params.ts';
import { type CpuPool, type PoolSpec, schedulerTitle } from './pool-table.ts';
import type { SchedState } from './state.ts';

/** A vCPU whose hard affinity was given up because its pool lost the last pCPU it could run on. */
export interface BrokenAffinity {
  readonly domid: number;
  readonly vcpu: number;
}

/** Operations on cpupools with the domains in them (behaviour §4). Every operation on an unknown pool is ENOENT. */
export class Cpupools {
  readonly #state: SchedState;

  constructor(state: SchedState) {
    this.#state = state;
  }

  /** By ascending id. */
  list(): readonly CpuPool[] {
    return this.#state.pools.list();
  }

  get(id: number): CpuPool | undefined {
    return this.#state.pools.get(id);
  }

  findByName(name: string): CpuPool | undefined {
    return this.#state.pools.find(name);
  }

  /** pCPUs in no pool (`free_cpus` of xl info). */
  freeCpus(): number[] {
    return this.#state.pools.freeCpus();
  }

  domids(id: number): number[] {
    return this.#state.domainsIn(id).map((domain) => domain.domid);
  }

  /** EINVAL for a bad name or scheduler, EEXIST for a taken name, EBUSY for a pCPU that is not free. Ids count up. */
  create(spec: PoolSpec): Result<CpuPool> {
    return this.#state.pools.create(spec, this.#state.tickedNs);
  }

  /** Its pCPUs become free. EBUSY with domains, EINVAL for pool 0. */
  destroy(id: number): Result {
    if (id !== 0 && this.domids(id).length > 0) {
      return refuse('EBUSY', `Can't destroy cpupool '${this.get(id)?.name ?? id}'`);
    }
    return this.#state.pools.destroy(id);
  }

  /** EEXIST when another pool has the name, EINVAL for a bad one. */
  rename(id: number, name: string): Result {
    return this.#state.pools.rename(id, name);
  }

  /** ENODEV for a pCPU the host does not have, EBUSY for one in a pool. */
  addCpu(id: number, cpu: number): Result {
    const added = this.#state.pools.addCpu(id, cpu);
    if (added.ok) this.#state.refreshPool(id);
    return added;
  }

  /**
   * ENODEV when the pCPU is not in the pool, EBUSY for pCPU 0 of pool 0 and for the last one under domains. Where it leaves
   * a vCPU nowhere to run, that vCPU's hard affinity becomes all pCPUs, as in Xen, and it is reported.
   */
  removeCpu(id: number, cpu: number): Result<readonly BrokenAffinity[]> {
    const removed = this.#state.pools.removeCpu(id, cpu, this.domids(id).length > 0);
    if (!removed.ok) return removed;
    this.#state.refreshPool(id);
    const stuck = this.#state.vcpusIn(id).filter((vcpu) => vcpu.cpus.length === 0);
    for (const vcpu of stuck) vcpu.hard = this.#state.hostCpus;
    this.#state.refreshPool(id);
    return done(stuck.map((vcpu) => ({ domid: vcpu.domid, vcpu: vcpu.id })));
  }

  /**
   * Moves a domain: its affinities become all pCPUs and its weight and cap the defaults. EPERM for Domain-0, EINVAL for a
   * pool without pCPUs. Moving to where it is does nothing.
   */
  moveDomain(domid: number, id: number): Result {
    const domain = this.#state.need(domid);
    if (!domain.ok) return domain;
    const pool = this.#state.pools.need(id);
    if (!pool.ok) return pool;
    if (domain.value.pool === id) return done();
    if (domid === 0) return refuse('EPERM', 'Domain-0 cannot leave its cpupool.');
    if (pool.value.cpus.size === 0) return refuse('EINVAL', `${pool.value.name} has no pCPU.`);
    domain.value.pool = id;
    domain.value.params = defaultDomainParams;
    for (const vcpu of domain.value.vcpus) {
      Object.assign(vcpu, { hard: this.#state.hostCpus, soft: this.#state.hostCpus, share: 0, lagNs: 0 });
      pool.value.credits.enter(vcpu);
    }
    this.#state.refresh(domain.value);
    return done();
  }

  /** EINVAL when the pool runs another scheduler. */
  params(id: number, scheduler: SchedulerName): Result<PoolSchedParams> {
    const pool = this.#state.pools.need(id);
    if (!pool.ok) return pool;
    if (pool.value.scheduler === scheduler) return done(pool.value.params);
    return refuse('EINVAL', `getting ${schedulerTitle[scheduler]} scheduler parameters: Invalid argument`);
  }

  /** EINVAL with libxl's sentence when out of range, or when the pool runs another scheduler. */
  setParams(id: number, scheduler: SchedulerName, change: Partial<PoolSchedParams>): Result {
    return this.#state.pools.setParams(id, scheduler, change, this.#state.tickedNs);
  }
}
