import { openSync, readSync } from 'node:fs';

/** CPU time of the calling thread in ms, from any start; null where the system does not tell. */
export type CpuClock = () => number | null;

/**
 * The clock of the thread that calls this. Linux only: Node itself knows the CPU time of whole processes. May be behind by one
 * tick of the system's scheduler, and never more.
 */
export function threadCpuClock(path = '/proc/thread-self/schedstat'): CpuClock {
  const buffer = Buffer.alloc(64);
  let file: number | null = null;
  try {
    file = openSync(path, 'r');
  } catch {
    return () => null;
  }
  return () => {
    const length = readSync(file, buffer, 0, buffer.length, 0);
    const nanoseconds = Number(buffer.toString('latin1', 0, length).split(' ')[0]);
    return nanoseconds > 0 ? nanoseconds / 1e6 : null;
  };
}

/** A slice is about 1 ms: a longer one was probably interrupted. */
const longSliceMs = 2.5;
/** Otherwise it is enough to look this often, in ms of slices. */
const lookEveryMs = 8;

/**
 * Finds out how much of the time that slices took by the wall clock went to other programs of the computer, so that a guest
 * pays only for what it had. What the thread does beside slices is no reason to charge more than they took.
 */
export class StolenTime {
  readonly #cpuMs: CpuClock;
  #wallMs = 0;
  #lookedAtMs = 0;
  /** Least of wall time minus CPU time so far: where nothing is stolen yet. */
  #least = Infinity;
  #stolenMs = 0;

  constructor(cpuMs: CpuClock) {
    this.#cpuMs = cpuMs;
  }

  /** A slice took `wallMs`. Returns how much was found stolen since the last call; negative: an earlier answer was too much. */
  slice(wallMs: number): number {
    this.#wallMs += wallMs;
    if (wallMs < longSliceMs && this.#wallMs - this.#lookedAtMs < lookEveryMs) return 0;
    this.#lookedAtMs = this.#wallMs;
    const cpuMs = this.#cpuMs();
    if (cpuMs === null) return 0;
    const apart = this.#wallMs - cpuMs;
    this.#least = Math.min(this.#least, apart);
    const found = apart - this.#least - this.#stolenMs;
    this.#stolenMs += found;
    return found;
  }
}
