import type { History, Sample } from '../../../engine/api/host.ts';

/** The figures that history has a column for. */
export type SampleField = Exclude<keyof Sample, 'cpuSeconds'>;
export const sampleFields: readonly SampleField[] = [
  'cpuPercent',
  'memoryKiB',
  'readBps',
  'writeBps',
  'rxBps',
  'txBps',
];

/** History with one more point; older points than `keep` fall off. A pause of more than two steps leaves a gap. */
export function appendSample(history: History, at: number, sample: Sample | null, keep: number): History {
  const last = history.at.at(-1);
  if (last !== undefined && at <= last) return history;
  const stepMs = history.stepSeconds * 1000;
  const gap = last !== undefined && at - last > 2.5 * stepMs;
  const cut = <T>(column: readonly T[], ...more: T[]): T[] => [...column, ...more].slice(-keep);
  const next = { ...history, at: gap ? cut(history.at, last + stepMs, at) : cut(history.at, at) };
  for (const field of sampleFields) {
    const value = sample ? sample[field] : null;
    next[field] = gap ? cut(history[field], null, value) : cut(history[field], value);
  }
  return next;
}
