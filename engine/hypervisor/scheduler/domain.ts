import type { DomainSchedParams } from './params.ts';
import type { Vcpu } from './vcpu.ts';

/** A domain as the scheduler knows it. */
export interface SchedDomain {
  readonly domid: number;
  readonly vcpus: readonly Vcpu[];
  pool: number;
  params: DomainSchedParams;
  /** False for a domain nobody can hold back (Domain-0: the engine itself): it is served first and told no cap. */
  readonly throttled: boolean;
}
