import { ArchiveRestore } from '@lucide/vue';
import type { HostAction } from './action.ts';
import { hostRule, needing } from './rules.ts';

/** Asks for a save, wherever it is, and lets its domain go on here. */
export const hostRestore: HostAction = {
  id: 'host.restore',
  title: 'Restore from a file…',
  icon: ArchiveRestore,
  appliesTo: 'host',
  words: 'restore save domain file',
  canRun: needing('save', hostRule),
  xl: () => null,
  run: ({ app, host }) => app.open({ kind: 'restore', host: host.id, path: '' }),
};
