import { Plug } from '@lucide/vue';
import type { HostAction } from './action.ts';
import { linkRule } from './link-rule.ts';

/** Begins to connect. How it goes is the state of the host. */
export const hostConnect: HostAction = {
  id: 'host.connect',
  title: 'Connect',
  icon: Plug,
  appliesTo: 'host',
  words: 'ssh reach online',
  canRun: (context) => linkRule(context, ['disconnected', 'failed']),
  xl: () => null,
  run: async ({ app, host }) => void (await app.client.host.connect({ host: host.id })),
};
