import { KeyRound } from '@lucide/vue';
import type { HostAction } from './action.ts';
import { hostRule } from './rules.ts';
import { shellLine } from './xl.ts';

/** Sets who may read and write a node; `permissions` as xenstore-ls -p prints them, e.g. `n0,r1`. */
export const xenstorePermissions = (path: string, permissions: string): HostAction => {
  const line = shellLine('xenstore-chmod', path, ...permissions.split(',').map((part) => part.trim()));
  return {
    id: 'xenstore.permissions',
    title: 'Set permissions',
    icon: KeyRound,
    appliesTo: 'host',
    canRun: hostRule,
    xl: () => line,
    async run({ app, host }) {
      await app.client.xenstore.setPermissions({ host: host.id, path, permissions });
      app.mirror(line);
    },
  };
};
