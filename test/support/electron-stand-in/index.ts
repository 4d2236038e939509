/**
 * A small stand-in for the `electron` module, for tests of the built shell where Electron's binary cannot be had: Node is
 * the main process, a page of Chromium the window, a forked Node process the utility process. Only what the shell uses.
 */
import { readFileSync } from 'node:fs';
import { BrowserWindow, handlers, type Handler } from './window.ts';

export { app } from './app.ts';
export { MessageChannelMain, MessagePortMain } from './ports.ts';
export { protocol } from './scheme.ts';
export { session } from './session.ts';
export { utilityProcess } from './utility-process.ts';
export { BrowserWindow };

export const ipcMain = {
  handle(channel: string, handler: Handler): void {
    if (handlers.has(channel)) throw new Error(`a second handler for ${channel}`);
    handlers.set(channel, handler);
  },
};

/** The person at the dialogs: chooses the file named in the file `STAND_IN_CHOICE`, cancels when there is none. */
export const dialog = {
  async showOpenDialog() {
    try {
      const path = readFileSync(process.env['STAND_IN_CHOICE'] ?? '', 'utf8').trim();
      return { canceled: false, filePaths: [path] };
    } catch {
      return { canceled: true, filePaths: [] };
    }
  },
  showErrorBox(title: string, content: string): void {
    process.stderr.write(`${title}: ${content}\n`);
  },
};

export const Menu = {
  buildFromTemplate: (template: readonly object[]) => ({ template }),
  setApplicationMenu: (_menu: unknown) => undefined,
};

const schemes = { light: 'light', dark: 'dark', system: null } as const;

export const nativeTheme = {
  shouldUseDarkColors: false,
  set themeSource(source: keyof typeof schemes) {
    for (const window of BrowserWindow.getAllWindows()) void window.emulateTheme(schemes[source]);
  },
};
