import { type CpuSet, intersect, sortedCpus } from '../cpu-set.ts';
import { done, refuse, type Result } from '../result.ts';
import type { SchedDomain } from './domain.ts';
import type { PoolTable } from './pool-table.ts';
import type { Vcpu } from './vcpu.ts';

/** Affinities remembered for sharing; beyond that they are merely not shared. */
const mostCpuLists = 1000;

/** What the parts of the scheduler share. */
export class SchedState {
  readonly hostCpus: CpuSet;
  readonly pools: PoolTable;
  readonly domains = new Map<number, SchedDomain>();
  readonly #cpuLists = new Map<string, readonly number[]>();
  /** Time of the last tick. */
  tickedNs: number;

  constructor(hostCpus: CpuSet, pools: PoolTable, nowNs: number) {
    this.hostCpus = hostCpus;
    this.pools = pools;
    this.tickedNs = nowNs;
  }

  need(domid: number): Result<SchedDomain> {
    const domain = this.domains.get(domid);
    return domain ? done(domain) : refuse('ESRCH', `Domain ${domid} does not exist.`);
  }

  domainsIn(poolId: number): SchedDomain[] {
    return [...this.domains.values()].filter((domain) => domain.pool === poolId);
  }

  vcpusIn(poolId: number): Vcpu[] {
    return this.domainsIn(poolId).flatMap((domain) => domain.vcpus);
  }

  /** Works out anew where the domain's vCPUs may run: hard ∩ pool. vCPUs that may run on the same pCPUs share one array. */
  refresh(domain: SchedDomain): void {
    const pool = this.pools.get(domain.pool)?.cpus ?? new Set<number>();
    for (const vcpu of domain.vcpus) {
      const cpus = sortedCpus(intersect(vcpu.hard, pool));
      const key = cpus.join();
      vcpu.cpus = this.#cpuLists.get(key) ?? cpus;
      if (this.#cpuLists.size < mostCpuLists) this.#cpuLists.set(key, vcpu.cpus);
    }
  }

  refreshPool(poolId: number): void {
    for (const domain of this.domainsIn(poolId)) this.refresh(domain);
  }
}
