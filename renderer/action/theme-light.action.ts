import { Sun } from '@lucide/vue';
import type { AppAction } from './action.ts';

export const themeLight: AppAction = {
  id: 'theme.light',
  title: 'Light theme',
  icon: Sun,
  appliesTo: 'app',
  words: 'appearance colour',
  canRun: () => true,
  xl: () => null,
  run: ({ app }) => void (app.theme = 'light'),
};
