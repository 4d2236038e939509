/** Opens a window that shows one console (see console-target.ts). Throws when the browser refuses to. */
export function openConsoleWindow(target: { host: string; id: string }): void {
  const { host, id } = target;
  if (window.domus) return window.domus.openConsole(host, id);
  const url = `${location.pathname}${location.search}#${new URLSearchParams({ console: `${host}/${id}` })}`;
  // The name makes a second wish bring the first window to the front.
  const opened = window.open(url, `domus-console-${host}-${id}`, 'popup,width=880,height=640');
  if (!opened) throw new Error('The browser did not open another window. Allow pop-ups for this page.');
}
