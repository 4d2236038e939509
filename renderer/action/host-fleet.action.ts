import { Server } from '@lucide/vue';
import { fleetOf } from '../store/selection.store.ts';
import type { AppAction } from './action.ts';

/** All hosts on one page: totals, connections, their domains. */
export const hostFleet: AppAction = {
  id: 'host.fleet',
  title: 'Show all hosts',
  icon: Server,
  appliesTo: 'app',
  words: 'fleet totals groups connections many',
  canRun: () => true,
  xl: () => null,
  run: ({ app }) => app.go(fleetOf(''), 'hosts'),
};
