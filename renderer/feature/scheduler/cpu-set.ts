/** CPU lists as xl writes them: `0-3,5`, `^2` takes out, `all`. */

const part = /^(\^?)(\d{1,4})(?:-(\d{1,4}))?$/;

/**
 * Reads a list of pCPUs. `all` is what the word means. The result is ascending, or a sentence that says what is wrong.
 */
export function parseCpuSet(text: string, all: readonly number[]): readonly number[] | string {
  const known = new Set(all);
  const set = new Set<number>();
  const words = text.split(/[\s,]+/).filter(Boolean);
  if (words.length === 0) return 'Name at least one CPU, e.g. 0-1, or all.';
  for (const word of words) {
    if (word === 'all') {
      for (const cpu of all) set.add(cpu);
      continue;
    }
    const match = part.exec(word);
    if (!match) return `“${word}” is no CPU: use numbers, ranges as 0-3, ^2 to leave one out, or all.`;
    const first = Number(match[2]);
    const last = match[3] === undefined ? first : Number(match[3]);
    if (last < first) return `The range ${word} goes backwards.`;
    for (let cpu = first; cpu <= last; cpu += 1) {
      if (match[1]) set.delete(cpu);
      else if (known.has(cpu)) set.add(cpu);
      else return `There is no CPU ${cpu} here: ${formatCpuSet(all, [])}.`;
    }
  }
  if (set.size === 0) return 'That leaves no CPU.';
  return [...set].sort((a, b) => a - b);
}

/** `0-3,5`; `all` when it is all of them; `none` when it is empty. */
export function formatCpuSet(cpus: readonly number[], all: readonly number[]): string {
  if (cpus.length === 0) return 'none';
  const has = new Set(cpus);
  if (all.length > 0 && all.every((cpu) => has.has(cpu))) return 'all';
  const ranges: [number, number][] = [];
  for (const cpu of [...has].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last && last[1] === cpu - 1) last[1] = cpu;
    else ranges.push([cpu, cpu]);
  }
  return ranges.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(',');
}
