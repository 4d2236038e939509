import type { SchedDomain } from './domain.ts';
import type { PoolSchedParams, SchedulerName } from './params.ts';
import type { Vcpu } from './vcpu.ts';

/**
 * The book-keeping of credits, as Xen's schedulers do it, from measured CPU time. It decides the order of the queues that a
 * person sees; the shares themselves come from the division (`shares.ts`), which is what credits converge to.
 */
export interface CreditModel {
  /** A vCPU enters a pool with this scheduler. */
  enter(vcpu: Vcpu): void;
  /** It used CPU time. */
  burn(domain: SchedDomain, vcpu: Vcpu, usedNs: number, woke: boolean): void;
  /** Time passed. `queues`: vCPUs by the run queue they belong to. */
  account(
    domains: readonly SchedDomain[],
    queues: readonly (readonly Vcpu[])[],
    nowNs: number,
    elapsedNs: number,
  ): void;
  /** Negative when `a` runs before `b`. */
  order(a: Vcpu, b: Vcpu): number;
}

/** Credits of the credit scheduler: 10 for each millisecond of one pCPU. */
const creditsPerNs = 10 / 1e6;

const priorityRank = { boost: 0, under: 1, over: 2 } as const;

/**
 * credit: every time slice, credits are handed out by weight. Those that have some are UNDER and run before those that are
 * OVER; one that wakes with credits left is BOOSTed until it has run; one that used up its cap is parked.
 */
class Credit implements CreditModel {
  readonly #tsliceNs: number;
  #accountedNs: number;

  constructor(params: PoolSchedParams, nowNs: number) {
    this.#tsliceNs = params.tsliceMs * 1e6;
    this.#accountedNs = nowNs;
  }

  enter(vcpu: Vcpu): void {
    Object.assign(vcpu, { credit: 0, priority: 'under', parked: false, budgetNs: 0 });
  }

  burn(_domain: SchedDomain, vcpu: Vcpu, usedNs: number, woke: boolean): void {
    const wasOver = vcpu.credit < 0;
    vcpu.credit -= usedNs * creditsPerNs;
    if (woke && !wasOver) vcpu.priority = 'boost';
    else if (usedNs > 0) vcpu.priority = vcpu.credit < 0 ? 'over' : 'under';
  }

  account(
    domains: readonly SchedDomain[],
    _queues: readonly (readonly Vcpu[])[],
    nowNs: number,
    _elapsedNs: number,
  ): void {
    const slices = Math.floor((nowNs - this.#accountedNs) / this.#tsliceNs);
    if (slices <= 0) return;
    this.#accountedNs += slices * this.#tsliceNs;
    const sliceCredits = this.#tsliceNs * creditsPerNs;
    for (const domain of domains) {
      for (const vcpu of domain.vcpus) {
        if (vcpu.activity === 'offline') continue;
        const earned = (vcpu.capPercent / 100) * slices * sliceCredits;
        vcpu.credit = Math.min(sliceCredits, Math.max(-sliceCredits, vcpu.credit + earned));
        vcpu.parked = vcpu.hungry && vcpu.limit < 1 && vcpu.credit < 0;
        if (vcpu.priority !== 'boost') vcpu.priority = vcpu.credit < 0 ? 'over' : 'under';
      }
    }
  }

  order(a: Vcpu, b: Vcpu): number {
    return priorityRank[a.priority] - priorityRank[b.priority] || b.credit - a.credit;
  }
}

/** credit2: what everybody gets at a reset, and the most one can have (Xen's CSCHED2_CREDIT_INIT and its carry-over). */
const resetNs = 10e6;
const mostNs = 10.5e6;
/** Budgets of caps are refilled this often. */
const budgetPeriodNs = 10e6;

/**
 * credit2: credit is time, burned the faster the lower the weight. When the best of a run queue has none left, all in the
 * queue get 10 ms more. A capped domain has a budget, refilled every 10 ms; without budget it is parked.
 */
class Credit2 implements CreditModel {
  enter(vcpu: Vcpu): void {
    Object.assign(vcpu, { credit: mostNs, priority: 'under', parked: false, budgetNs: 0 });
  }

  burn(domain: SchedDomain, vcpu: Vcpu, usedNs: number, woke: boolean): void {
    vcpu.credit -= usedNs * (referenceWeight / domain.params.weight);
    vcpu.budgetNs -= usedNs;
    vcpu.priority = woke ? 'boost' : 'under';
  }

  account(
    domains: readonly SchedDomain[],
    queues: readonly (readonly Vcpu[])[],
    _nowNs: number,
    elapsedNs: number,
  ): void {
    for (const queue of queues) reset(queue);
    for (const domain of domains) {
      if (domain.params.cap === 0) continue;
      for (const vcpu of domain.vcpus) {
        const most = vcpu.limit * budgetPeriodNs;
        const refilled = vcpu.budgetNs + vcpu.limit * elapsedNs;
        vcpu.budgetNs = Math.max(-most, Math.min(most, refilled));
        vcpu.parked = vcpu.hungry && vcpu.budgetNs <= 0;
      }
    }
  }

  order(a: Vcpu, b: Vcpu): number {
    return b.credit - a.credit;
  }
}

/** Credit of a vCPU with this weight burns at the speed of time. */
const referenceWeight = 256;

/** As often as it takes for the best of those that want to run to have credit; the time Xen would have done it over. */
function reset(queue: readonly Vcpu[]): void {
  const wanting = queue.filter((vcpu) => vcpu.hungry || vcpu.activity === 'running');
  if (wanting.length === 0) return;
  const best = Math.max(...wanting.map((vcpu) => vcpu.credit));
  if (best > 0) return;
  const resets = Math.floor(-best / resetNs) + 1;
  const floor = best - resetNs;
  for (const vcpu of queue) {
    vcpu.credit = Math.min(mostNs, Math.max(floor, vcpu.credit) + resets * resetNs);
  }
}

export function createCreditModel(
  scheduler: SchedulerName,
  params: PoolSchedParams,
  nowNs: number,
): CreditModel {
  return scheduler === 'credit' ? new Credit(params, nowNs) : new Credit2();
}
