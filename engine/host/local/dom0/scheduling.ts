import type { PoolParameters } from '../../dom0.ts';
import type { Operation } from '../../host.ts';
import type { HostContext } from '../context.ts';
import { findPool } from './pools.ts';
import { liveTarget, must } from './target.ts';

/** Leaves out what is undefined, so that it stays as it is. */
function given<T extends object>(change: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

/** `xl sched-credit[2] -d`. ERROR_INVAL with libxl's sentence when out of range. Holds from the next tick on. */
export function setDomainSchedule(
  host: HostContext,
  id: string,
  change: { weight?: number | undefined; cap?: number | undefined },
  op: Operation,
): void {
  const { domid, name } = liveTarget(host, id);
  const { scheduler } = host.toolstack;
  const params = scheduler.domainParams(domid);
  if (!params) return;
  must(scheduler.setDomainParams(domid, params.scheduler, given(change)));
  const now = scheduler.domainParams(domid);
  op.log(`${name} has weight ${now?.weight} and cap ${now?.cap} now.`);
  host.hostChanged();
}

/** `xl sched-credit[2] -s`. ERROR_INVAL with libxl's sentence. */
export function setPoolSchedule(
  host: HostContext,
  pool: string,
  change: PoolParameters,
  op: Operation,
): void {
  const { id, name, scheduler } = findPool(host, pool);
  must(host.toolstack.scheduler.cpupools.setParams(id, scheduler, given(change)));
  op.log(`The scheduler of ${name} has its new parameters.`);
  host.hostChanged();
}
