import type { Sample } from '../../api/index.ts';
import type { MachineCounters } from '../../guest/machine.ts';
import type { Scheduler, VcpuSample } from '../../hypervisor/index.ts';
import type { CancelTimer, Clock } from '../../lib/clock.ts';
import type { LiveDomain } from '../../toolstack/live-domain.ts';
import type { HostContext } from './context.ts';
import type { ManagedDomain } from './managed-domain.ts';
import { ProcessMeter } from './process-meter.ts';

/** Accounting tick while guests compete for CPUs (the scheduler wants 50 to 100 ms). */
const tickMs = 100;
/** Statistics, and everything while nobody competes. */
const secondMs = 1000;
/** How often a guest that does nothing is asked while others compete. */
const idleAskMs = 500;
/** A guest that uses less than this of a CPU does nothing. */
const idlePercent = 1;
/** A machine that has not answered by then is left out of this round. */
const patienceMs = 80;

/** What was last heard of one run. */
interface Ear {
  askedNs: number;
  heardNs: number;
  asking: boolean;
  counters: MachineCounters | null;
  /** Used since the scheduler was last told; null when nothing was heard since. */
  unaccountedNs: number | null;
  busy: boolean;
}

/** Hears once a second what was measured. `samples` holds the domains that answered. */
export type SecondListener = (samples: ReadonlyMap<ManagedDomain, Sample>, dom0: Sample | null) => void;

/**
 * The host's heartbeat: asks the machines what they have done, tells the hypervisor's scheduler, holds the machines to its
 * answers, and once a second makes samples of it. Without guests it beats once a second and asks nobody.
 */
export class Pulse {
  readonly #host: HostContext;
  readonly #scheduler: Scheduler;
  readonly #clock: Clock;
  readonly #onSecond: SecondListener;
  readonly #ears = new WeakMap<LiveDomain, Ear>();
  readonly #process = new ProcessMeter();
  #cancel: CancelTimer = () => {};
  #second = -1;
  #accountedNs: number;
  #beating = false;
  #kicked = false;
  #closed = false;

  constructor(host: HostContext, scheduler: Scheduler, onSecond: SecondListener) {
    this.#host = host;
    this.#scheduler = scheduler;
    this.#clock = host.toolstack.clock;
    this.#onSecond = onSecond;
    this.#accountedNs = this.#clock.monotonicNs();
  }

  /** Beats now (a guest came or went: shares change) and goes on from there. */
  kick(): void {
    this.#kicked = true;
    if (!this.#beating) this.#next(0);
  }

  /** What was last heard of a run; null before the first time. */
  counters(live: LiveDomain): MachineCounters | null {
    return this.#ears.get(live)?.counters ?? null;
  }

  close(): void {
    this.#closed = true;
    this.#cancel();
  }

  #next(delayMs: number): void {
    this.#cancel();
    if (!this.#closed) this.#cancel = this.#clock.after(delayMs, () => void this.#beat());
  }

  async #beat(): Promise<void> {
    this.#beating = true;
    this.#kicked = false;
    let pauseMs = secondMs;
    try {
      const active = this.#host.domains.all.filter((domain) => domain.active);
      const competing = this.#competing(active);
      await this.#ask(active, competing);
      if (this.#closed) return;
      this.#account(active);
      this.#maybeSecond(active);
      if (competing) pauseMs = this.#anyBusy(active) ? tickMs : idleAskMs;
    } catch (error) {
      this.#host.log(
        'error',
        `The host's heartbeat failed: ${error instanceof Error ? error.stack : String(error)}`,
      );
    } finally {
      this.#beating = false;
      this.#next(this.#kicked ? 0 : this.#pause(pauseMs));
    }
  }

  /** The whole second is not slept over, so that samples come once a second. */
  #pause(mostMs: number): number {
    const intoSecondMs = (this.#clock.monotonicNs() / 1e6) % secondMs;
    return Math.min(mostMs, secondMs - intoSecondMs + 1);
  }

  /** Could one guest have to wait for another, or for its cap? */
  #competing(active: readonly ManagedDomain[]): boolean {
    const runnable = active.filter(({ live }) => live && !live.paused);
    if (runnable.length === 0) return false;
    const { pcpus } = this.#host;
    return runnable.length >= pcpus || runnable.some(({ live }) => live !== null && this.#confined(live));
  }

  #anyBusy(active: readonly ManagedDomain[]): boolean {
    return active.some(({ live }) => live && this.#ear(live).busy);
  }

  /** Has a cap, or may not run everywhere. */
  #confined({ domid }: LiveDomain): boolean {
    const { pcpus } = this.#host;
    const params = this.#scheduler.domainParams(domid);
    const pool = params && this.#scheduler.cpupools.get(params.pool);
    const hard = this.#scheduler.affinity(domid, 0)?.hard;
    return (params?.cap ?? 0) > 0 || (pool?.cpus.size ?? pcpus) < pcpus || (hard?.size ?? pcpus) < pcpus;
  }

  async #ask(active: readonly ManagedDomain[], competing: boolean): Promise<void> {
    const nowNs = this.#clock.monotonicNs();
    const asked = active.flatMap(({ live }) => {
      if (!live) return [];
      const ear = this.#ear(live);
      const dueMs = !competing ? secondMs : ear.busy ? tickMs : idleAskMs;
      if (ear.asking || nowNs - ear.askedNs < (dueMs - tickMs / 2) * 1e6) return [];
      return [this.#askOne(live, ear, nowNs)];
    });
    if (asked.length === 0) return;
    let cancel: CancelTimer = () => {};
    const enough = new Promise<void>((resolve) => (cancel = this.#clock.after(patienceMs, resolve)));
    await Promise.race([Promise.all(asked), enough]);
    cancel();
  }

  /** Never rejects: a machine that is gone says nothing. */
  async #askOne(live: LiveDomain, ear: Ear, nowNs: number): Promise<void> {
    ear.asking = true;
    ear.askedNs = nowNs;
    try {
      const counters = await live.machine.counters();
      const before = ear.counters?.cpuTimeNs ?? 0;
      ear.unaccountedNs = (ear.unaccountedNs ?? 0) + Math.max(0, counters.cpuTimeNs - before);
      ear.counters = counters;
      live.memory.heard(counters);
      const heardNs = this.#clock.monotonicNs();
      const elapsedNs = Math.max(1, heardNs - ear.heardNs);
      ear.busy = (100 * (counters.cpuTimeNs - before)) / elapsedNs > idlePercent;
      ear.heardNs = heardNs;
    } catch {
      ear.busy = false;
    } finally {
      ear.asking = false;
    }
  }

  /** Tells table and scheduler what was used since they were last told, and the machines what they may use. */
  #account(active: readonly ManagedDomain[]): void {
    const nowNs = this.#clock.monotonicNs();
    const heard = active.flatMap(({ live }) => {
      if (!live || !live.alive) return [];
      const ear = this.#ear(live);
      const { unaccountedNs: usedNs, counters } = ear;
      ear.unaccountedNs = null;
      if (!counters || usedNs === null) return [];
      const executing = counters.running && !live.paused;
      return [{ domid: live.domid, vcpu: 0, usedNs, running: executing, blocked: !executing }];
    });
    const dom0UsedNs = this.#process.usedSince(heard.reduce((sum, { usedNs }) => sum + usedNs, 0));
    const all = [...this.#dom0(dom0UsedNs, nowNs), ...heard];
    this.#host.toolstack.table.account(all);
    const samples = all.map(({ domid, vcpu, usedNs, running }) => {
      const paused = this.#host.toolstack.table.get(domid)?.flags.paused ?? false;
      return { domid, vcpu, usedNs, activity: paused ? 'offline' : running ? 'running' : 'blocked' } as const;
    });
    for (const { domid, capPercent, changed } of this.#scheduler.tick(nowNs, samples)) {
      if (changed) this.#hold(domid, capPercent);
    }
  }

  /**
   * Domain-0's time on its vCPUs: the engine's own thread on the first, as far as one can use, and what its helpers (compiler,
   * collector, files) used on the others.
   */
  #dom0(usedNs: number, nowNs: number): VcpuSample[] {
    const vcpus = this.#host.toolstack.table.get(0)?.vcpus.length ?? 1;
    const mostNs = Math.max(0, nowNs - this.#accountedNs);
    this.#accountedNs = nowNs;
    let leftNs = usedNs;
    return Array.from({ length: vcpus }, (_, vcpu) => {
      const ownNs = vcpu === vcpus - 1 ? leftNs : Math.min(leftNs, mostNs);
      leftNs -= ownNs;
      const running = vcpu === 0 || ownNs > 0;
      return { domid: 0, vcpu, usedNs: ownNs, running, blocked: !running };
    });
  }

  #hold(domid: number, capPercent: number): void {
    const live = this.#host.domains.live.find((domain) => domain.live?.domid === domid)?.live;
    live?.machine.setShare({ capPercent: Math.min(100, Math.max(1, capPercent)) }).catch(() => {});
  }

  #maybeSecond(active: readonly ManagedDomain[]): void {
    const nowNs = this.#clock.monotonicNs();
    const second = Math.floor(nowNs / 1e9);
    if (second === this.#second) return;
    this.#second = second;
    const samples = new Map<ManagedDomain, Sample>();
    for (const domain of active) {
      const sample = this.#sample(domain);
      if (sample) samples.set(domain, sample);
    }
    this.#onSecond(samples, this.#process.sample(nowNs));
  }

  #sample(domain: ManagedDomain): Sample | null {
    const { live } = domain;
    const ear = live && this.#ear(live);
    if (!live || !ear?.counters) return null;
    const { cpuTimeNs, memoryKiB, vbds, vifs } = ear.counters;
    const sum = <T>(items: readonly T[], pick: (item: T) => number): number =>
      items.reduce((total, item) => total + pick(item), 0);
    const sample = domain.meter.look({
      atNs: ear.heardNs,
      cpuTimeNs,
      memoryKiB,
      readBytes: sum(vbds, (vbd) => vbd.readBytes),
      writeBytes: sum(vbds, (vbd) => vbd.writeBytes),
      rxBytes: sum(vifs, (vif) => vif.rxBytes),
      txBytes: sum(vifs, (vif) => vif.txBytes),
    });
    return sample && { ...sample, cpuSeconds: cpuTimeNs / 1e9 };
  }

  #ear(live: LiveDomain): Ear {
    const known = this.#ears.get(live);
    if (known) return known;
    const ear: Ear = {
      askedNs: -Infinity,
      heardNs: 0,
      asking: false,
      counters: null,
      unaccountedNs: null,
      busy: true,
    };
    this.#ears.set(live, ear);
    return ear;
  }
}
