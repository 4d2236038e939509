import { RefreshCw } from '@lucide/vue';
import type { HostAction } from './action.ts';
import { linkRule } from './link-rule.ts';

/** Does not wait for the countdown. */
export const hostReconnect: HostAction = {
  id: 'host.reconnect',
  title: 'Reconnect now',
  icon: RefreshCw,
  appliesTo: 'host',
  words: 'retry again',
  canRun: (context) => linkRule(context, ['waiting']),
  xl: () => null,
  run: async ({ app, host }) => void (await app.client.host.connect({ host: host.id })),
};
