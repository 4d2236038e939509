import { Trash2 } from '@lucide/vue';
import type { HostAction } from './action.ts';
import { hostRule } from './rules.ts';
import { shellLine } from './xl.ts';

/** Removes a node and all below it. */
export const xenstoreRemove = (path: string): HostAction => ({
  id: 'xenstore.remove',
  title: 'Remove node',
  icon: Trash2,
  appliesTo: 'host',
  destructive: true,
  canRun: (context) => (path === '/' ? { why: 'The root of XenStore always stays.' } : hostRule(context)),
  confirm: () => ({
    title: `Remove ${path}?`,
    text: 'The node, its value and everything below it are lost. Drivers and tools that use it may lose a device or a setting at once.',
    confirmLabel: 'Remove node',
  }),
  xl: () => shellLine('xenstore-rm', path),
  async run({ app, host }) {
    await app.client.xenstore.remove({ host: host.id, path });
    app.mirror(shellLine('xenstore-rm', path));
  },
});
