import { BrowserWindow, nativeTheme } from 'electron';
import { pageUrl } from './page-scheme.ts';

/** Reloads of a page whose process died, at most this many in a row. */
const mostReloads = 3;

/** Most windows at once; one more shows none. */
const mostWindows = 32;

/** Opens a window on the page: sandboxed, isolated, with nothing of Node in it. Resolves when the page is shown. */
export async function openWindow(preload: string, url = pageUrl): Promise<BrowserWindow> {
  if (BrowserWindow.getAllWindows().length >= mostWindows) throw new Error('Too many windows are open.');
  const window = new BrowserWindow({
    ...(url === pageUrl ? { width: 1280, height: 800 } : { width: 880, height: 640 }),
    minWidth: url === pageUrl ? 800 : 400,
    minHeight: url === pageUrl ? 500 : 300,
    show: false,
    autoHideMenuBar: true,
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#16181d' : '#ffffff',
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
    },
  });
  let reloads = 0;
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit' || reloads >= mostReloads) return;
    reloads += 1;
    window.webContents.reload();
  });
  window.once('ready-to-show', () => window.show());
  await window.loadURL(url);
  return window;
}
