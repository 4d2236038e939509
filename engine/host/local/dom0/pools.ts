import { DomusError, type SchedulerName } from '../../../api/index.ts';
import type { CpuPool } from '../../../hypervisor/index.ts';
import { poolPath } from '../../../toolstack/store-tree.ts';
import type { Operation } from '../../host.ts';
import type { HostContext } from '../context.ts';
import { liveTarget, must } from './target.ts';

/** By id when all digits, else by name (xl-commands §1). ERROR_NOTFOUND. */
export function findPool(host: HostContext, pool: string): CpuPool {
  const { cpupools } = host.toolstack.scheduler;
  const found = /^\d+$/.test(pool) ? cpupools.get(Number(pool)) : cpupools.findByName(pool);
  if (!found) throw new DomusError('ERROR_NOTFOUND', `unknown cpupool '${pool}'`, { field: 'pool' });
  return found;
}

export function createPool(
  host: HostContext,
  spec: { name: string; scheduler: SchedulerName; cpus: readonly number[] },
  op: Operation,
): { id: number } {
  const pool = must(host.toolstack.scheduler.cpupools.create(spec));
  host.toolstack.store.write(`${poolPath(pool.id)}/name`, pool.name);
  host.ring.log(`Initializing cpupool ${pool.id}: ${pool.scheduler}`);
  op.log(`${pool.name} has the id ${pool.id}.`);
  host.hostChanged();
  return { id: pool.id };
}

/** ERROR_FAIL while it has domains, ERROR_INVAL for pool 0. */
export function destroyPool(host: HostContext, name: string): void {
  const pool = findPool(host, name);
  must(host.toolstack.scheduler.cpupools.destroy(pool.id), {
    fix: 'Move its domains to another pool first; Pool-0 always stays.',
  });
  host.toolstack.store.rm(poolPath(pool.id));
  host.hostChanged();
}

export function renamePool(host: HostContext, name: string, to: string): void {
  const pool = findPool(host, name);
  must(host.toolstack.scheduler.cpupools.rename(pool.id, to), { field: 'name' });
  host.toolstack.store.write(`${poolPath(pool.id)}/name`, to);
  host.hostChanged();
}

/**
 * Adds pCPU by pCPU: those that cannot be added are said in the operation's log, as xl warns; ERROR_FAIL when none could
 * be.
 */
export function addPoolCpus(host: HostContext, name: string, cpus: readonly number[], op: Operation): void {
  const pool = findPool(host, name);
  eachCpu(cpus, op, (cpu) => must(host.toolstack.scheduler.cpupools.addCpu(pool.id, cpu)));
  host.hostChanged();
}

/** The same the other way; vCPUs that had nowhere else to run lose their pinning, and the log says which. */
export function removePoolCpus(
  host: HostContext,
  name: string,
  cpus: readonly number[],
  op: Operation,
): void {
  const pool = findPool(host, name);
  eachCpu(cpus, op, (cpu) => {
    const broken = must(host.toolstack.scheduler.cpupools.removeCpu(pool.id, cpu));
    for (const { domid, vcpu } of broken) {
      const sentence = `Breaking affinity for d${domid}v${vcpu}`;
      host.ring.log(sentence);
      op.log(sentence);
    }
  });
  host.hostChanged();
}

/** Affinities become all CPUs, weight and cap the defaults (behaviour §4). */
export function moveDomain(host: HostContext, id: string, poolName: string, op: Operation): void {
  const { domid, name } = liveTarget(host, id);
  const pool = findPool(host, poolName);
  must(host.toolstack.scheduler.cpupools.moveDomain(domid, pool.id));
  op.log(`${name} is in ${pool.name}: its vCPUs may run on all of its CPUs.`);
  host.hostChanged();
}

function eachCpu(cpus: readonly number[], op: Operation, change: (cpu: number) => void): void {
  const failures: unknown[] = [];
  for (const cpu of cpus) {
    try {
      change(cpu);
    } catch (error) {
      failures.push(error);
      op.log(error instanceof Error ? error.message : String(error));
    }
  }
  if (failures.length > 0 && failures.length === cpus.length) throw failures[0];
}
