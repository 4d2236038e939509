import { Search } from '@lucide/vue';
import type { AppAction } from './action.ts';

export const palette: AppAction = {
  id: 'app.palette',
  title: 'Search and run commands',
  icon: Search,
  shortcut: 'Ctrl+K',
  appliesTo: 'app',
  canRun: () => true,
  xl: () => null,
  run: ({ app }) => app.open({ kind: 'palette' }),
};
