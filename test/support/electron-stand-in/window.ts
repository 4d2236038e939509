import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Frame, Page, Request as PageRequest } from 'playwright-core';
import { app, preventable } from './app.ts';
import { chromiumContext, closeChromium, toChromium, toElectron } from './browser.ts';
import { pageRuntime, type FromPage, type ToPage, type Wired } from './page-runtime.ts';
import { PortBridge, type MessagePortMain } from './ports.ts';

interface WindowOptions {
  readonly webPreferences: Readonly<Record<string, unknown>> & { readonly preload: string };
}

/** What this application promises of its pages; a window that breaks it cannot be made here. */
function insistOnIsolation({ webPreferences }: WindowOptions): void {
  const { sandbox, contextIsolation, nodeIntegration, webviewTag } = webPreferences;
  if (!app.isSandboxed || sandbox !== true || contextIsolation !== true) throw new Error('not isolated');
  if (nodeIntegration !== false || webviewTag === true) throw new Error('Node or webviews in the page');
}

export type Handler = (event: object, ...args: unknown[]) => unknown;
export const handlers = new Map<string, Handler>();

const windows = new Set<BrowserWindow>();
let nextPort = 1;

const toWired = (data: unknown): Wired => {
  if (typeof data === 'string') return data;
  if (data instanceof Uint8Array) return { base64: Buffer.from(data).toString('base64') };
  return { json: data };
};
const fromWired = (data: Wired): unknown => {
  if (typeof data === 'string') return data;
  return 'json' in data ? data.json : new Uint8Array(Buffer.from(data.base64, 'base64'));
};

export class WebContents extends EventEmitter {
  #page: Page | null = null;
  #queue: ToPage[] = [];
  #delivering = false;
  #openHandler: (details: { url: string }) => { action: string } = () => ({ action: 'allow' });
  readonly #bridge = new PortBridge((traffic) =>
    this.#deliver(traffic.kind === 'port' ? { ...traffic, data: toWired(traffic.data) } : traffic),
  );

  async attach(page: Page, preload: string): Promise<void> {
    this.#page = page;
    await page.exposeBinding('standInCall', ({ frame }, message: FromPage) => this.#hear(frame, message));
    // As text, because the page's content policy forbids making functions from strings.
    const source = `(require, process, module, exports) => {\n${readFileSync(preload, 'utf8')}\n}`;
    await page.addInitScript(`(${pageRuntime.toString()})(${source}, ${JSON.stringify(process.platform)})`);
    // As Electron: a page that is gone has no ports any more.
    page.on('close', () => this.#bridge.closeAll());
    page.on('framenavigated', (frame) => {
      if (frame === page.mainFrame()) this.#bridge.closeAll();
    });
    page.on('popup', (popup) => {
      if (this.#openHandler({ url: toElectron(popup.url()) }).action === 'deny') void popup.close();
    });
    page.on('crash', () => this.emit('render-process-gone', {}, { reason: 'crashed' }));
  }

  send(channel: string, ...args: unknown[]): void {
    this.#deliver({ kind: 'send', channel, args, ports: [] });
  }

  getURL(): string {
    return toElectron(this.#page?.url() ?? '');
  }

  reload(): void {
    void this.#page?.reload();
  }

  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.#openHandler = handler;
  }

  /** Asks the application whether this window may go to `url`. */
  mayNavigate(url: string): boolean {
    const event = preventable({ url });
    this.emit('will-navigate', event, url);
    return !event.defaultPrevented;
  }

  owns(request: PageRequest): boolean {
    try {
      return request.frame().page() === this.#page;
    } catch {
      // The first request of a popup comes before its frame is there.
      return false;
    }
  }

  async #hear(frame: Frame, message: FromPage): Promise<{ error?: string; value?: unknown }> {
    if (message.kind !== 'invoke') {
      this.#bridge.hear(message.kind === 'port' ? { ...message, data: fromWired(message.data) } : message);
      return {};
    }
    try {
      const handler = handlers.get(message.channel);
      if (!handler) throw new Error(`No handler registered for '${message.channel}'`);
      return { value: await handler({ sender: this, senderFrame: this.#frame(frame) }, ...message.args) };
    } catch (error) {
      return { error: error instanceof Error ? error.message : String(error) };
    }
  }

  #frame(frame: Frame) {
    return {
      url: toElectron(frame.url()),
      parent: frame.parentFrame(),
      postMessage: (channel: string, message: unknown, ports: readonly MessagePortMain[] = []) => {
        const ids = ports.map(() => nextPort++);
        this.#deliver({ kind: 'send', channel, args: [message], ports: ids });
        ids.forEach((id, at) => this.#bridge.attach(id, ports[at] as MessagePortMain));
      },
    };
  }

  /** In order, several at once when they come faster than the page takes them. */
  #deliver(message: ToPage): void {
    this.#queue.push(message);
    if (this.#delivering) return;
    this.#delivering = true;
    void this.#drain().finally(() => (this.#delivering = false));
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0, 200);
      await this.#page
        ?.evaluate((messages) => {
          (globalThis as unknown as { standInDeliver(m: unknown): void }).standInDeliver(messages);
        }, batch)
        .catch(() => undefined);
    }
  }
}

export class BrowserWindow extends EventEmitter {
  readonly webContents = new WebContents();
  readonly #options: WindowOptions;
  #page: Page | null = null;

  constructor(options: WindowOptions) {
    super();
    insistOnIsolation(options);
    this.#options = options;
    windows.add(this);
    app.emit('web-contents-created', {}, this.webContents);
  }

  static getAllWindows(): BrowserWindow[] {
    return [...windows];
  }

  static fromWebContents(contents: WebContents): BrowserWindow | null {
    return [...windows].find((window) => window.webContents === contents) ?? null;
  }

  async loadURL(url: string): Promise<void> {
    const context = await chromiumContext();
    const page = (windows.size === 1 && context.pages()[0]) || (await context.newPage());
    this.#page = page;
    await this.webContents.attach(page, this.#options.webPreferences.preload);
    page.on('close', () => this.#closed());
    await page.goto(toChromium(url));
    this.emit('ready-to-show');
  }

  show(): void {
    void this.#page?.bringToFront();
  }

  focus(): void {
    this.show();
  }

  isMinimized(): boolean {
    return false;
  }

  restore(): void {}

  async emulateTheme(colorScheme: 'light' | 'dark' | null): Promise<void> {
    await this.#page?.emulateMedia({ colorScheme });
  }

  #closed(): void {
    windows.delete(this);
    this.emit('closed');
    if (windows.size === 0) app.emit('window-all-closed');
  }
}

app.mayLoad = (url, request) => {
  if (!request.isNavigationRequest()) return true;
  const window = [...windows].find(({ webContents }) => webContents.owns(request));
  // A popup has no window of its own yet; nothing may load there before its opener was asked.
  return window ? window.webContents.mayNavigate(url) : false;
};
app.closeAll = closeChromium;
