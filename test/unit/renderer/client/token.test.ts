import { describe, expect, it } from 'vitest';
import { takeToken } from '../../../../renderer/client/token.ts';

function aTab(hash: string, kept: string | null = null) {
  const items = new Map<string, string>(kept === null ? [] : [['domus.token', kept]]);
  const shown: string[] = [];
  const places = {
    location: { hash, pathname: '/', search: '' },
    history: { replaceState: (_data: null, _unused: string, url: string) => void shown.push(url) },
    storage: {
      getItem: (key: string) => items.get(key) ?? null,
      setItem: (key: string, value: string) => void items.set(key, value),
    },
  };
  return { places, items, shown };
}

describe('the token of browser mode', () => {
  it('is taken from the fragment, kept for the tab and removed from the address bar', () => {
    const { places, items, shown } = aTab('#token=abc');
    expect(takeToken(places)).toBe('abc');
    expect(items.get('domus.token')).toBe('abc');
    expect(shown).toEqual(['/']);
  });

  it('survives a reload, when the fragment is gone', () => {
    const { places, shown } = aTab('', 'abc');
    expect(takeToken(places)).toBe('abc');
    expect(shown).toEqual([]);
  });

  it('is replaced by a newer one in the address', () => {
    expect(takeToken(aTab('#token=new', 'old').places)).toBe('new');
  });

  it('is missing when the page was opened without one', () => {
    expect(takeToken(aTab('#other').places)).toBeNull();
  });
});
