import {
  dom0Uuid,
  type History,
  type HistoryRange,
  type HostSamples,
  type Sample,
} from '../../../api/index.ts';
import type { Clock } from '../../../lib/clock.ts';
import { RateMeter } from '../../../stats/rates.ts';
import { Series } from '../../../stats/series.ts';
import type { XenDomain } from '../model/domain.ts';
import type { TopRow } from '../parse/xentop.ts';

const sectorBytes = 512;
/** Seconds without figures; more than that is a gap. */
const mostSkipped = 2;

/** Turns xentop's rounds into samples and histories. */
export class Sampler {
  readonly #host: string;
  readonly #clock: Clock;
  readonly #whole = new Series();
  readonly #dom0 = new Series();
  #dom0Meter = new RateMeter();
  /** Of the round before; null after a gap. */
  #lastAt: number | null = null;

  constructor(host: string, clock: Clock) {
    this.#host = host;
    this.#clock = clock;
  }

  /** `domainOf` finds a live guest by the name it has there. */
  round(
    rows: readonly TopRow[],
    domainOf: (name: string) => XenDomain | undefined,
    host: { pcpus: number },
  ): HostSamples {
    const at = this.#clock.wallMs();
    const times = this.#standsFor(at);
    const atNs = this.#clock.monotonicNs();
    const domains: Record<string, Sample> = {};
    const whole = { cpuPercent: 0, memoryKiB: 0, readBps: 0, writeBps: 0, rxBps: 0, txBps: 0 };
    for (const row of rows) {
      const isDom0 = row.name === 'Domain-0';
      const domain = isDom0 ? undefined : domainOf(row.name);
      whole.cpuPercent += row.cpuPercent;
      whole.memoryKiB += row.memoryKiB;
      if (!isDom0 && !domain) continue;
      const sample = this.#sample(row, domain?.meter ?? this.#dom0Meter, atNs);
      if (!sample) continue;
      for (const time of times) (domain?.series ?? this.#dom0).push(time, sample);
      domains[domain?.id ?? dom0Uuid] = sample;
      for (const rate of ['readBps', 'writeBps', 'rxBps', 'txBps'] as const) whole[rate] += sample[rate];
    }
    whole.cpuPercent = Math.min(100, whole.cpuPercent / Math.max(1, host.pcpus));
    for (const time of times) this.#whole.push(time, whole);
    return { host: this.#host, at, whole, domains };
  }

  /** A gap: the next figures have nothing to compare with. */
  interrupt(): void {
    this.#dom0Meter = new RateMeter();
    this.#lastAt = null;
  }

  /**
   * Seconds a round is about. Its figures are averages since the one before: rounds that come a little more than a second apart leave
   * no second out.
   */
  #standsFor(at: number): number[] {
    const second = Math.floor(at / 1000);
    const before = this.#lastAt === null ? second - 1 : Math.floor(this.#lastAt / 1000);
    this.#lastAt = at;
    const skipped = second - before - 1;
    if (skipped < 1 || skipped > mostSkipped) return [at];
    return [...Array.from({ length: skipped }, (_, index) => (before + 1 + index) * 1000), at];
  }

  history(whose: XenDomain | 'dom0' | null, range: HistoryRange): History {
    const series = whose === null ? this.#whole : whose === 'dom0' ? this.#dom0 : whose.series;
    return series.history(range, this.#clock.wallMs());
  }

  #sample(row: TopRow, meter: RateMeter, atNs: number): Sample | null {
    const rates = meter.look({
      atNs,
      cpuTimeNs: 0,
      memoryKiB: row.memoryKiB,
      readBytes: row.readSectors * sectorBytes,
      writeBytes: row.writeSectors * sectorBytes,
      rxBytes: row.rxKiB * 1024,
      txBytes: row.txKiB * 1024,
    });
    return rates && { ...rates, cpuPercent: row.cpuPercent, cpuSeconds: row.cpuSeconds };
  }
}
