import { Pin } from '@lucide/vue';
import type { DomainAction } from './action.ts';
import { liveRule, needing } from './rules.ts';

/** Asks on which pCPUs the vCPUs must (hard) or should (soft) run. The dialog shows the line that does the same. */
export const domainPin: DomainAction = {
  id: 'domain.pin',
  title: 'Pin vCPUs',
  icon: Pin,
  appliesTo: 'domain',
  words: 'vcpu-pin affinity hard soft cpu',
  canRun: needing('scheduler', liveRule),
  xl: () => null,
  run: ({ app, host, domain }) => app.open({ kind: 'pin', host: host.id, domain: domain.id }),
};
