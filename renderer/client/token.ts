/**
 * The token of browser mode. It comes in the URL's fragment (which is never sent to a server), moves to the tab's own
 * session storage so that a reload still works, and leaves the address bar so that it is not copied along with it.
 */
const storageKey = 'domus.token';

export interface TokenPlaces {
  readonly location: { readonly hash: string; readonly pathname: string; readonly search: string };
  readonly history: { replaceState(data: null, unused: string, url: string): void };
  readonly storage: { getItem(key: string): string | null; setItem(key: string, value: string): void };
}

/** The token of this tab, or null when the page was opened without one. */
export function takeToken(places: TokenPlaces): string | null {
  const fresh = new URLSearchParams(places.location.hash.slice(1)).get('token');
  if (!fresh) return places.storage.getItem(storageKey);
  places.storage.setItem(storageKey, fresh);
  places.history.replaceState(null, '', places.location.pathname + places.location.search);
  return fresh;
}
