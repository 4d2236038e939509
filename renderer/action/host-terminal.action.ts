import { SquareTerminal } from '@lucide/vue';
import type { HostAction, HostContext } from './action.ts';
import { needing } from './rules.ts';

const target = ({ host }: HostContext) => ({ host: host.id, domain: null });

/** A shell in Domain-0 with xl and friends. */
export const hostTerminal: HostAction = {
  id: 'host.terminal',
  title: 'Open a Domain-0 terminal',
  icon: SquareTerminal,
  appliesTo: 'host',
  words: 'shell bash command line dom0',
  canRun: needing('terminal', () => true),
  xl: () => null,
  run: (context) => context.app.go(target(context), 'terminal'),
};
