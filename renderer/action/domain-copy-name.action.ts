import { Copy } from '@lucide/vue';
import type { DomainAction } from './action.ts';

export const domainCopyName: DomainAction = {
  id: 'domain.copy-name',
  title: 'Copy name',
  icon: Copy,
  appliesTo: 'domain',
  canRun: () => true,
  xl: () => null,
  run: ({ app, domain }) => app.copy(domain.name),
};
