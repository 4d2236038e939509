/** A whole number in text of another computer; `otherwise` when it is none or out of range. */
export function whole(text: string | undefined, otherwise = 0, max = Number.MAX_SAFE_INTEGER): number {
  if (text === undefined || !/^\s*\d{1,16}\s*$/.test(text)) return otherwise;
  const value = Number(text);
  return value <= max ? value : otherwise;
}

/** A number with an optional fraction, at least 0. */
export function decimal(text: string | undefined, otherwise = 0): number {
  if (text === undefined || !/^\s*\d{1,15}(\.\d{1,9})?\s*$/.test(text)) return otherwise;
  return Number(text);
}

const maxCpus = 4096;

/** `0-3,5`, `0,1`, `all`, `none`, `any cpu`; `count` CPUs are all there are. Unreadable parts are left out. */
export function cpuNumbers(text: string, count: number): number[] {
  const words = text.trim();
  if (/^(all|any( cpu)?)$/.test(words))
    return Array.from({ length: Math.min(count, maxCpus) }, (_, cpu) => cpu);
  const cpus = new Set<number>();
  for (const part of words.split(',')) {
    const match = /^\s*(\d{1,4})(?:-(\d{1,4}))?\s*$/.exec(part);
    if (!match) continue;
    const from = Number(match[1]);
    const to = Number(match[2] ?? match[1]);
    for (let cpu = from; cpu <= Math.min(to, maxCpus - 1); cpu += 1) cpus.add(cpu);
  }
  return [...cpus].sort((a, b) => a - b);
}
