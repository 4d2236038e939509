import { SunMoon } from '@lucide/vue';
import type { AppAction } from './action.ts';

export const themeSystem: AppAction = {
  id: 'theme.system',
  title: 'Theme of the system',
  icon: SunMoon,
  appliesTo: 'app',
  words: 'appearance colour',
  canRun: () => true,
  xl: () => null,
  run: ({ app }) => void (app.theme = 'system'),
};
