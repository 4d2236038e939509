import { Save } from '@lucide/vue';
import { isSuspended } from '../ui/domain-state.ts';
import type { DomainAction, DomainContext } from './action.ts';
import { domainRule, needing } from './rules.ts';

/** Asks where to, and what becomes of the domain afterwards. The dialog shows the line that does the same. */
export const domainSave: DomainAction = {
  id: 'domain.save',
  title: 'Save to a file…',
  icon: Save,
  appliesTo: 'domain',
  words: 'save checkpoint hibernate state file suspend',
  canRun: needing('save', (context: DomainContext) =>
    domainRule(context, {
      states: [
        'running',
        'blocked',
        'paused',
        ...(isSuspended(context.domain) ? (['shutdown'] as const) : []),
      ],
      dom0: 'cannot be saved: it runs the host.',
    }),
  ),
  xl: () => null,
  run: ({ app, host, domain }) => app.open({ kind: 'save', host: host.id, domain: domain.id }),
};
