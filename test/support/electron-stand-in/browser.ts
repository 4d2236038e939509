import { chromium, type BrowserContext } from 'playwright-core';
import { app } from './app.ts';
import { permissions } from './session.ts';
import { pageHandlers, toChromium, toElectron, type SchemeHandler } from './scheme.ts';

let context: Promise<BrowserContext> | undefined;

async function answer(handler: SchemeHandler, url: string, method: string) {
  const response = await handler(new Request(url, { method }));
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: Buffer.from(await response.arrayBuffer()),
  };
}

async function launch(): Promise<BrowserContext> {
  const port = process.env['STAND_IN_CDP_PORT'];
  const executablePath = process.env['STAND_IN_CHROMIUM'];
  const opened = await chromium.launchPersistentContext(app.getPath('profile'), {
    ...(executablePath ? { executablePath } : {}),
    viewport: null,
    args: [
      ...(port ? [`--remote-debugging-port=${port}`] : []),
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--window-size=1280,800',
      // Electron's pages hear of a port whose other end has gone; Chromium's do not by default.
      '--enable-blink-features=MessagePortCloseEvent',
    ],
  });
  await opened.grantPermissions(permissions());
  // Every request of every page: to a scheme of the application, or nowhere.
  await opened.route('**/*', async (route) => {
    const request = route.request();
    const url = toElectron(request.url());
    // "No content" leaves a window where it is, as a prevented navigation does.
    if (!app.mayLoad(url, request)) return route.fulfill({ status: 204 });
    const handler = pageHandlers.get(new URL(url).protocol);
    if (!handler) return route.abort();
    await route.fulfill(await answer(handler, url, request.method())).catch(() => undefined);
  });
  return opened;
}

/** Chromium, started when the first window needs it. */
export function chromiumContext(): Promise<BrowserContext> {
  context ??= launch();
  return context;
}

export async function closeChromium(): Promise<void> {
  await (await context)?.close().catch(() => undefined);
}

export { toChromium, toElectron };
