import { SlidersHorizontal } from '@lucide/vue';
import type { HostAction } from './action.ts';
import { needing, needsEngine } from './rules.ts';

/** How much memory the embedded host may use. A real host's memory is what its machine has. */
export const hostSettings: HostAction = {
  id: 'host.settings',
  title: 'Host settings',
  icon: SlidersHorizontal,
  appliesTo: 'host',
  words: 'memory configure size',
  canRun: needing('hostMemory', needsEngine),
  xl: () => null,
  run: ({ app, host }) => app.open({ kind: 'host-settings', host: host.id }),
};
