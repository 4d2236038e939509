import { ServerCog } from '@lucide/vue';
import type { AppAction } from './action.ts';
import { needsEngine } from './rules.ts';

/** Asks how a real Xen host is reached. */
export const hostAdd: AppAction = {
  id: 'host.add',
  title: 'Add host',
  icon: ServerCog,
  appliesTo: 'app',
  words: 'real xen ssh server connect dom0 new lab',
  canRun: needsEngine,
  xl: () => null,
  run: ({ app }) => app.open({ kind: 'host-add' }),
};
