import {
  BrowserWindow,
  dialog,
  ipcMain,
  nativeTheme,
  type IpcMainEvent,
  type IpcMainInvokeEvent,
  type MessagePortMain,
  type WebFrameMain,
} from 'electron';
import type { EngineKeeper } from './engine-keeper.ts';
import { isPageUrl, pageUrl } from './page-scheme.ts';

/** Names of the messages between main and preload. */
export const channelName = {
  connect: 'domus:connect',
  openChannel: 'domus:open-channel',
  port: 'domus:port',
  chooseFile: 'domus:choose-file',
  openConsole: 'domus:open-console',
  setTheme: 'domus:set-theme',
  engineRestarted: 'domus:engine-restarted',
} as const;

/** The frame that speaks, if it is the page itself: the main frame of one of our windows, showing our own origin. */
function trustedFrame(event: IpcMainEvent | IpcMainInvokeEvent): WebFrameMain {
  const frame = event.senderFrame;
  const ours = BrowserWindow.getAllWindows().some((window) => window.webContents === event.sender);
  if (!frame || !ours || frame.parent !== null || !isPageUrl(frame.url)) {
    throw new Error('This page may not ask for that.');
  }
  return frame;
}

function asNonce(value: unknown): string {
  if (typeof value === 'string' && /^[A-Za-z0-9-]{16,64}$/.test(value)) return value;
  throw new Error('That is not a nonce.');
}

function asTicket(value: unknown): string {
  if (typeof value === 'string' && /^[A-Za-z0-9_-]{1,128}$/.test(value)) return value;
  throw new Error('That is not a ticket.');
}

interface FileRequest {
  readonly title: string;
  readonly extensions: readonly string[];
}

function asFileRequest(value: unknown): FileRequest {
  const { title, extensions = [] } = (value ?? {}) as Record<string, unknown>;
  const proper =
    typeof title === 'string' &&
    Array.isArray(extensions) &&
    extensions.length <= 20 &&
    extensions.every((one) => typeof one === 'string' && /^[A-Za-z0-9]{1,12}$/.test(one));
  if (!proper) throw new Error('That is not a file request.');
  return { title: title.slice(0, 200), extensions: extensions as string[] };
}

async function chooseFile(event: IpcMainInvokeEvent, request: FileRequest): Promise<string | null> {
  const window = BrowserWindow.fromWebContents(event.sender);
  const filters =
    request.extensions.length === 0
      ? []
      : [
          { name: request.title, extensions: [...request.extensions] },
          { name: 'All files', extensions: ['*'] },
        ];
  const options = { title: request.title, properties: ['openFile' as const], filters };
  const { canceled, filePaths } = window
    ? await dialog.showOpenDialog(window, options)
    : await dialog.showOpenDialog(options);
  return canceled ? null : (filePaths[0] ?? null);
}

/** The address of the page that shows one console; names a domain as the contract does. */
function consoleAddress(host: unknown, domain: unknown): string {
  const proper =
    typeof host === 'string' &&
    /^[a-z0-9][a-z0-9._-]{0,62}$/.test(host) &&
    typeof domain === 'string' &&
    domain.length > 0 &&
    domain.length <= 80;
  if (!proper) throw new Error('That is not a domain.');
  return `${pageUrl}#${new URLSearchParams({ console: `${host}/${domain}` })}`;
}

const themes: readonly unknown[] = ['light', 'dark', 'system'];

/** Answers what the preload asks for the page. Every handler checks who asks and what. */
export function answerPage(engine: EngineKeeper, openWindow: (url: string) => Promise<unknown>): void {
  const give = async (frame: WebFrameMain, nonce: string, port: Promise<MessagePortMain>): Promise<void> => {
    frame.postMessage(channelName.port, { nonce }, [await port]);
  };
  ipcMain.handle(channelName.connect, async (event, nonce: unknown) => {
    await give(trustedFrame(event), asNonce(nonce), engine.connect());
  });
  ipcMain.handle(channelName.openChannel, async (event, nonce: unknown, ticket: unknown) => {
    await give(trustedFrame(event), asNonce(nonce), engine.openChannel(asTicket(ticket)));
  });
  ipcMain.handle(channelName.chooseFile, async (event, request: unknown) => {
    trustedFrame(event);
    return chooseFile(event, asFileRequest(request));
  });
  ipcMain.handle(channelName.openConsole, async (event, host: unknown, domain: unknown) => {
    trustedFrame(event);
    await openWindow(consoleAddress(host, domain));
  });
  ipcMain.handle(channelName.setTheme, async (event, theme: unknown) => {
    trustedFrame(event);
    if (themes.includes(theme)) nativeTheme.themeSource = theme as 'light' | 'dark' | 'system';
  });
}
