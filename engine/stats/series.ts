import { type History, type HistoryRange, historyStepSeconds, type Sample } from '../api/index.ts';

const columns = ['cpuPercent', 'memoryKiB', 'readBps', 'writeBps', 'rxBps', 'txBps'] as const;

/** Points kept of each range (architecture: 5 min at 1 s, 1 h at 10 s, 24 h at 60 s). */
const pointsOf: Record<HistoryRange, number> = { '5m': 300, '1h': 360, '24h': 1440 };
const ranges = Object.keys(pointsOf) as HistoryRange[];

/**
 * One range: a ring of slots of fixed length, each the average of the samples that fell into it; NaN = nothing measured.
 * Slots are numbered by wall time, so that points of several domains lie on the same grid.
 */
class Tier {
  readonly #stepMs: number;
  readonly #points: number;
  /** The average of each slot so far, column by column. Made with the first sample: most domains are off. */
  #values: Float32Array | null = null;
  #first = -1;
  #last = -1;
  #count = 0;

  constructor(range: HistoryRange) {
    this.#stepMs = historyStepSeconds[range] * 1000;
    this.#points = pointsOf[range];
  }

  push(atMs: number, sample: Sample): void {
    const values = (this.#values ??= new Float32Array(this.#points * columns.length).fill(Number.NaN));
    const slot = Math.floor(atMs / this.#stepMs);
    if (slot < this.#last - 1) this.#restart();
    if (slot > this.#last) this.#advance(slot);
    this.#count += 1;
    columns.forEach((column, index) => {
      const place = this.#place(this.#last, index);
      const before = this.#count === 1 ? 0 : (values[place] ?? 0);
      values[place] = before + (sample[column] - before) / this.#count;
    });
  }

  /** Points from the oldest kept (not before the first measured) to the slot of `nowMs`. */
  read(range: HistoryRange, nowMs: number): History {
    const end = Math.max(this.#last, Math.floor(nowMs / this.#stepMs));
    const start = this.#first < 0 ? end + 1 : Math.max(this.#first, end - this.#points + 1);
    const slots = Array.from({ length: end - start + 1 }, (_, index) => start + index);
    const at = (index: number) => slots.map((slot) => this.#value(slot, index));
    return {
      range,
      stepSeconds: this.#stepMs / 1000,
      at: slots.map((slot) => slot * this.#stepMs),
      cpuPercent: at(0),
      memoryKiB: at(1),
      readBps: at(2),
      writeBps: at(3),
      rxBps: at(4),
      txBps: at(5),
    };
  }

  #value(slot: number, column: number): number | null {
    if (slot > this.#last || slot <= this.#last - this.#points) return null;
    const value = this.#values?.[this.#place(slot, column)] ?? Number.NaN;
    return Number.isNaN(value) ? null : value;
  }

  #place(slot: number, column: number): number {
    return (slot % this.#points) * columns.length + column;
  }

  /** Opens `slot`; those skipped since the last one are gaps. */
  #advance(slot: number): void {
    if (this.#first < 0) this.#first = slot;
    const from = Math.max(this.#last + 1, slot - this.#points + 1);
    for (let open = from; open <= slot; open += 1) {
      const place = this.#place(open, 0);
      this.#values?.fill(Number.NaN, place, place + columns.length);
    }
    this.#last = slot;
    this.#count = 0;
  }

  /** The clock was set back: what was kept lies in the future now. */
  #restart(): void {
    this.#values?.fill(Number.NaN);
    this.#first = -1;
    this.#last = -1;
    this.#count = 0;
  }
}

/** The history of one domain or host: every sample goes into all three ranges. About 50 KiB once there is one. */
export class Series {
  readonly #tiers = Object.fromEntries(ranges.map((range) => [range, new Tier(range)])) as Record<
    HistoryRange,
    Tier
  >;

  /** `atMs` is wall time. Samples of the same slot are averaged. */
  push(atMs: number, sample: Sample): void {
    for (const range of ranges) this.#tiers[range].push(atMs, sample);
  }

  history(range: HistoryRange, nowMs: number): History {
    return this.#tiers[range].read(range, nowMs);
  }
}

/** A history in which nothing was ever measured. */
export const emptyHistory = (range: HistoryRange, nowMs: number): History =>
  new Tier(range).read(range, nowMs);
