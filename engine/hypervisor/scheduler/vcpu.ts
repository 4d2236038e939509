import type { CpuSet } from '../cpu-set.ts';

/** What a vCPU was doing: at the moment of a sample. Offline: down, paused, or its domain is shut down. */
export type VcpuActivity = 'running' | 'runnable' | 'blocked' | 'offline';

/** credit's priorities; a credit2 scheduler orders by credit alone. */
export type Priority = 'boost' | 'under' | 'over';

/** All the scheduler knows about one vCPU. Rates: 1 = one pCPU all the time. Times in nanoseconds. */
export interface Vcpu {
  readonly domid: number;
  readonly id: number;
  hard: CpuSet;
  soft: CpuSet;
  /** hard ∩ pool, ascending. */
  cpus: readonly number[];
  /** Where it runs or ran last; null until first placed. */
  cpu: number | null;
  movedNs: number;

  activity: VcpuActivity;
  sampledNs: number;
  /** Measured over the last sampling interval. */
  rate: number;
  /** Smoothed. */
  average: number;
  /** Samples in a row that used up what was allowed. */
  saturated: number;
  /** Samples in a row that found next to no use. */
  idle: number;
  /** Samples in a row that found it not blocked. */
  awake: number;
  /** Would use more than it gets. */
  hungry: boolean;

  /** The most its domain's cap lets it use, at most 1. */
  limit: number;
  /** What the division gives it. */
  share: number;
  /** Behind (+) or ahead (−) of what it should have got: its share of what was delivered, or its limit. */
  lagNs: number;
  /** What it was last told. */
  capPercent: number;

  /** credit: 1/10 ms units as in Xen; credit2: nanoseconds. */
  credit: number;
  priority: Priority;
  /** Stopped by its cap. */
  parked: boolean;
  /** credit2: CPU time left of the cap's budget; meaningless without a cap. */
  budgetNs: number;
}

export function newVcpu(domid: number, id: number, hostCpus: CpuSet, nowNs: number): Vcpu {
  return {
    domid,
    id,
    hard: hostCpus,
    soft: hostCpus,
    cpus: [],
    cpu: null,
    movedNs: nowNs,
    activity: 'offline',
    sampledNs: nowNs,
    rate: 0,
    average: 0,
    saturated: 0,
    idle: 2,
    awake: 0,
    hungry: false,
    limit: 1,
    share: 0,
    lagNs: 0,
    capPercent: 100,
    credit: 0,
    priority: 'under',
    parked: false,
    budgetNs: 0,
  };
}
