/**
 * The bridge between the page and the shell (contract: api.ts). One file, because a sandboxed preload can load no other.
 */
import { contextBridge, ipcRenderer, type IpcRendererEvent, webUtils } from 'electron';
import type { DomusBridge, PortMessage } from './api.ts';

/** The little of the page's world that this file touches; the rest of the program is checked without the DOM. */
declare const window: {
  postMessage(message: PortMessage, targetOrigin: string, transfer: IpcRendererEvent['ports']): void;
  readonly location: { readonly origin: string };
};

/** Nonces the page is waiting for a port with. */
const awaited = new Set<string>();

/** Asks for a port; forgets the nonce when the shell refuses. */
async function ask(channel: string, nonce: string, ...rest: readonly string[]): Promise<void> {
  awaited.add(nonce);
  try {
    await ipcRenderer.invoke(channel, nonce, ...rest);
  } catch (error) {
    awaited.delete(nonce);
    throw error;
  }
}

// A port cannot cross the context bridge; it goes by a message of the window to itself, which carries the nonce that
// only the page that asked knows.
ipcRenderer.on('domus:port', (event: IpcRendererEvent, { nonce }: { nonce: string }) => {
  if (!awaited.delete(nonce) || event.ports.length !== 1) return;
  const message: PortMessage = { type: 'domus:port', nonce };
  window.postMessage(message, window.location.origin, event.ports);
});

const bridge: DomusBridge = {
  platform: process.platform as DomusBridge['platform'],
  connect: (nonce) => ask('domus:connect', nonce),
  openChannel: (nonce, ticket) => ask('domus:open-channel', nonce, ticket),
  chooseFile: (options) => ipcRenderer.invoke('domus:choose-file', options) as Promise<string | null>,
  pathOf(file) {
    return webUtils.getPathForFile(file as Parameters<typeof webUtils.getPathForFile>[0]) || null;
  },
  openConsole(host, domain) {
    void ipcRenderer.invoke('domus:open-console', host, domain);
  },
  setTheme(theme) {
    void ipcRenderer.invoke('domus:set-theme', theme);
  },
  onEngineRestarted(listener) {
    const hear = (_event: IpcRendererEvent, detail: string): void => listener(detail);
    ipcRenderer.on('domus:engine-restarted', hear);
    return () => void ipcRenderer.off('domus:engine-restarted', hear);
  },
};

contextBridge.exposeInMainWorld('domus', bridge);
