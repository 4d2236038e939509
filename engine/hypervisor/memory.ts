import { type GuestMemorySpec, maxSlackKiB, memoryNeed, type MemoryNeed } from './memory-need.ts';
import { done, refuse, type Refusal, type Result } from './result.ts';

/** Domain-0 is never asked to go below this (behaviour §5). */
export const minDom0KiB = 128 * 1024;

export interface MemoryConfig {
  /** All memory of the host. */
  readonly totalKiB: number;
  /** What Domain-0 starts with. */
  readonly dom0KiB: number;
  /** What the hypervisor itself uses. Default 0. */
  readonly xenKiB?: number;
}

/** A refusal for want of memory, with the figures. */
export interface MemoryRefusal extends Refusal {
  readonly errno: 'ENOMEM';
  readonly needKiB: number;
  readonly freeKiB: number;
  /** needKiB − freeKiB. */
  readonly shortfallKiB: number;
}

export interface DomainMemory {
  readonly domid: number;
  /** Pages the domain has now. */
  readonly currentKiB: number;
  /** Reserved for it but not handed out yet. `xl list` shows current + claim. */
  readonly claimKiB: number;
  /** What it was last asked to have (memory/target). */
  readonly targetKiB: number;
  /** Limit of its balloon (memory/static-max). */
  readonly staticMaxKiB: number;
  /** The hypervisor's own limit, above which no page is given (`MAXMEM(k)` of xentop). */
  readonly maxKiB: number;
  /** Page tables and the like kept for it; not part of what it has. */
  readonly overheadKiB: number;
}

export interface HostMemory {
  readonly totalKiB: number;
  /** Not given to anybody, without what is claimed (`free_memory` of xl info). */
  readonly freeKiB: number;
  readonly dom0KiB: number;
  /** Sum of the claims not yet handed out. */
  readonly outstandingClaimsKiB: number;
  readonly overheadKiB: number;
  readonly xenKiB: number;
}

type Account = { -readonly [K in keyof DomainMemory]: DomainMemory[K] };

/** Whole, positive and exactly representable, so that sums stay exact. */
function isAmount(kib: number): boolean {
  return Number.isInteger(kib) && kib > 0 && kib <= 2 ** 42;
}

function mib(kib: number): string {
  return kib % 1024 === 0 ? `${kib / 1024} MiB` : `${(kib / 1024).toFixed(1)} MiB`;
}

function outOfMemory(what: string, needKiB: number, freeKiB: number): MemoryRefusal {
  const shortfallKiB = needKiB - freeKiB;
  return {
    ok: false,
    errno: 'ENOMEM',
    message: `${what} needs ${mib(needKiB)} but ${mib(freeKiB)} are free: ${mib(shortfallKiB)} short.`,
    needKiB,
    freeKiB,
    shortfallKiB,
  };
}

/**
 * Who has how much of the host's memory (behaviour §5). At any time
 * total = xen + free + Σ (current + claim + overhead), and nothing is negative. All amounts are whole KiB.
 */
export class MemoryLedger {
  readonly #accounts = new Map<number, Account>();
  readonly #xenKiB: number;
  #totalKiB: number;

  /** Throws RangeError when the parts do not fit into the total: a host that cannot exist. */
  constructor(config: MemoryConfig) {
    const { totalKiB, dom0KiB, xenKiB = 0 } = config;
    if (!isAmount(totalKiB) || !isAmount(dom0KiB) || dom0KiB + xenKiB > totalKiB) {
      throw new RangeError(`A host of ${totalKiB} KiB cannot give Domain-0 ${dom0KiB} KiB`);
    }
    this.#totalKiB = totalKiB;
    this.#xenKiB = xenKiB;
    this.#accounts.set(0, {
      domid: 0,
      currentKiB: dom0KiB,
      claimKiB: 0,
      targetKiB: dom0KiB,
      staticMaxKiB: dom0KiB,
      maxKiB: dom0KiB,
      overheadKiB: 0,
    });
  }

  host(): HostMemory {
    const sum = (key: 'currentKiB' | 'claimKiB' | 'overheadKiB'): number =>
      [...this.#accounts.values()].reduce((total, account) => total + account[key], 0);
    const outstandingClaimsKiB = sum('claimKiB');
    const overheadKiB = sum('overheadKiB');
    return {
      totalKiB: this.#totalKiB,
      freeKiB: this.#totalKiB - this.#xenKiB - sum('currentKiB') - outstandingClaimsKiB - overheadKiB,
      dom0KiB: this.#accounts.get(0)?.currentKiB ?? 0,
      outstandingClaimsKiB,
      overheadKiB,
      xenKiB: this.#xenKiB,
    };
  }

  domain(domid: number): DomainMemory | undefined {
    return this.#accounts.get(domid);
  }

  /** Changes the size of the host. ENOMEM when less than what is in use. */
  setTotal(totalKiB: number): Result<void, Refusal | MemoryRefusal> {
    if (!isAmount(totalKiB)) return refuse('EINVAL', `${totalKiB} KiB is not an amount of memory.`);
    const usedKiB = this.#totalKiB - this.host().freeKiB;
    if (totalKiB < usedKiB) return outOfMemory('What runs now', usedKiB, totalKiB);
    this.#totalKiB = totalKiB;
    return done();
  }

  /**
   * Reserves all a new domain needs: its target as a claim, the rest as overhead. ENOMEM (with figures) when that much is not
   * free; then nothing is reserved. EEXIST, EINVAL. Follow with `populate`, or `remove` when the build fails.
   */
  reserve(domid: number, spec: GuestMemorySpec): Result<MemoryNeed, Refusal | MemoryRefusal> {
    if (this.#accounts.has(domid)) return refuse('EEXIST', `Domain ${domid} has memory already.`);
    const need = memoryNeed(spec);
    if (!isAmount(spec.targetKiB) || !isAmount(spec.staticMaxKiB) || !isAmount(need.totalKiB)) {
      return refuse('EINVAL', `${spec.targetKiB} KiB is not an amount of memory.`);
    }
    if (spec.staticMaxKiB < spec.targetKiB) {
      return refuse('EINVAL', 'The maximum memory must not be less than the memory.');
    }
    const { freeKiB } = this.host();
    if (need.totalKiB > freeKiB) return outOfMemory('The domain', need.totalKiB, freeKiB);
    this.#accounts.set(domid, {
      domid,
      currentKiB: 0,
      claimKiB: spec.targetKiB,
      targetKiB: spec.targetKiB,
      staticMaxKiB: spec.staticMaxKiB,
      maxKiB: spec.targetKiB + maxSlackKiB,
      overheadKiB: need.totalKiB - spec.targetKiB,
    });
    return done(need);
  }

  /** Turns `kib` (default: all) of the claim into pages. EINVAL when that much is not claimed. */
  populate(domid: number, kib?: number): Result {
    const account = this.#accounts.get(domid);
    if (!account) return this.#unknown(domid);
    const amount = kib ?? account.claimKiB;
    if (!Number.isInteger(amount) || amount < 0 || amount > account.claimKiB) {
      return refuse('EINVAL', `Domain ${domid} has not claimed ${amount} KiB.`);
    }
    account.claimKiB -= amount;
    account.currentKiB += amount;
    return done();
  }

  /**
   * The guest's balloon wants the domain to have `wantedKiB`. Shrinking always works; growing stops at the hypervisor's
   * maximum and at what is free, as populate_physmap does. Returns what the domain has then; ESRCH, EINVAL.
   */
  resize(domid: number, wantedKiB: number): Result<number> {
    const account = this.#accounts.get(domid);
    if (!account) return this.#unknown(domid);
    if (!isAmount(wantedKiB)) return refuse('EINVAL', `${wantedKiB} KiB is not an amount of memory.`);
    const roomKiB = Math.max(0, account.maxKiB - account.currentKiB - account.claimKiB);
    account.currentKiB = Math.min(wantedKiB, account.currentKiB + Math.min(roomKiB, this.host().freeKiB));
    return done(account.currentKiB);
  }

  /**
   * `xl mem-set`: asks the domain to have `targetKiB`; the balloon follows with `resize`. The hypervisor's maximum becomes
   * the target + 1 MiB. EINVAL above the static maximum or, for Domain-0, below 128 MiB. Free memory is not looked at: a
   * target that does not fit is accepted and not reached.
   */
  setTarget(domid: number, targetKiB: number): Result {
    const account = this.#accounts.get(domid);
    if (!account) return this.#unknown(domid);
    if (!isAmount(targetKiB)) return refuse('EINVAL', `${targetKiB} KiB is not an amount of memory.`);
    if (targetKiB > account.staticMaxKiB) {
      return refuse('EINVAL', 'memory_dynamic_max must be less than or equal to memory_static_max');
    }
    if (domid === 0 && targetKiB < minDom0KiB) {
      return refuse('EINVAL', `new target ${targetKiB} for dom0 is below the minimum threshold`);
    }
    account.targetKiB = targetKiB;
    account.maxKiB = targetKiB + (domid === 0 ? 0 : maxSlackKiB);
    return done();
  }

  /** `xl mem-max`: moves the static maximum, and the hypervisor's to that + 1 MiB. EINVAL below the target. */
  setStaticMax(domid: number, staticMaxKiB: number): Result {
    const account = this.#accounts.get(domid);
    if (!account) return this.#unknown(domid);
    if (!isAmount(staticMaxKiB)) return refuse('EINVAL', `${staticMaxKiB} KiB is not an amount of memory.`);
    if (staticMaxKiB < account.targetKiB) {
      return refuse('EINVAL', 'memory_static_max must be greater than or equal to memory_dynamic_max');
    }
    account.staticMaxKiB = staticMaxKiB;
    account.maxKiB = staticMaxKiB + maxSlackKiB;
    return done();
  }

  /**
   * Autoballoon: to which target Domain-0 has to go down for `needKiB` to be free. Its present target when enough is free.
   * ENOMEM (with figures) when that would leave it less than 128 MiB.
   */
  planAutoballoon(needKiB: number): Result<{ dom0TargetKiB: number }, MemoryRefusal> {
    const { freeKiB, dom0KiB } = this.host();
    const shortfallKiB = needKiB - freeKiB;
    const targetKiB = this.#accounts.get(0)?.targetKiB ?? dom0KiB;
    if (shortfallKiB <= 0) return done({ dom0TargetKiB: targetKiB });
    const dom0TargetKiB = dom0KiB - shortfallKiB;
    if (dom0TargetKiB >= minDom0KiB) return done({ dom0TargetKiB });
    return outOfMemory('The domain', needKiB, freeKiB + Math.max(0, dom0KiB - minDom0KiB));
  }

  /** The domain is gone: all it had, claimed or cost is free again. Harmless when it has none. Domain-0 stays. */
  remove(domid: number): void {
    if (domid !== 0) this.#accounts.delete(domid);
  }

  #unknown(domid: number): Refusal {
    return refuse('ESRCH', `Domain ${domid} does not exist.`);
  }
}
