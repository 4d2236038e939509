import { onScopeDispose, ref, type Ref } from 'vue';

/** The current value of a CSS token; canvases cannot use `var()`. */
export function tokenValue(token: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(token).trim() || 'gray';
}

/** The same colour, translucent, for the area under a line. */
export function translucent(token: string, percent: number): string {
  return `color-mix(in srgb, ${tokenValue(token)} ${percent}%, transparent)`;
}

/** Grows each time the page changes its theme, by choice or because the system did. */
export function useThemeVersion(): Ref<number> {
  const version = ref(0);
  const bump = (): void => void (version.value += 1);
  const observer = new MutationObserver(bump);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme', 'class'] });
  const system = matchMedia('(prefers-color-scheme: dark)');
  system.addEventListener('change', bump);
  onScopeDispose(() => {
    observer.disconnect();
    system.removeEventListener('change', bump);
  });
  return version;
}
