import type { Vcpu } from './vcpu.ts';

/**
 * Which pCPU each vCPU is on: soft affinity first, even load second, staying where it is third. Shares do not depend on it
 * (the division looks at all pCPUs a vCPU may use); `xl vcpu-list`, the run queues and a person do.
 */

/** Load differences below this are not worth a move. */
const worthwhile = 0.02;
/** A vCPU stays at least this long before it takes its turn on a less loaded pCPU. */
const residencyNs = 200e6;

export interface PlacementRules {
  readonly pool: ReadonlySet<number>;
  /** A vCPU that moved more recently is not moved to balance load. */
  readonly migrationDelayNs: number;
}

/** Sets `cpu` of every vCPU that may run somewhere in the pool; at most one vCPU moves to balance the load. */
export function place(vcpus: readonly Vcpu[], rules: PlacementRules, nowNs: number): void {
  const loads = new Map([...rules.pool].map((cpu) => [cpu, 0]));
  const add = (cpu: number | null, share: number): void => {
    if (cpu !== null) loads.set(cpu, (loads.get(cpu) ?? 0) + share);
  };
  const homeless: Vcpu[] = [];
  for (const vcpu of vcpus) {
    if (vcpu.cpus.length === 0) vcpu.cpu = null;
    else if (vcpu.cpu === null || !vcpu.cpus.includes(vcpu.cpu)) homeless.push(vcpu);
    else add(vcpu.cpu, vcpu.share);
  }
  for (const vcpu of homeless) {
    move(vcpu, choose(vcpu, loads), nowNs);
    add(vcpu.cpu, vcpu.share);
  }
  for (const vcpu of vcpus) followSoftAffinity(vcpu, loads, nowNs);
  balance(vcpus, loads, rules, nowNs);
}

function move(vcpu: Vcpu, cpu: number, nowNs: number): void {
  vcpu.cpu = cpu;
  vcpu.movedNs = nowNs;
}

/** The pCPUs it prefers among those it may use; all of them when the preference says nothing. */
function preferred(vcpu: Vcpu): readonly number[] {
  const soft = vcpu.cpus.filter((cpu) => vcpu.soft.has(cpu));
  return soft.length > 0 ? soft : vcpu.cpus;
}

function leastLoaded(cpus: readonly number[], loads: ReadonlyMap<number, number>): number {
  let best = cpus[0] ?? 0;
  for (const cpu of cpus) if ((loads.get(cpu) ?? 0) < (loads.get(best) ?? 0)) best = cpu;
  return best;
}

function fits(vcpu: Vcpu, cpu: number, loads: ReadonlyMap<number, number>): boolean {
  return (loads.get(cpu) ?? 0) + vcpu.share <= 1 + worthwhile;
}

function choose(vcpu: Vcpu, loads: ReadonlyMap<number, number>): number {
  const liked = leastLoaded(preferred(vcpu), loads);
  return fits(vcpu, liked, loads) ? liked : leastLoaded(vcpu.cpus, loads);
}

function followSoftAffinity(vcpu: Vcpu, loads: Map<number, number>, nowNs: number): void {
  const { cpu: from } = vcpu;
  if (from === null || vcpu.soft.has(from)) return;
  const to = leastLoaded(preferred(vcpu), loads);
  if (!vcpu.soft.has(to) || !fits(vcpu, to, loads)) return;
  loads.set(from, (loads.get(from) ?? 0) - vcpu.share);
  loads.set(to, (loads.get(to) ?? 0) + vcpu.share);
  move(vcpu, to, nowNs);
}

function balance(
  vcpus: readonly Vcpu[],
  loads: ReadonlyMap<number, number>,
  rules: PlacementRules,
  nowNs: number,
): void {
  const cpus = [...loads.keys()];
  if (cpus.length < 2) return;
  const byLoad = cpus.sort((a, b) => (loads.get(b) ?? 0) - (loads.get(a) ?? 0));
  const [from = 0] = byLoad;
  const to = byLoad.at(-1) ?? 0;
  const gap = (loads.get(from) ?? 0) - (loads.get(to) ?? 0);
  const crowded = (loads.get(from) ?? 0) > 1 + worthwhile && (loads.get(to) ?? 0) < 1 - worthwhile;
  const movable = vcpus
    .filter((vcpu) => vcpu.cpu === from && vcpu.share > worthwhile && vcpu.cpus.includes(to))
    .filter((vcpu) => vcpu.soft.has(to) || !vcpu.soft.has(from) || crowded)
    .filter((vcpu) => nowNs - vcpu.movedNs >= rules.migrationDelayNs)
    .sort((a, b) => a.movedNs - b.movedNs);
  const better = movable.find((vcpu) => vcpu.share + worthwhile < gap);
  const turn = crowded ? movable.find((vcpu) => nowNs - vcpu.movedNs >= residencyNs) : undefined;
  const chosen = better ?? turn;
  if (chosen) move(chosen, to, nowNs);
}
