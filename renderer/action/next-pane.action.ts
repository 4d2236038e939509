import { PanelsTopLeft } from '@lucide/vue';
import type { AppAction } from './action.ts';

export const nextPane: AppAction = {
  id: 'app.next-pane',
  title: 'Go to the next part of the window',
  icon: PanelsTopLeft,
  shortcut: 'F6',
  appliesTo: 'app',
  words: 'focus pane tree page activity',
  canRun: () => true,
  xl: () => null,
  run: ({ app }) => app.focusNextPane(),
};
