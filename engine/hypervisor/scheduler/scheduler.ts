import { allCpus, type CpuSet, intersect } from '../cpu-set.ts';
import { done, refuse, type Result } from '../result.ts';
import { Cpupools } from './cpupools.ts';
import { expire, observe, type SchedSample } from './demand.ts';
import type { SchedDomain } from './domain.ts';
import {
  checkDomainParams,
  defaultDomainParams,
  defaultScheduler,
  type DomainSchedParams,
  type SchedulerName,
} from './params.ts';
import { place } from './placement.ts';
import { type LivePool, PoolTable } from './pool-table.ts';
import { runQueues, type SchedulerSnapshot, takeSnapshot } from './snapshot.ts';
import { SchedState } from './state.ts';
import { newVcpu } from './vcpu.ts';

export interface SchedulerConfig {
  /** pCPUs 0..pcpus-1. */
  readonly pcpus: number;
  /** Of pool 0 and of pools that do not say (`sched=` on Xen's command line). Default credit2. */
  readonly scheduler?: SchedulerName;
  /** Default: all pCPUs in one socket. */
  readonly socketOf?: (cpu: number) => number;
  readonly nowNs: number;
}

export interface SchedDomainSpec {
  readonly domid: number;
  readonly vcpus: number;
  /** Pool id; default 0. */
  readonly pool?: number;
  readonly params?: Partial<DomainSchedParams>;
  /** False for a domain nobody can hold back (Domain-0). Default true. */
  readonly throttled?: boolean;
}

/** What a vCPU's machine should be told. */
export interface Decision {
  readonly domid: number;
  readonly vcpu: number;
  /** Where it is placed; null when its pool gives it no pCPU. */
  readonly cpu: number | null;
  /** Most it may use, percent of one pCPU, 0.1..100. */
  readonly capPercent: number;
  /** The cap differs from the one of the previous tick: tell the machine. */
  readonly changed: boolean;
}

export interface Affinity {
  readonly hard: CpuSet;
  readonly soft: CpuSet;
}

/**
 * Decides who gets how much CPU, by Xen's rules (behaviour §4): weights, caps, affinity, pools. It has no clock and no
 * threads: feed it measurements with `tick` every 50 to 100 ms and hold the machines to what it answers.
 * Times are monotonic nanoseconds. Refusals carry libxl's sentences where it has them.
 */
export class Scheduler {
  readonly cpupools: Cpupools;
  readonly #state: SchedState;
  readonly #socketOf: (cpu: number) => number;

  /** Throws RangeError for a number of pCPUs that is not 1..4096. */
  constructor(config: SchedulerConfig) {
    const { pcpus, nowNs, scheduler = defaultScheduler, socketOf = () => 0 } = config;
    if (!Number.isInteger(pcpus) || pcpus < 1 || pcpus > 4096)
      throw new RangeError(`Bad number of pCPUs ${pcpus}`);
    const hostCpus = allCpus(pcpus);
    this.#state = new SchedState(hostCpus, new PoolTable(hostCpus, scheduler, nowNs), nowNs);
    this.cpupools = new Cpupools(this.#state);
    this.#socketOf = socketOf;
  }

  /** EEXIST, ENOENT (pool), EINVAL (parameters, or a pool without pCPUs). */
  addDomain(spec: SchedDomainSpec): Result {
    const pool = this.#state.pools.need(spec.pool ?? 0);
    if (!pool.ok) return pool;
    if (this.#state.domains.has(spec.domid)) return refuse('EEXIST', `Domain ${spec.domid} already exists.`);
    if (pool.value.cpus.size === 0) return refuse('EINVAL', `${pool.value.name} has no pCPU.`);
    const params = { ...defaultDomainParams, ...spec.params };
    const checked = checkDomainParams(params, spec.vcpus);
    if (!checked.ok) return checked;
    const vcpus = Array.from({ length: spec.vcpus }, (_, id) =>
      newVcpu(spec.domid, id, this.#state.hostCpus, this.#state.tickedNs),
    );
    const throttled = spec.throttled ?? true;
    const domain: SchedDomain = { domid: spec.domid, vcpus, pool: pool.value.id, params, throttled };
    this.#state.domains.set(spec.domid, domain);
    for (const vcpu of vcpus) pool.value.credits.enter(vcpu);
    this.#state.refresh(domain);
    return done();
  }

  /** Harmless when it is not there. */
  removeDomain(domid: number): void {
    this.#state.domains.delete(domid);
  }

  domainParams(
    domid: number,
  ): (DomainSchedParams & { readonly scheduler: SchedulerName; readonly pool: number }) | undefined {
    const domain = this.#state.domains.get(domid);
    const pool = domain && this.#state.pools.get(domain.pool);
    return pool && { ...domain.params, scheduler: pool.scheduler, pool: pool.id };
  }

  /** Takes effect at the next tick. EINVAL when out of range or when the domain's pool runs another scheduler. */
  setDomainParams(domid: number, scheduler: SchedulerName, change: Partial<DomainSchedParams>): Result {
    const domain = this.#state.need(domid);
    if (!domain.ok) return domain;
    if (this.#state.pools.get(domain.value.pool)?.scheduler !== scheduler) {
      return refuse('EINVAL', `Getting domain sched ${scheduler}: Invalid argument`);
    }
    const params = { ...domain.value.params, ...change };
    const checked = checkDomainParams(params, domain.value.vcpus.length);
    if (!checked.ok) return checked;
    domain.value.params = params;
    return done();
  }

  affinity(domid: number, vcpuId: number): Affinity | undefined {
    const vcpu = this.#state.domains.get(domid)?.vcpus[vcpuId];
    return vcpu && { hard: vcpu.hard, soft: vcpu.soft };
  }

  /** The pCPU it is placed on, or ran on last. */
  placement(domid: number, vcpuId: number): number | null {
    return this.#state.domains.get(domid)?.vcpus[vcpuId]?.cpu ?? null;
  }

  /** What the vCPU is held to now, percent of one pCPU. */
  capPercent(domid: number, vcpuId: number): number | undefined {
    return this.#state.domains.get(domid)?.vcpus[vcpuId]?.capPercent;
  }

  /**
   * Sets what is given. EINVAL when the domain has no such vCPU or the hard set has no pCPU of its pool. `softReaches` is
   * false when the soft set has nothing in common with where it may run: allowed, but worth a warning.
   */
  setAffinity(domid: number, vcpuId: number, change: Partial<Affinity>): Result<{ softReaches: boolean }> {
    const domain = this.#state.need(domid);
    if (!domain.ok) return domain;
    const vcpu = domain.value.vcpus[vcpuId];
    const pool = this.#state.pools.get(domain.value.pool);
    const hard = intersect(change.hard ?? vcpu?.hard ?? new Set(), this.#state.hostCpus);
    const soft = intersect(change.soft ?? vcpu?.soft ?? new Set(), this.#state.hostCpus);
    const reachable = intersect(hard, pool?.cpus ?? new Set());
    if (!vcpu || reachable.size === 0) return refuse('EINVAL', 'Setting vcpu affinity: Invalid argument');
    vcpu.hard = hard;
    vcpu.soft = soft;
    this.#state.refresh(domain.value);
    return done({ softReaches: intersect(soft, reachable).size > 0 });
  }

  /**
   * The accounting tick. `samples`: what each vCPU used since its previous sample; one without a sample keeps its estimate (for 3 s),
   * unknown ones are ignored. Answers for every vCPU of a throttled domain. A tick that goes back in time changes nothing.
   */
  tick(nowNs: number, samples: Iterable<SchedSample>): Decision[] {
    const elapsedNs = nowNs - this.#state.tickedNs;
    if (elapsedNs > 0) {
      this.#state.tickedNs = nowNs;
      this.#learn(nowNs, samples);
    }
    const vcpus = [...this.#state.domains.values()]
      .filter((each) => each.throttled)
      .flatMap((each) => each.vcpus);
    const before = vcpus.map((vcpu) => vcpu.capPercent);
    if (elapsedNs > 0) for (const pool of this.#state.pools.list()) this.#tickPool(pool, nowNs, elapsedNs);
    return vcpus.map(({ domid, id, cpu, capPercent }, index) => {
      return { domid, vcpu: id, cpu, capPercent, changed: capPercent !== before[index] };
    });
  }

  /** Plain data for a page that shows credits moving. */
  snapshot(): SchedulerSnapshot {
    return takeSnapshot({
      nowNs: this.#state.tickedNs,
      hostCpus: this.#state.hostCpus,
      pools: this.#state.pools.list(),
      domains: [...this.#state.domains.values()],
      socketOf: this.#socketOf,
    });
  }

  #learn(nowNs: number, samples: Iterable<SchedSample>): void {
    for (const sample of samples) {
      const domain = this.#state.domains.get(sample.domid);
      const vcpu = domain?.vcpus[sample.vcpu];
      if (!domain || !vcpu) continue;
      const { usedNs, woke } = observe(vcpu, sample, nowNs);
      this.#state.pools.get(domain.pool)?.credits.burn(domain, vcpu, usedNs, woke);
    }
  }

  #tickPool(pool: LivePool, nowNs: number, elapsedNs: number): void {
    const domains = this.#state.domainsIn(pool.id);
    const vcpus = domains.flatMap((domain) => domain.vcpus);
    for (const vcpu of vcpus) expire(vcpu, nowNs);
    pool.shares.settle(domains, elapsedNs);
    pool.shares.plan(domains, pool.cpus);
    const queues = runQueues(pool, vcpus, this.#socketOf).map((queue) => queue.vcpus);
    pool.credits.account(domains, queues, nowNs, elapsedNs);
    const migrationDelayNs = pool.params.migrationDelayUs * 1000;
    place(vcpus, { pool: pool.cpus, migrationDelayNs }, nowNs);
  }
}

export function createScheduler(config: SchedulerConfig): Scheduler {
  return new Scheduler(config);
}
