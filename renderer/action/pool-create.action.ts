import { Boxes } from '@lucide/vue';
import type { HostAction } from './action.ts';
import { hostRule, needing } from './rules.ts';

/** Asks for name, scheduler and CPUs of a new pool. The dialog shows the line that does the same. */
export const poolCreate: HostAction = {
  id: 'pool.create',
  title: 'New CPU pool',
  icon: Boxes,
  appliesTo: 'host',
  words: 'cpupool scheduler',
  canRun: needing('pools', hostRule),
  xl: () => null,
  run: ({ app, host }) => app.open({ kind: 'pool-create', host: host.id }),
};
