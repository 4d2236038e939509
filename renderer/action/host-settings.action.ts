import { SlidersHorizontal } from '@lucide/vue';
import type { HostAction } from './action.ts';
import { needsEngine } from './rules.ts';

/** How much memory the embedded host may use. A real host's memory is what its machine has. */
export const hostSettings: HostAction = {
  id: 'host.settings',
  title: 'Host settings',
  icon: SlidersHorizontal,
  appliesTo: 'host',
  words: 'memory configure size',
  canRun(context) {
    if (context.host.kind !== 'embedded')
      return { why: 'The memory of a real Xen host is what its machine has.' };
    return needsEngine(context);
  },
  xl: () => null,
  run: ({ app, host }) => app.open({ kind: 'host-settings', host: host.id }),
};
