import { CirclePlus, CircleMinus } from '@lucide/vue';
import type { HostAction, WhyNot } from './action.ts';
import { hostRule } from './rules.ts';

interface Pool {
  readonly id: number;
  readonly name: string;
  readonly cpus: readonly number[];
}

/** Asks which free pCPUs a pool gets. `free` are those in no pool. */
export const poolAddCpus = (pool: Pool, free: readonly number[]): HostAction => ({
  id: 'pool.add-cpus',
  title: 'Add CPUs',
  icon: CirclePlus,
  appliesTo: 'host',
  canRun: (context): true | WhyNot =>
    free.length > 0 ? hostRule(context) : { why: 'Every CPU is in a pool: remove one from its pool first.' },
  xl: () => null,
  run: ({ app, host }) => app.open({ kind: 'pool-cpus', host: host.id, pool: pool.name, way: 'add' }),
});

/** Asks which pCPUs leave a pool. CPU 0 never leaves Pool-0 (behaviour §4). */
export const poolRemoveCpus = (pool: Pool): HostAction => ({
  id: 'pool.remove-cpus',
  title: 'Remove CPUs',
  icon: CircleMinus,
  appliesTo: 'host',
  canRun: (context): true | WhyNot =>
    pool.cpus.some((cpu) => pool.id !== 0 || cpu !== 0)
      ? hostRule(context)
      : { why: `${pool.name} has no CPU that could leave it${pool.id === 0 ? ': CPU 0 always stays' : ''}.` },
  xl: () => null,
  run: ({ app, host }) => app.open({ kind: 'pool-cpus', host: host.id, pool: pool.name, way: 'remove' }),
});
