import { Fingerprint } from '@lucide/vue';
import type { DomainAction } from './action.ts';

export const domainCopyUuid: DomainAction = {
  id: 'domain.copy-uuid',
  title: 'Copy UUID',
  icon: Fingerprint,
  appliesTo: 'domain',
  canRun: () => true,
  xl: () => null,
  run: ({ app, domain }) => app.copy(domain.uuid),
};
