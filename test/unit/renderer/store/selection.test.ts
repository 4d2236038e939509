import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { useSelectionStore } from '../../../../renderer/store/selection.store.ts';

/** A local storage that lives as long as the test. */
let items: Map<string, string>;
beforeEach(() => {
  items = new Map();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
  });
  setActivePinia(createPinia());
});
afterEach(() => vi.unstubAllGlobals());

/** What a window that opens later sees. */
function reopened() {
  setActivePinia(createPinia());
  return useSelectionStore();
}

describe('what is selected', () => {
  it('is remembered with the tab of each object', () => {
    const store = useSelectionStore();
    store.select({ host: 'local', domain: 'a/b' });
    store.tab = 'console';
    store.select({ host: 'local', domain: null });
    store.tab = 'domains';
    store.select({ host: 'local', domain: 'a/b' });
    expect(store.tab).toBe('console');
    const later = reopened();
    expect(later.current).toEqual({ host: 'local', domain: 'a/b' });
    expect(later.tab).toBe('console');
    later.select({ host: 'local', domain: null });
    expect(later.tab).toBe('domains');
  });

  it('begins at the first tab on an object that was not seen yet', () => {
    const store = useSelectionStore();
    store.select({ host: 'local', domain: 'new' });
    expect(store.tab).toBe('overview');
  });

  it.each([
    ['garbage', '{{{'],
    ['another type', '42'],
    ['a tab that no longer exists', '{"local":"gone"}'],
  ])('ignores %s in the storage', (_what, text) => {
    items.set('domus.tabs', text);
    items.set('domus.selection', '"local"');
    const store = reopened();
    expect(store.current).toEqual({ host: 'local', domain: null });
    expect(store.tab).toBe('overview');
  });

  it('works where storage is forbidden', () => {
    vi.stubGlobal('localStorage', {
      getItem: () => {
        throw new Error('denied');
      },
      setItem: () => {
        throw new Error('denied');
      },
    });
    const store = reopened();
    store.select({ host: 'local', domain: null });
    expect(store.isSelected('local', null)).toBe(true);
  });
});
