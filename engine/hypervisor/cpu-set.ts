/** A set of pCPU numbers. Immutable: whoever changes an affinity makes a new set. */
export type CpuSet = ReadonlySet<number>;

/** pCPUs 0..count-1. */
export function allCpus(count: number): CpuSet {
  return new Set(Array.from({ length: count }, (_, cpu) => cpu));
}

export function sortedCpus(cpus: Iterable<number>): number[] {
  return [...cpus].sort((a, b) => a - b);
}

export function intersect(a: CpuSet, b: CpuSet): CpuSet {
  return new Set([...a].filter((cpu) => b.has(cpu)));
}

/**
 * As xl prints bitmaps (xl-commands §1): `all` when every one of `count` pCPUs is in, `none` when none is, else ranges:
 * `0-2,5`.
 */
export function formatCpuSet(cpus: CpuSet, count: number): string {
  const sorted = sortedCpus(cpus).filter((cpu) => cpu < count);
  if (sorted.length === 0) return 'none';
  if (sorted.length === count) return 'all';
  const ranges: [number, number][] = [];
  for (const cpu of sorted) {
    const last = ranges.at(-1);
    if (last && last[1] === cpu - 1) last[1] = cpu;
    else ranges.push([cpu, cpu]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(',');
}
