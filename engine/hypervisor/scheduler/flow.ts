/**
 * Who can be served where: a small maximum flow between classes of vCPUs (same affinity) and pCPUs.
 * Amounts are CPU rates (1 = one pCPU all the time).
 */

/** Below this, rates count as nothing. */
export const epsilon = 1e-9;

export interface Demand {
  readonly amount: number;
  /** Indices into the capacities. */
  readonly cpus: readonly number[];
}

/**
 * Null when every demand can be met together. Otherwise the demands (by index) that together ask for more than all the
 * pCPUs they may use, and those pCPUs: the bottleneck.
 */
export function findViolated(
  demands: readonly Demand[],
  capacities: readonly number[],
): { demands: number[]; cpus: number[] } | null {
  const flow = new Flow(demands, capacities);
  flow.fillGreedily();
  while (flow.augment());
  return flow.unserved();
}

class Flow {
  readonly #demands: readonly Demand[];
  readonly #supply: number[];
  readonly #room: number[];
  /** By pCPU: how much of which demand is served there. */
  readonly #served: Map<number, number>[];

  constructor(demands: readonly Demand[], capacities: readonly number[]) {
    this.#demands = demands;
    this.#supply = demands.map((demand) => demand.amount);
    this.#room = [...capacities];
    this.#served = capacities.map(() => new Map<number, number>());
  }

  fillGreedily(): void {
    this.#demands.forEach((demand, from) => {
      for (const cpu of demand.cpus) this.#push(from, cpu, this.#supply[from] ?? 0);
    });
  }

  /** Serves more by moving others aside. False when nothing more can be served. */
  augment(): boolean {
    const path = trace(this.#search());
    const [first] = path;
    const target = path.at(-1)?.to;
    if (!first || target === undefined) return false;
    const movable = path.map(({ from, takenFrom }) =>
      takenFrom === undefined ? Infinity : (this.#served[takenFrom]?.get(from) ?? 0),
    );
    const amount = Math.min(this.#supply[first.from] ?? 0, this.#room[target] ?? 0, ...movable);
    for (const { from, to, takenFrom } of path) {
      if (takenFrom !== undefined) this.#add(from, takenFrom, -amount);
      this.#add(from, to, amount);
    }
    this.#supply[first.from] = (this.#supply[first.from] ?? 0) - amount;
    this.#room[target] = (this.#room[target] ?? 0) - amount;
    return amount > 0;
  }

  unserved(): { demands: number[]; cpus: number[] } | null {
    if (!this.#supply.some((amount) => amount > epsilon)) return null;
    const { demands, parents } = this.#search();
    return { demands: [...demands.keys()], cpus: [...parents.keys()] };
  }

  #push(from: number, cpu: number, wanted: number): void {
    const amount = Math.min(wanted, this.#room[cpu] ?? 0);
    if (amount <= 0) return;
    this.#add(from, cpu, amount);
    this.#supply[from] = (this.#supply[from] ?? 0) - amount;
    this.#room[cpu] = (this.#room[cpu] ?? 0) - amount;
  }

  #add(from: number, cpu: number, amount: number): void {
    const here = this.#served[cpu];
    const next = (here?.get(from) ?? 0) + amount;
    if (next > epsilon) here?.set(from, next);
    else here?.delete(from);
  }

  /** Breadth first from unserved demands: over pCPUs they may use, on to demands served there, until one has room. */
  #search(): Search {
    const demands = new Map<number, number | undefined>();
    const parents = new Map<number, number>();
    const queue: number[] = [];
    this.#supply.forEach((amount, index) => {
      if (amount <= epsilon) return;
      demands.set(index, undefined);
      queue.push(index);
    });
    for (let at = 0; at < queue.length; at += 1) {
      const from = queue[at] ?? 0;
      for (const cpu of this.#demands[from]?.cpus ?? []) {
        if (parents.has(cpu)) continue;
        parents.set(cpu, from);
        if ((this.#room[cpu] ?? 0) > epsilon) return { demands, parents, target: cpu };
        for (const other of this.#served[cpu]?.keys() ?? []) {
          if (demands.has(other)) continue;
          demands.set(other, cpu);
          queue.push(other);
        }
      }
    }
    return { demands, parents, target: undefined };
  }
}

interface Search {
  /** Demands reached, with the pCPU they would be moved away from; undefined: it is unserved itself. */
  readonly demands: ReadonlyMap<number, number | undefined>;
  /** pCPUs reached, with the demand that reached them. */
  readonly parents: ReadonlyMap<number, number>;
  /** A reached pCPU that has room. */
  readonly target: number | undefined;
}

interface Move {
  readonly from: number;
  readonly to: number;
  readonly takenFrom: number | undefined;
}

/** The way to the target as moves, the unserved demand first. Empty without a target. */
function trace({ demands, parents, target }: Search): Move[] {
  const path: Move[] = [];
  let to = target;
  while (to !== undefined) {
    const from: number = parents.get(to) ?? 0;
    const takenFrom = demands.get(from);
    path.unshift({ from, to, takenFrom });
    to = takenFrom;
  }
  return path;
}
