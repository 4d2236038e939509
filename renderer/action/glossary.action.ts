import { BookA } from '@lucide/vue';
import type { AppAction } from './action.ts';

/** What the words mean that Xen has for things. */
export const glossary: AppAction = {
  id: 'app.glossary',
  title: 'Glossary of Xen',
  icon: BookA,
  appliesTo: 'app',
  words: 'help words explain domain vif vbd pv hvm pvh dom0 weight cap',
  canRun: () => true,
  xl: () => null,
  run: ({ app }) => app.open({ kind: 'glossary', term: null }),
};
