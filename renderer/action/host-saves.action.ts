import { Archive } from '@lucide/vue';
import type { HostAction } from './action.ts';
import { needing } from './rules.ts';

/** Saves of the host's domains. */
export const hostSaves: HostAction = {
  id: 'host.saves',
  title: 'Show saves',
  icon: Archive,
  appliesTo: 'host',
  words: 'saved domains files restore',
  canRun: needing('save', () => true),
  xl: () => null,
  run: ({ app, host }) => app.go({ host: host.id, domain: null }, 'saves'),
};
