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

/** Opens such a window; the browser may refuse to, and then throws. */
export function openConsoleWindow(target: { host: string; id: string }): void {
  const { host, id } = target;
  if (window.domus) return window.domus.openConsole(host, id);
  const url = `${location.pathname}${location.search}#${new URLSearchParams({ console: `${host}/${id}` })}`;
  // The name makes a second wish bring the first window to the front.
  const opened = window.open(url, `domus-console-${host}-${id}`, 'popup,width=880,height=640');
  if (!opened) throw new Error('The browser did not open another window. Allow pop-ups for this page.');
}
