import type { Sample } from '../../api/index.ts';
import { RateMeter } from '../../stats/rates.ts';

const microsToNs = 1000;

/**
 * What Domain-0 uses: this process without its guests. Guests run in threads of it, so that their CPU time is taken off;
 * their memory is not in the figures asked for.
 */
export class ProcessMeter {
  readonly #meter = new RateMeter();
  #before = process.cpuUsage();
  #cpuTimeNs = 0;
  /** Guests are heard a little late: what they used before was counted as Domain-0's and is taken back. */
  #overcountedNs = 0;

  /** CPU time of Domain-0 since the last call, when the guests used `guestsNs` meanwhile. Nanoseconds. */
  usedSince(guestsNs: number): number {
    const now = process.cpuUsage();
    const used = (now.user - this.#before.user + now.system - this.#before.system) * microsToNs;
    this.#before = now;
    const balance = used - guestsNs - this.#overcountedNs;
    const own = Math.max(0, balance);
    this.#overcountedNs = own - balance;
    this.#cpuTimeNs += own;
    return own;
  }

  /** Rates since the last call; null for the first. */
  sample(nowNs: number): Sample | null {
    const { heapTotal, external } = process.memoryUsage();
    const sample = this.#meter.look({
      atNs: nowNs,
      cpuTimeNs: this.#cpuTimeNs,
      memoryKiB: Math.round((heapTotal + external) / 1024),
      readBytes: 0,
      writeBytes: 0,
      rxBytes: 0,
      txBytes: 0,
    });
    return sample && { ...sample, cpuSeconds: this.#cpuTimeNs / 1e9 };
  }
}
