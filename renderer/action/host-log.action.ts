import { ScrollText } from '@lucide/vue';
import type { HostAction, HostContext } from './action.ts';
import { needing } from './rules.ts';

const target = ({ host }: HostContext) => ({ host: host.id, domain: null });

/** The hypervisor’s ring, the engine’s log, those of the domains. */
export const hostLog: HostAction = {
  id: 'host.log',
  title: 'Show logs',
  icon: ScrollText,
  appliesTo: 'host',
  words: 'dmesg messages',
  canRun: needing('logs', () => true),
  xl: () => 'xl dmesg',
  run: (context) => context.app.go(target(context), 'log'),
};
