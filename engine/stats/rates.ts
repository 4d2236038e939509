import type { Sample } from '../api/index.ts';

/** Cumulative figures at one moment. Bytes and nanoseconds since some start; memory is what it is now. */
export interface Counters {
  readonly atNs: number;
  readonly cpuTimeNs: number;
  readonly memoryKiB: number;
  readonly readBytes: number;
  readonly writeBytes: number;
  readonly rxBytes: number;
  readonly txBytes: number;
}

/** Two looks closer together than this say nothing about rates. */
const shortestIntervalNs = 50e6;

/**
 * Rates between two looks at the same counters. Null when they cannot be told: too close together, or a counter went
 * back (the guest was made anew in between).
 */
export function rates(before: Counters, now: Counters): Sample | null {
  const ns = now.atNs - before.atNs;
  if (ns < shortestIntervalNs) return null;
  const perSecond = (after: number, earlier: number) => ((after - earlier) * 1e9) / ns;
  const sample = {
    cpuPercent: ((now.cpuTimeNs - before.cpuTimeNs) * 100) / ns,
    memoryKiB: now.memoryKiB,
    readBps: perSecond(now.readBytes, before.readBytes),
    writeBps: perSecond(now.writeBytes, before.writeBytes),
    rxBps: perSecond(now.rxBytes, before.rxBytes),
    txBps: perSecond(now.txBytes, before.txBytes),
  };
  return Object.values(sample).every((value) => value >= 0) ? sample : null;
}

/** Turns a sequence of looks into samples. */
export class RateMeter {
  #before: Counters | null = null;

  /** The rates since the previous look; null for the first, and after counters went back. */
  look(now: Counters): Sample | null {
    const sample = this.#before ? rates(this.#before, now) : null;
    this.#before = now;
    return sample;
  }
}
