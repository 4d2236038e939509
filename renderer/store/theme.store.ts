import { defineStore } from 'pinia';
import { computed, ref, watch } from 'vue';
import { isOneOf, preference } from './preference.ts';

export const themes = ['light', 'dark', 'system'] as const;
export type Theme = (typeof themes)[number];

/** What the theme acts on; the page's own document, system preference and desktop shell. */
export interface ThemeTarget {
  readonly systemDark: { readonly matches: boolean; addEventListener(type: 'change', fn: () => void): void };
  /** Shows light or dark. */
  show(resolved: 'light' | 'dark'): void;
  /** Tells the desktop shell, when there is one. */
  tellShell(theme: Theme): void;
}

/** Light, dark or as the system says. */
export const useThemeStore = defineStore('theme', () => {
  const theme = preference<Theme>('theme', 'system', isOneOf(...themes));
  const systemDark = ref(false);
  const resolved = computed<'light' | 'dark'>(() => {
    if (theme.value !== 'system') return theme.value;
    return systemDark.value ? 'dark' : 'light';
  });

  /** Call once at start. */
  function attach(target: ThemeTarget): void {
    systemDark.value = target.systemDark.matches;
    target.systemDark.addEventListener('change', () => (systemDark.value = target.systemDark.matches));
    watch(resolved, (next) => target.show(next), { immediate: true, flush: 'sync' });
    watch(theme, (next) => target.tellShell(next), { immediate: true });
  }

  return { theme, resolved, attach };
});
