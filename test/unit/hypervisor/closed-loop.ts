import { createScheduler, type SchedSample, type Scheduler } from '../../../engine/hypervisor/index.ts';
import { divide } from '../../../engine/hypervisor/scheduler/waterfill.ts';

/** Whether a guest has work at this millisecond. */
export type Work = (ms: number) => boolean;

export const busy: Work = () => true;
export const idle: Work = () => false;
/** `percent` of the time in bursts, once a period. */
export const periodic =
  (percent: number, periodMs = 100, phaseMs = 0): Work =>
  (ms) =>
    (ms + phaseMs) % periodMs < (periodMs * percent) / 100;
export const from =
  (startMs: number, work: Work): Work =>
  (ms) =>
    ms >= startMs && work(ms);
export const until =
  (endMs: number, work: Work): Work =>
  (ms) =>
    ms < endMs && work(ms);

export interface Guest {
  readonly work: Work;
  readonly weight?: number;
  readonly cap?: number;
  readonly hard?: readonly number[];
  readonly pool?: number;
  readonly throttled?: boolean;
  /** How much work may pile up while the guest is held back; 1 = it spins. Default 200. */
  readonly backlogMs?: number;
}

export interface LoopConfig {
  readonly pcpus: number;
  /** Cores the computer really has for the guests; default: plenty. They are divided evenly, as an OS does. */
  readonly realCores?: number;
  readonly tickMs?: number;
  readonly scheduler?: 'credit' | 'credit2';
  readonly prepare?: (scheduler: Scheduler) => void;
}

interface Running {
  readonly domid: number;
  readonly work: Work;
  /** A burst that was held back is still to be done. */
  backlogMs: number;
  readonly mostBacklogMs: number;
  tokensMs: number;
  capPercent: number;
  sinceSampleMs: number;
  /** CPU time used by the end of each millisecond since the start. */
  readonly history: number[];
}

/** Longest run at full speed after having been held back: the depth of a machine's token bucket. */
const bucketMs = 2;

/**
 * Guests that behave as machines do: work that comes is done as fast as the token bucket lets it, each millisecond; the
 * scheduler sees only used time and whether the guest was blocked, at each tick, and its caps are all that holds them.
 */
export class ClosedLoop {
  readonly scheduler: Scheduler;
  readonly #guests = new Map<number, Running>();
  readonly #config: LoopConfig;
  #ms = 0;

  constructor(config: LoopConfig, guests: readonly Guest[]) {
    this.#config = config;
    const { pcpus, scheduler = 'credit2' } = config;
    this.scheduler = createScheduler({ pcpus, scheduler, nowNs: 0 });
    config.prepare?.(this.scheduler);
    guests.forEach((guest, index) => this.add(index + 1, guest));
  }

  add(domid: number, guest: Guest): void {
    const { weight = 256, cap = 0, pool = 0, throttled = true, hard } = guest;
    const added = this.scheduler.addDomain({ domid, vcpus: 1, pool, throttled, params: { weight, cap } });
    if (!added.ok) throw new Error(added.message);
    if (hard) this.scheduler.setAffinity(domid, 0, { hard: new Set(hard) });
    this.#guests.set(domid, {
      domid,
      work: guest.work,
      backlogMs: 0,
      mostBacklogMs: guest.backlogMs ?? 200,
      tokensMs: 0,
      capPercent: 100,
      sinceSampleMs: 0,
      history: Array.from({ length: this.#ms }, () => 0),
    });
  }

  run(ms: number): this {
    const { tickMs = 50 } = this.#config;
    for (let n = 0; n < ms; n += 1) {
      this.#millisecond();
      if (this.#ms % tickMs === 0) this.#tick();
    }
    return this;
  }

  /** Percent of one pCPU the guest used between two moments; default: the last second. */
  used(domid: number, fromMs = this.#ms - 1000, toMs = this.#ms): number {
    const history = this.#guests.get(domid)?.history ?? [];
    const at = (ms: number): number => (ms <= 0 ? 0 : (history[ms - 1] ?? 0));
    return (100 * (at(toMs) - at(fromMs))) / (toMs - fromMs);
  }

  cap(domid: number): number {
    return this.#guests.get(domid)?.capPercent ?? NaN;
  }

  #millisecond(): void {
    const wanting: Running[] = [];
    for (const guest of this.#guests.values()) {
      if (guest.work(this.#ms)) guest.backlogMs = Math.min(guest.backlogMs + 1, guest.mostBacklogMs);
      const room = guest.capPercent >= 100 ? 1 : guest.tokensMs + guest.capPercent / 100;
      guest.tokensMs = Math.min(room, bucketMs);
      if (guest.backlogMs > 0 && guest.tokensMs > 0) wanting.push(guest);
    }
    let left = this.#config.realCores ?? Infinity;
    wanting.sort((a, b) => a.tokensMs - b.tokensMs);
    wanting.forEach((guest, index) => {
      const fair = left / (wanting.length - index);
      left -= this.#execute(guest, Math.min(1, fair, guest.backlogMs, guest.tokensMs));
    });
    this.#ms += 1;
    for (const { history } of this.#guests.values()) {
      if (history.length < this.#ms) history.push(history.at(-1) ?? 0);
    }
  }

  #execute(guest: Running, ms: number): number {
    guest.backlogMs -= ms;
    guest.tokensMs -= ms;
    guest.sinceSampleMs += ms;
    guest.history.push((guest.history.at(-1) ?? 0) + ms);
    return ms;
  }

  #tick(): void {
    const samples: SchedSample[] = [...this.#guests.values()].map((guest) => ({
      domid: guest.domid,
      vcpu: 0,
      usedNs: guest.sinceSampleMs * 1e6,
      activity: guest.backlogMs > 0 ? 'running' : 'blocked',
    }));
    for (const guest of this.#guests.values()) guest.sinceSampleMs = 0;
    for (const decision of this.scheduler.tick(this.#ms * 1e6, samples)) {
      const guest = this.#guests.get(decision.domid);
      if (guest && decision.changed) guest.capPercent = decision.capPercent;
    }
  }
}

/**
 * What ideal sharing would give: each millisecond, those with work divide the pCPUs by weight. Percent of one pCPU used by
 * each guest between `fromMs` and `toMs`.
 */
export function idealUse(pcpus: number, guests: readonly Guest[], fromMs: number, toMs: number): number[] {
  const capacities = new Map(Array.from({ length: pcpus }, (_, cpu) => [cpu, 1]));
  const everywhere = [...capacities.keys()];
  const backlog = guests.map(() => 0);
  const used = guests.map(() => 0);
  for (let ms = 0; ms < toMs; ms += 1) {
    const claimants = guests.map((guest, index) => {
      if (guest.work(ms)) backlog[index] = Math.min((backlog[index] ?? 0) + 1, guest.backlogMs ?? 200);
      const demand = Math.min(1, backlog[index] ?? 0, (guest.cap || 100) / 100);
      return { weight: guest.weight ?? 256, demand, cpus: guest.hard ?? everywhere };
    });
    divide(claimants, capacities).rates.forEach((rate, index) => {
      backlog[index] = (backlog[index] ?? 0) - rate;
      if (ms >= fromMs) used[index] = (used[index] ?? 0) + rate;
    });
  }
  return used.map((sum) => (100 * sum) / (toMs - fromMs));
}
