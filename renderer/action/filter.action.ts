import { ListFilter } from '@lucide/vue';
import type { AppAction } from './action.ts';

export const filterDomains: AppAction = {
  id: 'app.filter',
  title: 'Filter the tree',
  icon: ListFilter,
  shortcut: '/',
  appliesTo: 'app',
  words: 'find search',
  canRun: () => true,
  xl: () => null,
  run: ({ app }) => app.focusFilter(),
};
