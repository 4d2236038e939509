import { PanelBottom } from '@lucide/vue';
import type { AppAction } from './action.ts';

export const activity: AppAction = {
  id: 'app.activity',
  title: 'Show or hide Activity',
  icon: PanelBottom,
  shortcut: 'Alt+A',
  appliesTo: 'app',
  words: 'tasks log commands',
  canRun: () => true,
  xl: () => null,
  run: ({ app }) => void (app.activityOpen = !app.activityOpen),
};
