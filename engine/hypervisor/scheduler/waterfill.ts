import { epsilon, findViolated } from './flow.ts';

/** One vCPU as the division sees it. Rates: 1 = one pCPU all the time. */
export interface Claimant {
  /** > 0. */
  readonly weight: number;
  /** The most it can use now, 0..1. */
  readonly demand: number;
  /** pCPUs it may run on; those without capacity entry are ignored. */
  readonly cpus: readonly number[];
}

/** vCPUs that compete for the same exhausted pCPUs. Each gets min(demand, level × weight). */
export interface Bottleneck {
  readonly cpus: readonly number[];
  /** Indices of the claimants. */
  readonly members: readonly number[];
  readonly level: number;
  /** Sum of the weights of those that get less than they want. */
  readonly hungryWeight: number;
}

export interface Division {
  /** By index of the claimant. */
  readonly rates: readonly number[];
  readonly bottlenecks: readonly Bottleneck[];
}

/**
 * Divides pCPUs by weighted max-min fairness under affinity: nobody gets more than its demand, no set of pCPUs gives more
 * than it has, what one does not use goes to the others, and where there is not enough, shares are as the weights.
 * `capacities` maps a pCPU to what it can give (normally 1).
 */
export function divide(claimants: readonly Claimant[], capacities: ReadonlyMap<number, number>): Division {
  const rates = claimants.map(() => 0);
  const bottlenecks: Bottleneck[] = [];
  const left = new Map(capacities);
  let open = [...claimants.keys()].filter((index) => (claimants[index]?.demand ?? 0) > 0);
  while (open.length > 0) {
    const classes = classify(claimants, open, left);
    const tight = findBottleneck(claimants, classes, left);
    for (const index of tight?.members ?? open) {
      const { demand = 0, weight = 1, cpus = [] } = claimants[index] ?? {};
      const reachable = tight !== null || cpus.some((cpu) => left.has(cpu));
      rates[index] = reachable ? Math.min(demand, tight ? tight.level * weight : demand) : 0;
    }
    if (!tight) break;
    bottlenecks.push(tight);
    for (const cpu of tight.cpus) left.delete(cpu);
    const settled = new Set(tight.members);
    open = open.filter((index) => !settled.has(index));
  }
  return { rates, bottlenecks };
}

/** Claimants with the same pCPUs, which can be served as one. */
interface Class {
  readonly cpus: readonly number[];
  readonly members: number[];
}

/** Works fastest when claimants with the same pCPUs share one array of them. */
function classify(
  claimants: readonly Claimant[],
  open: readonly number[],
  left: ReadonlyMap<number, number>,
): Class[] {
  const byCpus = new Map<string, Class>();
  const byArray = new Map<readonly number[], Class>();
  for (const index of open) {
    const all = claimants[index]?.cpus ?? [];
    let known = byArray.get(all);
    if (!known) {
      const cpus = all.filter((cpu) => left.has(cpu));
      const key = cpus.join();
      known = byCpus.get(key) ?? { cpus, members: [] };
      byCpus.set(key, known);
      byArray.set(all, known);
    }
    known.members.push(index);
  }
  return [...byCpus.values()].filter((each) => each.cpus.length > 0);
}

/**
 * The highest common level at which all can be served, and who keeps it from being higher; null when all demands can be
 * met. Lowers the level from infinity to that of the worst violated set until none is violated.
 */
function findBottleneck(
  claimants: readonly Claimant[],
  classes: readonly Class[],
  left: ReadonlyMap<number, number>,
): Bottleneck | null {
  const cpus = [...left.keys()];
  const indexOf = new Map(cpus.map((cpu, index) => [cpu, index]));
  const capacities = cpus.map((cpu) => left.get(cpu) ?? 0);
  const ways = classes.map((each) => each.cpus.map((cpu) => indexOf.get(cpu) ?? 0));
  let found: Bottleneck | null = null;
  for (let round = 0; round <= 2 * classes.length + 2; round += 1) {
    const level: number = found?.level ?? Infinity;
    const demands = classes.map((each, index) => ({
      amount: each.members.reduce((sum, member) => sum + rateAt(claimants[member], level), 0),
      cpus: ways[index] ?? [],
    }));
    const violated = findViolated(demands, capacities);
    if (!violated) break;
    const members = violated.demands.flatMap((index) => classes[index]?.members ?? []);
    const total = violated.cpus.reduce((sum, cpu) => sum + (capacities[cpu] ?? 0), 0);
    const next = solveLevel(claimants, members, total);
    if (found && next.level >= found.level) break;
    found = { ...next, members, cpus: violated.cpus.map((index) => cpus[index] ?? 0) };
  }
  return found;
}

function rateAt(claimant: Claimant | undefined, level: number): number {
  if (!claimant) return 0;
  return level === Infinity ? claimant.demand : Math.min(claimant.demand, level * claimant.weight);
}

/** The level at which these claimants together use exactly `total`, which is less than they demand. */
function solveLevel(
  claimants: readonly Claimant[],
  members: readonly number[],
  total: number,
): { level: number; hungryWeight: number } {
  const sorted = members
    .map((index) => claimants[index])
    .filter((claimant) => claimant !== undefined)
    .sort((a, b) => a.demand / a.weight - b.demand / b.weight);
  let weight = sorted.reduce((sum, claimant) => sum + claimant.weight, 0);
  let rest = total;
  for (const claimant of sorted) {
    if (claimant.demand * weight >= rest * claimant.weight - epsilon) break;
    rest -= claimant.demand;
    weight -= claimant.weight;
  }
  return { level: weight > 0 ? Math.max(0, rest) / weight : 0, hungryWeight: Math.max(0, weight) };
}
