import { Pencil } from '@lucide/vue';
import type { HostAction } from './action.ts';
import { needsLink } from './link-rule.ts';

/** How a host is reached, what it is called and with which others it stands. */
export const hostEdit: HostAction = {
  id: 'host.edit',
  title: 'Edit connection',
  icon: Pencil,
  appliesTo: 'host',
  words: 'change address user group rename',
  canRun: needsLink,
  xl: () => null,
  run: ({ app, host }) => app.open({ kind: 'host-edit', host: host.id }),
};
