import { sortedCpus } from '../cpu-set.ts';
import type { SchedDomain } from './domain.ts';
import type { PoolSchedParams, SchedulerName } from './params.ts';
import type { LivePool } from './pool-table.ts';
import type { Priority, Vcpu, VcpuActivity } from './vcpu.ts';

/** A moment of the scheduler, as plain data for a page to draw. Percents are of one pCPU. */
export interface SchedulerSnapshot {
  readonly atNs: number;
  readonly pcpus: readonly PcpuSnapshot[];
  readonly pools: readonly PoolSnapshot[];
  readonly vcpus: readonly VcpuSnapshot[];
}

export interface VcpuRef {
  readonly domid: number;
  readonly vcpu: number;
}

export interface PcpuSnapshot {
  readonly cpu: number;
  /** Null when free. */
  readonly pool: number | null;
  readonly current: VcpuRef | null;
  /** What the vCPUs placed here are given together; above 100 they wait for each other. */
  readonly loadPercent: number;
}

export interface PoolSnapshot {
  readonly id: number;
  readonly name: string;
  readonly scheduler: SchedulerName;
  readonly params: PoolSchedParams;
  readonly cpus: readonly number[];
  readonly domids: readonly number[];
  /** credit: one per pCPU; credit2: one per socket. */
  readonly queues: readonly QueueSnapshot[];
}

export interface QueueSnapshot {
  readonly cpus: readonly number[];
  /** Those that wait for a pCPU, next one first. */
  readonly waiting: readonly VcpuRef[];
}

export interface VcpuSnapshot extends VcpuRef {
  readonly pool: number;
  readonly cpu: number | null;
  readonly activity: VcpuActivity;
  /** credit: Xen's units (300 = 30 ms), −300..300; credit2: milliseconds, at most 10.5. */
  readonly credit: number;
  /** credit's priorities; null under credit2. */
  readonly priority: Priority | null;
  /** Used up its cap and waits for it to be refilled. */
  readonly parked: boolean;
  readonly weight: number;
  /** The domain's cap; 0 = none. */
  readonly cap: number;
  /** Measured, last interval. */
  readonly usedPercent: number;
  /** What it would use if it could, as far as known. */
  readonly wantedPercent: number;
  /** What the division gives it. */
  readonly sharePercent: number;
  /** What it is held to. */
  readonly capPercent: number;
  readonly hard: readonly number[];
  readonly soft: readonly number[];
}

const ref = (vcpu: Vcpu): VcpuRef => ({ domid: vcpu.domid, vcpu: vcpu.id });
const percent = (rate: number): number => Math.round(rate * 1000) / 10;
const wantsToRun = (vcpu: Vcpu): boolean =>
  vcpu.activity === 'running' || vcpu.activity === 'runnable' || (vcpu.hungry && vcpu.activity !== 'offline');

/** Groups a pool's vCPUs by the run queue they are in; those not placed are in none. */
export function runQueues(
  pool: LivePool,
  vcpus: readonly Vcpu[],
  socketOf: (cpu: number) => number,
): { cpus: number[]; vcpus: Vcpu[] }[] {
  const keyOf = pool.scheduler === 'credit' ? (cpu: number): number => cpu : socketOf;
  const queues = new Map<number, { cpus: number[]; vcpus: Vcpu[] }>();
  for (const cpu of sortedCpus(pool.cpus)) {
    const queue = queues.get(keyOf(cpu)) ?? { cpus: [], vcpus: [] };
    queue.cpus.push(cpu);
    queues.set(keyOf(cpu), queue);
  }
  for (const vcpu of vcpus) if (vcpu.cpu !== null) queues.get(keyOf(vcpu.cpu))?.vcpus.push(vcpu);
  return [...queues.values()];
}

export interface SnapshotSource {
  readonly nowNs: number;
  readonly hostCpus: Iterable<number>;
  readonly pools: readonly LivePool[];
  readonly domains: readonly SchedDomain[];
  readonly socketOf: (cpu: number) => number;
}

export function takeSnapshot(source: SnapshotSource): SchedulerSnapshot {
  const { domains, pools } = source;
  const current = new Map<number, Vcpu>();
  const poolOf = new Map(pools.flatMap((pool) => [...pool.cpus].map((cpu) => [cpu, pool.id] as const)));
  const vcpus = domains.flatMap((domain) => domain.vcpus);
  const poolShots = pools.map((pool) => snapshotPool(pool, source, current));
  return {
    atNs: source.nowNs,
    pools: poolShots,
    pcpus: sortedCpus(source.hostCpus).map((cpu) => {
      const here = current.get(cpu);
      const load = vcpus.reduce((sum, vcpu) => sum + (vcpu.cpu === cpu ? vcpu.share : 0), 0);
      return {
        cpu,
        pool: poolOf.get(cpu) ?? null,
        current: here ? ref(here) : null,
        loadPercent: percent(load),
      };
    }),
    vcpus: domains.flatMap((domain) => snapshotVcpus(domain, pools)),
  };
}

/** The best of each pCPU runs there, the others wait. Notes in `current` who runs where. */
function snapshotPool(pool: LivePool, source: SnapshotSource, current: Map<number, Vcpu>): PoolSnapshot {
  const members = source.domains.filter((domain) => domain.pool === pool.id);
  const vcpus = members.flatMap((domain) => domain.vcpus);
  const queues = runQueues(pool, vcpus, source.socketOf).map((queue) => {
    const wanting = queue.vcpus.filter(wantsToRun).sort((a, b) => pool.credits.order(a, b));
    const waiting = wanting.filter((vcpu) => {
      const free = vcpu.cpu !== null && !vcpu.parked && !current.has(vcpu.cpu);
      if (free && vcpu.cpu !== null) current.set(vcpu.cpu, vcpu);
      return !free;
    });
    return { cpus: queue.cpus, waiting: waiting.map(ref) };
  });
  return {
    id: pool.id,
    name: pool.name,
    scheduler: pool.scheduler,
    params: pool.params,
    cpus: sortedCpus(pool.cpus),
    domids: members.map((domain) => domain.domid),
    queues,
  };
}

function snapshotVcpus(domain: SchedDomain, pools: readonly LivePool[]): VcpuSnapshot[] {
  const isCredit = pools.find((pool) => pool.id === domain.pool)?.scheduler === 'credit';
  return domain.vcpus.map((vcpu) => ({
    ...ref(vcpu),
    pool: domain.pool,
    cpu: vcpu.cpu,
    activity: vcpu.activity,
    credit: isCredit ? Math.round(vcpu.credit) : Math.round(vcpu.credit / 1e4) / 100,
    priority: isCredit ? vcpu.priority : null,
    parked: vcpu.parked,
    weight: domain.params.weight,
    cap: domain.params.cap,
    usedPercent: percent(vcpu.rate),
    wantedPercent: percent(vcpu.hungry ? 1 : vcpu.average),
    sharePercent: percent(vcpu.share),
    capPercent: vcpu.capPercent,
    hard: sortedCpus(vcpu.hard),
    soft: sortedCpus(vcpu.soft),
  }));
}
