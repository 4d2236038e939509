import { Keyboard } from '@lucide/vue';
import type { AppAction } from './action.ts';

export const shortcuts: AppAction = {
  id: 'app.shortcuts',
  title: 'Keyboard shortcuts',
  icon: Keyboard,
  shortcut: 'Shift+?',
  appliesTo: 'app',
  words: 'help keys',
  canRun: () => true,
  xl: () => null,
  run: ({ app }) => app.open({ kind: 'shortcuts' }),
};
