/** Windows that show one console: the same page, told by its fragment what to show. */
export interface ConsoleTarget {
  readonly host: string;
  readonly domain: string;
}

/** Which console this page is to show; null: it is the whole of Domus. */
export function consoleOf(hash: string): ConsoleTarget | null {
  const place = new URLSearchParams(hash.replace(/^#/, '')).get('console');
  const slash = place?.indexOf('/') ?? -1;
  if (!place || slash < 1 || slash === place.length - 1) return null;
  return { host: place.slice(0, slash), domain: place.slice(slash + 1) };
}
