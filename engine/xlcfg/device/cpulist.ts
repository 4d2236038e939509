import { strtok, strtoul } from '../cnumber.ts';

export interface CpuTopology {
  /** Number of physical CPUs. */
  readonly cpuCount: number;
  /** CPUs of each NUMA node, by node number. */
  readonly nodes: readonly (readonly number[])[];
}

export type CpuListResult =
  { readonly ok: true; readonly cpus: readonly number[] } | { readonly ok: false; readonly message: string };

const ULONG_MAX = (1n << 64n) - 1n;

/** `N` or `A-B`, both decimal (xl-cfg reference §7). */
function parseRange(text: string): readonly [bigint, bigint] | undefined {
  const first = strtoul(text, 10);
  if (first.end === 0 || first.value === ULONG_MAX) return undefined;
  if (text[first.end] !== '-') return first.end === text.length ? [first.value, first.value] : undefined;
  const tail = text.slice(first.end + 1);
  const last = strtoul(tail, 10);
  if (last.end === 0 || last.end !== tail.length || last.value === ULONG_MAX) return undefined;
  return last.value < first.value ? undefined : [first.value, last.value];
}

/** The members of a range that exist; bits beyond the host vanish silently. */
function existing([from, to]: readonly [bigint, bigint], count: number): number[] {
  const last = to < BigInt(count) ? Number(to) : count - 1;
  const members: number[] = [];
  for (let index = from > BigInt(count) ? count : Number(from); index <= last; index++) members.push(index);
  return members;
}

/**
 * Reads a CPU list on an initially empty set, left to right: `N`, `A-B`, `^…`, `node:N`, `nodes:A-B`, `all`.
 */
export function parseCpuList(text: string, topology: CpuTopology): CpuListResult {
  const chosen = new Uint8Array(topology.cpuCount);
  for (const item of strtok(text, ',')) {
    const remove = item.startsWith('^');
    const plain = remove ? item.slice(1) : item;
    const node = /^nodes?:/.exec(plain)?.[0];
    const body = node === undefined ? plain : plain.slice(node.length);
    if (body === 'all') {
      if (remove) return { ok: false, message: `Can't combine "^" and "all".` };
      chosen.fill(1);
      continue;
    }
    const range = parseRange(body);
    if (range === undefined) return { ok: false, message: `Invalid pcpu range: ${body}.` };
    const members =
      node === undefined
        ? existing(range, topology.cpuCount)
        : existing(range, topology.nodes.length).flatMap((index) => topology.nodes[index] ?? []);
    for (const cpu of members) if (cpu < chosen.length) chosen[cpu] = remove ? 0 : 1;
  }
  return { ok: true, cpus: [...chosen.keys()].filter((cpu) => chosen[cpu] === 1) };
}

/** Ranges as the real tool prints them: `all`, `none` or `0,2-3,5`. */
export function printCpuList(cpus: readonly number[], cpuCount: number): string {
  if (cpus.length === 0) return 'none';
  if (cpus.length >= cpuCount) return 'all';
  const parts: string[] = [];
  for (let at = 0; at < cpus.length;) {
    const first = cpus[at] as number;
    let last = first;
    while (cpus[at + 1] === last + 1) last = cpus[++at] as number;
    at++;
    parts.push(first === last ? String(first) : `${first}-${last}`);
  }
  return parts.join(',');
}
