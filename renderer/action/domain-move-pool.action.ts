import { FolderInput } from '@lucide/vue';
import type { DomainAction } from './action.ts';
import { isDom0, liveRule, needing } from './rules.ts';

/** Asks into which CPU pool the domain goes. */
export const domainMovePool: DomainAction = {
  id: 'domain.move-pool',
  title: 'Move to another pool',
  icon: FolderInput,
  appliesTo: 'domain',
  words: 'cpupool-migrate',
  canRun: needing('pools', (context) =>
    isDom0(context.domain) ? { why: 'Domain-0 always is in Pool-0.' } : liveRule(context),
  ),
  xl: () => null,
  run: ({ app, host, domain }) => app.open({ kind: 'move-pool', host: host.id, domain: domain.id }),
};
