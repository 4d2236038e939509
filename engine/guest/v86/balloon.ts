/**
 * The balloon on the worker's side. The guest's driver takes pages out of use (or back) until it holds as many as it is
 * asked to. Before it is asked for more, its own statistics say what it needs, so that it is not squeezed to death.
 */
import type { VirtioBalloon } from './internals.ts';
import type { StatePart } from './internals-state.ts';

const PAGE_KIB = 4;
/** No guest is asked to live with less. */
const FLOOR_KIB = 16 * 1024;
/** Left to the guest above what it uses now. */
const SPARE_KIB = 4 * 1024;
/** Feature bit: the guest takes pages back before it kills processes for want of memory. */
const DEFLATE_ON_OOM = 1 << 2;
const STATS_QUEUE = 2;

export class Balloon implements StatePart {
  readonly #device: VirtioBalloon;
  readonly #wholeKiB: number;
  #targetKiB: number;

  /** `wholeKiB`: the memory the machine was built with. */
  constructor(device: VirtioBalloon, wholeKiB: number) {
    this.#device = device;
    this.#wholeKiB = wholeKiB;
    this.#targetKiB = wholeKiB;
    device.virtio.device_feature[0] = (device.virtio.device_feature[0] ?? 0) | DEFLATE_ON_OOM;
  }

  /** What the guest has now. A driver that says nonsense changes nothing. */
  get memoryKiB(): number {
    const heldKiB = this.#device.actual * PAGE_KIB;
    return Math.min(this.#wholeKiB, Math.max(0, this.#wholeKiB - heldKiB));
  }

  /**
   * Asks the guest to come to `targetKiB`; it takes its time. A guest without a driver hears of it when it loads one.
   * Never below the floor, nor below what it uses (as far as it says so).
   */
  setTarget(targetKiB: number): void {
    this.#targetKiB = Math.min(this.#wholeKiB, Math.max(FLOOR_KIB, targetKiB));
    const statistics = this.#device.virtio.queues[STATS_QUEUE];
    const shrinks = this.#targetKiB < this.memoryKiB;
    if (!shrinks || !statistics?.is_configured()) return this.#apply(this.#targetKiB);
    this.#device.GetStats((stats) => {
      this.#device.stats_cb = undefined;
      this.#apply(Math.max(this.#targetKiB, this.#needKiB(stats)));
    });
  }

  get_state(): unknown[] {
    return [this.#targetKiB];
  }

  set_state([targetKiB]: unknown[]): void {
    this.#targetKiB = Number(targetKiB);
  }

  /** From the guest's word on what is free or could be freed. */
  #needKiB(stats: Readonly<Record<string, number | bigint>>): number {
    const total = Number(stats['MEMTOT'] ?? 0) / 1024;
    const available = Number(stats['AVAIL'] ?? stats['MEMFREE'] ?? 0) / 1024;
    const usable = total > 0 && available >= 0 && available <= total;
    // What the kernel itself took before it counted is in neither figure.
    return usable ? this.memoryKiB - available + SPARE_KIB : FLOOR_KIB;
  }

  #apply(targetKiB: number): void {
    const reachableKiB = Math.min(this.#wholeKiB, targetKiB);
    const pages = Math.max(0, Math.floor((this.#wholeKiB - reachableKiB) / PAGE_KIB));
    const change = pages - this.#device.num_pages;
    if (change > 0) this.#device.Inflate(change);
    else if (change < 0) this.#device.Deflate(-change);
  }
}
