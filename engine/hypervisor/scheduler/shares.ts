import { isActive } from './demand.ts';
import type { SchedDomain } from './domain.ts';
import type { Vcpu } from './vcpu.ts';
import { type Bottleneck, type Claimant, divide } from './waterfill.ts';

/**
 * From demands to shares, and from shares to caps. The division is ideal; two integrators make reality follow it:
 * `slack` per pCPU gives what was left unused (or takes back what was used too much) over the next moments, and `lag` per
 * vCPU keeps those that compete at their weights even when the computer cannot deliver what the pCPUs promise.
 */

/** Errors are worked off over this time. */
const correctionNs = 300e6;
/** No more than this is remembered per pCPU or vCPU. */
const memoryNs = 100e6;
/** A cap is an upper limit: unused time under it is hardly saved up. */
const capCarryNs = 2e6;
/** Weight of what cannot be held back: it gets what it uses, the others share the rest. */
const firstServed = 1e9;
/** Rates closer than this are the same. */
const tolerance = 1e-6;
/** Smallest cap a machine is told. */
const leastCapPercent = 0.1;

/** Bottleneck of the last division, in terms of vCPUs. */
interface Contest {
  readonly cpus: readonly number[];
  /** All that can run nowhere else, also those that slept when the division was made. */
  readonly members: readonly Vcpu[];
  readonly level: number;
  readonly hungryWeight: number;
}

const clamp = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value));

/** The shares of one pool. */
export class PoolShares {
  #contests: Contest[] = [];
  #contestOfCpu = new Map<number, Contest>();
  readonly #slackNs = new Map<number, number>();

  /** Compares what the last division promised with the newest measured rates, over `elapsedNs`. */
  settle(domains: readonly SchedDomain[], elapsedNs: number): void {
    for (const cpu of this.#slackNs.keys()) if (!this.#contestOfCpu.has(cpu)) this.#slackNs.delete(cpu);
    for (const contest of this.#contests) {
      const delivered = contest.members.reduce((sum, vcpu) => sum + vcpu.rate, 0);
      const missedNs = (elapsedNs * (contest.cpus.length - delivered)) / contest.cpus.length;
      for (const cpu of contest.cpus) {
        this.#slackNs.set(cpu, clamp((this.#slackNs.get(cpu) ?? 0) + missedNs, -memoryNs, memoryNs));
      }
      settleCompeting(contest, elapsedNs);
    }
    for (const vcpu of domains.flatMap((domain) => domain.vcpus)) settleLimit(vcpu, elapsedNs);
  }

  /** Divides the pool's pCPUs and sets every vCPU's `limit`, `share` and `capPercent`. */
  plan(domains: readonly SchedDomain[], cpus: Iterable<number>): void {
    for (const domain of domains) setLimits(domain);
    const vcpus = domains.flatMap((domain) => domain.vcpus);
    const capacities = new Map([...cpus].map((cpu) => [cpu, this.#capacity(cpu)]));
    const division = divide(domains.flatMap(claims), capacities);
    vcpus.forEach((vcpu, index) => (vcpu.share = division.rates[index] ?? 0));
    this.#contests = division.bottlenecks.map((bottleneck) => toContest(bottleneck, vcpus));
    this.#contestOfCpu = new Map(
      this.#contests.flatMap((contest) => contest.cpus.map((cpu) => [cpu, contest] as const)),
    );
    for (const domain of domains) if (domain.throttled) this.#setCaps(domain);
  }

  #setCaps(domain: SchedDomain): void {
    for (const vcpu of domain.vcpus) {
      setCap(vcpu, targetRate(domain, vcpu, this.#contestOf(vcpu.cpus)));
    }
  }

  /** The contest a vCPU with these pCPUs would enter: the one where most is to be had; null when a pCPU has time left. */
  #contestOf(cpus: readonly number[]): Contest | null {
    let best: Contest | null = null;
    for (const cpu of cpus) {
      const contest = this.#contestOfCpu.get(cpu);
      if (!contest) return null;
      if (!best || contest.level > best.level) best = contest;
    }
    return best;
  }

  #capacity(cpu: number): number {
    return 1 + (this.#slackNs.get(cpu) ?? 0) / correctionNs;
  }
}

/** What it would use if it could, at most one pCPU. */
function wish(vcpu: Vcpu): number {
  if (vcpu.activity === 'offline') return 0;
  return vcpu.hungry ? 1 : vcpu.average;
}

function wanted(vcpu: Vcpu): number {
  return Math.min(wish(vcpu), vcpu.limit);
}

/** Weight of one of the domain's vCPUs when `active` of them compete (behaviour §4: the weight is the domain's). */
function vcpuWeight(domain: SchedDomain, active: number): number {
  return domain.throttled ? domain.params.weight / Math.max(1, active) : firstServed;
}

function claims(domain: SchedDomain): Claimant[] {
  const weight = vcpuWeight(domain, domain.vcpus.filter(isActive).length);
  return domain.vcpus.map((vcpu) => ({ weight, demand: wanted(vcpu), cpus: vcpu.cpus }));
}

/** Divides the domain's cap: each vCPU may use what the others leave, at least an equal part. */
function setLimits(domain: SchedDomain): void {
  const { vcpus, params } = domain;
  const total = params.cap === 0 ? Infinity : params.cap / 100;
  if (vcpus.length === 1 || total >= vcpus.length) {
    for (const vcpu of vcpus) vcpu.limit = Math.min(1, total);
    return;
  }
  const claimants = vcpus.map((vcpu) => ({ weight: 1, demand: wish(vcpu), cpus: [0] }));
  const { rates } = divide(claimants, new Map([[0, total]]));
  const left = Math.max(0, total - rates.reduce((sum, rate) => sum + rate, 0));
  vcpus.forEach((vcpu, index) => {
    const rate = Math.max((rates[index] ?? 0) + left, total / vcpus.length);
    vcpu.limit = Math.min(1, rate);
  });
}

/** Gets less than it wants because of others. */
function isCompeting(vcpu: Vcpu): boolean {
  return vcpu.share < wanted(vcpu) - tolerance;
}

/** Gets less than it wants because of its domain's cap. */
function isLimited(vcpu: Vcpu): boolean {
  return vcpu.hungry && vcpu.limit < 1 && !isCompeting(vcpu);
}

/**
 * What the vCPU should be held to. Those that want more than they get: their share or limit, corrected by their lag. The
 * others may use what they would get if they competed: so one that wakes has its fair share at once, before anybody is
 * asked.
 */
function targetRate(domain: SchedDomain, vcpu: Vcpu, contest: Contest | null): number {
  const correction = vcpu.lagNs / correctionNs;
  if (isCompeting(vcpu)) return clamp(vcpu.share + correction, vcpu.share / 4, vcpu.limit);
  if (isLimited(vcpu)) return clamp(vcpu.limit + correction, vcpu.limit / 4, vcpu.limit);
  if (!contest) return vcpu.limit;
  const active = domain.vcpus.filter((other) => other === vcpu || isActive(other)).length;
  const weight = vcpuWeight(domain, active);
  const pot = contest.level * contest.hungryWeight + vcpu.share;
  const joined = (weight * pot) / (contest.hungryWeight + weight);
  return clamp(joined, vcpu.share, vcpu.limit);
}

/** Small changes are not worth a message to the machine; the integrators see to it that they do not add up. */
function setCap(vcpu: Vcpu, rate: number): void {
  const next = Math.max(leastCapPercent, Math.round(rate * 1000) / 10);
  const exact = rate >= vcpu.limit;
  if (exact || Math.abs(next - vcpu.capPercent) >= Math.max(0.2, next * 0.02)) vcpu.capPercent = next;
}

function toContest(bottleneck: Bottleneck, vcpus: readonly Vcpu[]): Contest {
  const { cpus, level, hungryWeight } = bottleneck;
  const contested = new Set(cpus);
  const members = vcpus.filter(
    (vcpu) => vcpu.cpus.length > 0 && vcpu.cpus.every((cpu) => contested.has(cpu)),
  );
  return { cpus, members, level, hungryWeight };
}

/**
 * Those that compete should have divided what was delivered to them as their shares are. What all are ahead or behind
 * together is not a matter between them: it is taken out.
 */
function settleCompeting(contest: Contest, elapsedNs: number): void {
  const competing = contest.members.filter(isCompeting);
  const sum = (of: (vcpu: Vcpu) => number): number => competing.reduce((total, vcpu) => total + of(vcpu), 0);
  const promised = sum((vcpu) => vcpu.share);
  if (promised <= 0) return;
  const delivered = sum((vcpu) => vcpu.rate);
  for (const vcpu of competing) {
    vcpu.lagNs += elapsedNs * ((vcpu.share * delivered) / promised - vcpu.rate);
  }
  const common = sum((vcpu) => vcpu.lagNs) / promised;
  for (const vcpu of competing) vcpu.lagNs = clamp(vcpu.lagNs - vcpu.share * common, -memoryNs, memoryNs);
}

/** Use above a cap is paid back; use below it is hardly saved up. */
function settleLimit(vcpu: Vcpu, elapsedNs: number): void {
  if (isCompeting(vcpu)) return;
  const lagNs = isLimited(vcpu) ? vcpu.lagNs + elapsedNs * (vcpu.limit - vcpu.rate) : 0;
  vcpu.lagNs = clamp(lagNs, -memoryNs, capCarryNs);
}
