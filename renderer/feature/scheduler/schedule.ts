import type { SchedulerView, VcpuView } from '../../../engine/api/dom0.ts';

export type PoolView = SchedulerView['pools'][number];
export type ScheduledDomain = SchedulerView['domains'][number];
export type PcpuView = SchedulerView['pcpus'][number];

/** A figure a person may set: its limits, and what is wrong with another (behaviour §4). */
export interface Limits {
  readonly min: number;
  readonly max: number;
  /** Allowed below `min`. */
  readonly orZero?: boolean;
  readonly what: string;
}

export const weightLimits: Limits = { min: 1, max: 65_535, what: 'A weight' };
export const capLimits = (vcpus: number): Limits => ({ min: 0, max: 100 * vcpus, what: 'A cap' });
export const ratelimitLimits: Limits = { min: 100, max: 500_000, orZero: true, what: 'A rate limit' };
export const tsliceLimits: Limits = { min: 1, max: 1000, what: 'A time slice' };

/** The number a person typed, or the sentence that belongs at the field. */
export function checkNumber(text: string, { min, max, orZero, what }: Limits): number | string {
  const value = /^\d{1,9}$/.test(text.trim()) ? Number(text) : NaN;
  if ((value >= min && value <= max) || (orZero === true && value === 0)) return value;
  return `${what} is a whole number from ${min} to ${max}${orZero ? ', or 0 for none' : ''}.`;
}

/** One pool with what is in it. */
export interface PoolPart {
  readonly pool: PoolView;
  readonly pcpus: readonly PcpuView[];
  readonly domains: readonly ScheduledDomain[];
  /** Largest credit of any vCPU in the pool, either side of zero; at least 1. What credit bars are drawn against. */
  readonly creditScale: number;
}

export function poolParts(view: SchedulerView, filter: string): PoolPart[] {
  const wanted = filter.trim().toLowerCase();
  const matches = ({ name, domid }: ScheduledDomain): boolean =>
    wanted === '' || name.toLowerCase().includes(wanted) || String(domid) === wanted;
  return view.pools.map((pool) => {
    const own = view.domains.filter((domain) => domain.pool === pool.name);
    const credits = own.flatMap(({ vcpus }) => vcpus.map(({ credit }) => Math.abs(credit ?? 0)));
    return {
      pool,
      pcpus: view.pcpus.filter((pcpu) => pcpu.pool === pool.name),
      domains: own.filter(matches),
      creditScale: Math.max(1, ...credits),
    };
  });
}

export const freePcpus = (view: SchedulerView): PcpuView[] => view.pcpus.filter(({ pool }) => pool === null);

/** As `xl vcpu-list` shows it: `r--`, `-b-`, `--p` when offline. */
export function vcpuLetters({ online, running, blocked }: VcpuView): string {
  if (!online) return '--p';
  return `${running ? 'r' : '-'}${blocked ? 'b' : '-'}-`;
}
