import { done, refuse, type Result } from '../result.ts';

/** Schedulers this hypervisor has. Xen knows more names, but has them only in special builds (behaviour §4). */
export const schedulerNames = ['credit', 'credit2'] as const;
export type SchedulerName = (typeof schedulerNames)[number];

export const defaultScheduler: SchedulerName = 'credit2';

/** What a domain may ask for. */
export interface DomainSchedParams {
  /** Relative share under contention, 1..65535; per domain, divided among its active vCPUs. */
  readonly weight: number;
  /** Most it may use, in percent of one pCPU; 0 = no limit. */
  readonly cap: number;
}

/** Parameters of a pool's scheduler. `tsliceMs` and `migrationDelayUs` mean something for credit only. */
export interface PoolSchedParams {
  /** Length of a time slice, 1..1000 ms. */
  readonly tsliceMs: number;
  /** Shortest time a vCPU runs before another may take over: 0 = off, else 100..500000 µs. */
  readonly ratelimitUs: number;
  /** A vCPU that ran this recently is not moved to another pCPU, 0..100000 µs. */
  readonly migrationDelayUs: number;
}

export const defaultDomainParams: DomainSchedParams = { weight: 256, cap: 0 };
export const defaultPoolParams: PoolSchedParams = { tsliceMs: 30, ratelimitUs: 1000, migrationDelayUs: 0 };

const whole = (value: number, least: number, most: number): boolean =>
  Number.isInteger(value) && value >= least && value <= most;

/** EINVAL with libxl's sentence when out of range. `maxVcpus` is the domain's. */
export function checkDomainParams(params: DomainSchedParams, maxVcpus: number): Result {
  if (!whole(params.weight, 1, 65535)) {
    return refuse('EINVAL', 'Cpu weight out of range, valid values are within range from 1 to 65535');
  }
  const most = 100 * maxVcpus;
  if (!whole(params.cap, 0, most)) {
    return refuse(
      'EINVAL',
      `Cpu cap out of range, valid range is from 0 to ${most} for specified number of vcpus`,
    );
  }
  return done();
}

/** EINVAL with libxl's sentence when out of range. */
export function checkPoolParams(scheduler: SchedulerName, params: PoolSchedParams): Result {
  const { tsliceMs, ratelimitUs, migrationDelayUs } = params;
  if (scheduler === 'credit' && !whole(tsliceMs, 1, 1000)) {
    return refuse('EINVAL', 'Time slice out of range, valid range is from 1 to 1000');
  }
  if (ratelimitUs !== 0 && !whole(ratelimitUs, 100, 500_000)) {
    return refuse('EINVAL', 'Ratelimit out of range, valid range is from 100 to 500000');
  }
  if (scheduler === 'credit' && ratelimitUs > tsliceMs * 1000) {
    return refuse('EINVAL', 'Ratelimit cannot be greater than timeslice');
  }
  if (scheduler === 'credit' && !whole(migrationDelayUs, 0, 100_000)) {
    return refuse('EINVAL', 'vcpu migration delay should be >= 0 and <= 100000us');
  }
  return done();
}
