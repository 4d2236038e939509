import { Trash2 } from '@lucide/vue';
import type { HostAction, HostContext, WhyNot } from './action.ts';
import { hostRule } from './rules.ts';
import { shellLine } from './xl.ts';

interface Pool {
  readonly id: number;
  readonly name: string;
  readonly domains: number;
}

/** Takes a pool away; its CPUs are free then. Not possible for Pool-0 nor while it has domains (behaviour §4). */
export const poolDestroy = (pool: Pool): HostAction => ({
  id: 'pool.destroy',
  title: 'Destroy pool',
  icon: Trash2,
  appliesTo: 'host',
  destructive: true,
  canRun(context: HostContext): true | WhyNot {
    if (pool.id === 0) return { why: `${pool.name} is the pool of Domain-0: it always stays.` };
    if (pool.domains > 0)
      return { why: `${pool.name} has ${pool.domains} domains: move them to another pool first.` };
    return hostRule(context);
  },
  confirm: () => ({
    title: `Destroy the pool ${pool.name}?`,
    text: 'Its CPUs belong to no pool then, until they are added to one. The settings of its scheduler are lost.',
    confirmLabel: 'Destroy pool',
  }),
  xl: () => shellLine('xl', 'cpupool-destroy', pool.name),
  run: async ({ app, host }) => {
    const command = shellLine('xl', 'cpupool-destroy', pool.name);
    await app.client.pool.destroy({ host: host.id, pool: pool.name, command });
  },
});
