import { Moon } from '@lucide/vue';
import type { AppAction } from './action.ts';

export const themeDark: AppAction = {
  id: 'theme.dark',
  title: 'Dark theme',
  icon: Moon,
  appliesTo: 'app',
  words: 'appearance colour',
  canRun: () => true,
  xl: () => null,
  run: ({ app }) => void (app.theme = 'dark'),
};
