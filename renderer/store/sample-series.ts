import type { Sample } from '../../engine/api/host.ts';

/** Points kept per domain: what fills a sparkline at one sample a second. */
export const seriesCapacity = 60;
/** A pause longer than this between two samples is shown as a gap. */
const gapMs = 2500;

/** The last minute of one figure, one value a second; null where nothing was measured. Deliberately not reactive. */
export class SampleSeries {
  readonly values: (number | null)[] = [];
  #at = 0;

  /** `at` is epoch ms; values that are not newer than the last are ignored. */
  push(at: number, value: number | null): void {
    if (at <= this.#at) return;
    if (this.#at > 0 && at - this.#at > gapMs) {
      const missed = Math.min(seriesCapacity, Math.round((at - this.#at) / 1000) - 1);
      for (let i = 0; i < missed; i += 1) this.values.push(null);
    }
    this.#at = at;
    this.values.push(value);
    if (this.values.length > seriesCapacity) this.values.splice(0, this.values.length - seriesCapacity);
  }

  /** Puts the engine's memory of the time before the first sample in front; `at` ascending epoch ms, a second apart. */
  seed(at: readonly number[], values: readonly (number | null)[]): void {
    const first = this.#at - (this.values.length - 1) * 1000;
    const before = values.filter((_, index) => (at[index] ?? Infinity) < first - 500);
    this.values.splice(0, 0, ...before);
    if (this.values.length > seriesCapacity) this.values.splice(0, this.values.length - seriesCapacity);
  }

  /** True when nothing in it was measured: the series can go. */
  get empty(): boolean {
    return this.values.every((value) => value === null);
  }
}

/** Newest figures and CPU series of all domains of one host. */
export class HostSeries {
  at = 0;
  whole: Sample | null = null;
  readonly cpu = new SampleSeries();
  readonly domains = new Map<string, { latest: Sample | null; cpu: SampleSeries }>();

  apply(at: number, whole: Sample, domains: Readonly<Record<string, Sample>>): void {
    if (at <= this.at) return;
    this.at = at;
    this.whole = whole;
    this.cpu.push(at, whole.cpuPercent);
    for (const [id, sample] of Object.entries(domains)) {
      const entry = this.domains.get(id) ?? { latest: null, cpu: new SampleSeries() };
      entry.latest = sample;
      entry.cpu.push(at, sample.cpuPercent);
      this.domains.set(id, entry);
    }
    for (const [id, entry] of this.domains) {
      if (Object.hasOwn(domains, id)) continue;
      entry.latest = null;
      entry.cpu.push(at, null);
      if (entry.cpu.empty) this.domains.delete(id);
    }
  }
}
