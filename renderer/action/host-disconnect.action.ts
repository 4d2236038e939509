import { Unplug } from '@lucide/vue';
import type { HostAction } from './action.ts';
import { linkRule } from './link-rule.ts';

/** Ends the connection, or stops trying. Nothing on the host changes. */
export const hostDisconnect: HostAction = {
  id: 'host.disconnect',
  title: 'Disconnect',
  icon: Unplug,
  appliesTo: 'host',
  words: 'close stop trying',
  canRun: (context) => linkRule(context, ['connected', 'connecting', 'asking', 'waiting']),
  xl: () => null,
  run: async ({ app, host }) => void (await app.client.host.disconnect({ host: host.id })),
};
