import { Gauge } from '@lucide/vue';
import type { HostAction, HostContext } from './action.ts';
import { needing } from './rules.ts';

const target = ({ host }: HostContext) => ({ host: host.id, domain: null });

/** Pools, pCPUs, weights, caps and credits, live. */
export const hostScheduler: HostAction = {
  id: 'host.scheduler',
  title: 'Show scheduler',
  icon: Gauge,
  appliesTo: 'host',
  words: 'cpupool credit weight cap pcpu',
  canRun: needing('scheduler', () => true),
  xl: () => 'xl vcpu-list',
  run: (context) => context.app.go(target(context), 'scheduler'),
};
