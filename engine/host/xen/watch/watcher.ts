import type { Clock } from '../../../lib/clock.ts';
import type { Session } from '../link/session.ts';
import type { XenDomains } from '../model/domains.ts';
import type { TopRow } from '../parse/xentop.ts';
import { Monitor } from './monitor.ts';
import type { Refresher } from './refresher.ts';

/** Readings that nobody waits for leave the host at least this much peace in between, in ms, and thrice what one has taken. */
const leastRestMs = 300;
const mostRestMs = 10_000;
const restFactor = 3;
/** Without figures for so long the host is asked by itself. */
const silenceMs = 5000;
/** A guest takes a vCPU on or off when it likes, and nothing tells of it: when to look, in ms after the one before. */
const vcpuLooksMs = [500, 1500, 4000, 10_000];
const isVcpu = /^\/local\/domain\/\d+\/cpu\//;

/** Decides when a connected host is read again: when it says that something has changed, or when it says nothing. */
export class HostWatcher {
  readonly #clock: Clock;
  readonly #domains: XenDomains;
  readonly #refresher: Refresher;
  readonly #onRound: (rows: readonly TopRow[]) => void;
  readonly #onBroken: (why: string) => void;
  #monitor: Monitor | null = null;
  #lastRoundNs = 0;
  #waiting = false;
  #closed = false;
  /** Counts the orders about vCPUs: looks after an older one are no longer wanted. */
  #vcpuOrders = 0;

  constructor(options: {
    clock: Clock;
    domains: XenDomains;
    refresher: Refresher;
    onRound: (rows: readonly TopRow[]) => void;
    onBroken: (why: string) => void;
  }) {
    this.#clock = options.clock;
    this.#domains = options.domains;
    this.#refresher = options.refresher;
    this.#onRound = options.onRound;
    this.#onBroken = options.onBroken;
  }

  async open(session: Session): Promise<void> {
    this.#lastRoundNs = this.#clock.monotonicNs();
    this.#monitor = await Monitor.open(session, this.#clock, {
      stirred: (paths) => this.#stirred(paths),
      configured: () => {
        this.#refresher.filesChanged();
        this.request();
      },
      round: (rows) => {
        this.#lastRoundNs = this.#clock.monotonicNs();
        this.#onRound(rows);
        if (this.#domains.figures(rows) || this.#refresher.incomplete) this.request();
      },
      ended: (why) => this.#onBroken(why),
    });
    if (this.#closed) this.#monitor.close();
    this.#follow();
    this.#listen();
  }

  close(): void {
    this.#closed = true;
    this.#monitor?.close();
  }

  /** Which domains there are has changed: other parts of the store matter now. */
  #follow(): void {
    const domids = this.#domains.all.flatMap(({ live }) => (live ? [live.domid] : []));
    this.#monitor?.follow(domids);
  }

  /** A reading soon; several requests are one. */
  request(): void {
    if (this.#waiting || this.#closed) return;
    this.#waiting = true;
    const { endedNs, tookMs } = this.#refresher.last;
    const sinceMs = (this.#clock.monotonicNs() - endedNs) / 1e6;
    const restMs = Math.min(mostRestMs, Math.max(leastRestMs, restFactor * tookMs));
    this.#clock.after(Math.max(0, restMs - sinceMs), () => {
      this.#waiting = false;
      if (!this.#closed) this.#refresher.request();
    });
  }

  /** Hears that the set of running domains is another one. */
  domainsChanged(): void {
    if (!this.#closed) this.#follow();
  }

  #stirred(paths: readonly string[]): void {
    for (const path of paths) {
      const domid = /^\/(?:libxl|local\/domain)\/(\d{1,5})(?:\/|$)/.exec(path)?.[1];
      const live = domid === undefined ? null : this.#domains.byDomid(Number(domid))?.live;
      if (live) this.#refresher.stale(live);
    }
    this.request();
    if (paths.some((path) => isVcpu.test(path))) this.#lookForVcpus((this.#vcpuOrders += 1), 0);
  }

  #lookForVcpus(order: number, at: number): void {
    const inMs = vcpuLooksMs[at];
    if (inMs === undefined) return;
    this.#clock.after(inMs, () => {
      if (this.#closed || order !== this.#vcpuOrders) return;
      this.request();
      this.#lookForVcpus(order, at + 1);
    });
  }

  #listen(): void {
    this.#clock.after(silenceMs, () => {
      if (this.#closed) return;
      const silentMs = (this.#clock.monotonicNs() - this.#lastRoundNs) / 1e6;
      if (silentMs >= silenceMs) this.request();
      this.#listen();
    });
  }
}
