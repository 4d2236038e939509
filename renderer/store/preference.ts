import { ref, watch, type Ref } from 'vue';

/** Where preferences are kept: the browser's local storage, or nothing where there is none. */
interface KeyValue {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

function storage(): KeyValue | null {
  try {
    return (globalThis as { localStorage?: KeyValue }).localStorage ?? null;
  } catch {
    // Storage can be forbidden by the browser's settings; preferences then last as long as the page.
    return null;
  }
}

function load<T>(key: string, fallback: T, accept: (value: unknown) => value is T): T {
  try {
    const value: unknown = JSON.parse(storage()?.getItem(key) ?? 'null');
    return accept(value) ? value : fallback;
  } catch {
    return fallback;
  }
}

/**
 * A setting of this person on this computer, e.g. the theme. What is stored is checked by `accept` and otherwise
 * ignored. `name` is unique among preferences.
 */
export function preference<T>(name: string, fallback: T, accept: (value: unknown) => value is T): Ref<T> {
  const key = `domus.${name}`;
  const value = ref(load(key, fallback, accept)) as Ref<T>;
  watch(
    value,
    (next) => {
      try {
        storage()?.setItem(key, JSON.stringify(next));
      } catch {
        // Full or forbidden: see above.
      }
    },
    { deep: true, flush: 'sync' },
  );
  return value;
}

export const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';
export const isString = (value: unknown): value is string => typeof value === 'string';
export const isNumber = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value);

/** Accepts one of the given strings. */
export function isOneOf<T extends string>(...allowed: readonly T[]): (value: unknown) => value is T {
  return (value): value is T => allowed.includes(value as T);
}

export function isStringRecord(value: unknown): value is Record<string, string> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every(isString)
  );
}
