import { PenLine } from '@lucide/vue';
import type { HostAction } from './action.ts';
import { hostRule } from './rules.ts';

/** Asks for a new name of a pool. */
export const poolRename = (pool: { readonly name: string }): HostAction => ({
  id: 'pool.rename',
  title: 'Rename',
  icon: PenLine,
  appliesTo: 'host',
  canRun: hostRule,
  xl: () => null,
  run: ({ app, host }) => app.open({ kind: 'pool-rename', host: host.id, pool: pool.name }),
});
