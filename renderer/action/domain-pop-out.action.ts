import { ExternalLink } from '@lucide/vue';
import type { DomainAction } from './action.ts';
import { isDom0 } from './rules.ts';

/** Shows the domain's console in a window of its own. */
export const domainPopOut: DomainAction = {
  id: 'domain.pop-out',
  title: 'Console in its own window',
  icon: ExternalLink,
  appliesTo: 'domain',
  words: 'pop out window console screen',
  canRun({ domain }) {
    if (isDom0(domain)) return { why: 'Domain-0 is the host itself; it has no console here.' };
    return true;
  },
  xl: () => null,
  run: ({ app, domain }) => app.popOut(domain),
};
