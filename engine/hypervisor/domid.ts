import { done, refuse, type Result } from './result.ts';

/** Domids from here on have special meanings in Xen; guests get 1..0x7FEF. */
export const firstReservedDomid = 0x7ff0;

/** libxl does not let a domid be used again before this much time has passed (behaviour §1). */
export const domidReuseTimeoutNs = 60e9;

/** A domid whose domain was destroyed at `atNs` (monotonic). What libxl keeps in its `domid-history` file. */
export interface RecentDomid {
  readonly domid: number;
  readonly atNs: number;
}

/** `grow`: the next free one above the last allocated (Xen's). `random`: any valid one (xl.conf domid_policy). */
export type DomidPolicy = 'grow' | 'random';

export interface DomidRequest {
  /** This very domid; refused when taken (EEXIST), recently used (EBUSY) or not 1..0x7FEF (EINVAL). */
  readonly exact?: number;
  readonly policy?: DomidPolicy;
  /** Uniform in [0, 1); for `random` only. */
  readonly random?: () => number;
}

/**
 * Which domids may be given out (behaviour §1): they grow, wrap at 0x7FF0 to 1, and are not reused within 60 s.
 * Times are monotonic nanoseconds of one clock.
 */
export class DomidAllocator {
  readonly #live = new Set<number>([0]);
  #recent: RecentDomid[];
  #last: number;

  /** `last` is the last domid allocated before (0 on a fresh host), `recent` what was destroyed lately. */
  constructor(last = 0, recent: readonly RecentDomid[] = []) {
    this.#last = last;
    this.#recent = [...recent];
  }

  /** The last domid allocated by growing. */
  get last(): number {
    return this.#last;
  }

  /** Takes a domid. ENOMEM when all 32,751 are taken or recent. */
  allocate(nowNs: number, request: DomidRequest = {}): Result<number> {
    this.#forget(nowNs);
    if (request.exact !== undefined) return this.#exact(request.exact);
    const domid = request.policy === 'random' ? this.#pickRandom(request.random) : this.#pickNext();
    if (domid === undefined) return refuse('ENOMEM', 'All domain ids are in use.');
    if (request.policy !== 'random') this.#last = domid;
    this.#live.add(domid);
    return done(domid);
  }

  /** The domain is gone; its domid rests for 60 s from now. */
  release(domid: number, nowNs: number): void {
    if (domid === 0 || !this.#live.delete(domid)) return;
    this.#forget(nowNs);
    this.#recent.push({ domid, atNs: nowNs });
  }

  /** Domids destroyed within the last 60 s, oldest first. */
  recent(nowNs: number): readonly RecentDomid[] {
    this.#forget(nowNs);
    return this.#recent;
  }

  #forget(nowNs: number): void {
    this.#recent = this.#recent.filter((entry) => nowNs - entry.atNs < domidReuseTimeoutNs);
  }

  #isRecent(domid: number): boolean {
    return this.#recent.some((entry) => entry.domid === domid);
  }

  #exact(domid: number): Result<number> {
    if (!Number.isInteger(domid) || domid < 1 || domid >= firstReservedDomid) {
      return refuse('EINVAL', `${domid} is not a valid domain id.`);
    }
    if (this.#live.has(domid)) return refuse('EEXIST', `Domain ${domid} already exists.`);
    if (this.#isRecent(domid)) return refuse('EBUSY', `Domain id ${domid} was used less than 60 s ago.`);
    this.#live.add(domid);
    return done(domid);
  }

  #pickNext(): number | undefined {
    const resting = new Set(this.#recent.map((entry) => entry.domid));
    let domid = this.#last;
    for (let tried = 1; tried < firstReservedDomid; tried += 1) {
      domid = domid + 1 >= firstReservedDomid ? 1 : domid + 1;
      if (!this.#live.has(domid) && !resting.has(domid)) return domid;
    }
    return undefined;
  }

  #pickRandom(random: () => number = Math.random): number | undefined {
    const resting = new Set(this.#recent.map((entry) => entry.domid));
    const start = Math.min(firstReservedDomid - 2, Math.floor(random() * (firstReservedDomid - 1)));
    for (let tried = 0; tried < firstReservedDomid - 1; tried += 1) {
      const domid = 1 + ((start + tried) % (firstReservedDomid - 1));
      if (!this.#live.has(domid) && !resting.has(domid)) return domid;
    }
    return undefined;
  }
}
