import { Plus } from '@lucide/vue';
import type { HostAction } from './action.ts';
import { hostRule } from './rules.ts';

/** Opens the New domain dialog. The dialog itself shows the line that does the same. */
export const domainCreate: HostAction = {
  id: 'domain.create',
  title: 'New domain',
  icon: Plus,
  shortcut: 'Alt+N',
  appliesTo: 'host',
  words: 'create add install',
  canRun: hostRule,
  xl: () => null,
  run: ({ app, host }) => app.open({ kind: 'create', host: host.id }),
};
