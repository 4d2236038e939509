/**
 * The desktop shell: windows, menu, one instance per state directory, the engine process and the ports to it. What the
 * ports carry, and everything about domains, is none of its business.
 */
import { app, BrowserWindow, dialog, protocol, session } from 'electron';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EngineKeeper } from './engine-keeper.ts';
import { lockNavigation, lockSession } from './lockdown.ts';
import { setMenu } from './menu.ts';
import { profileDirectory, readOptions } from './options.ts';
import { answerPage, channelName } from './page-calls.ts';
import { pageHandler, pageScheme, pageUrl } from './page-scheme.ts';
import { openWindow } from './window.ts';

const options = readOptions(process.argv, process.env);
const profile = profileDirectory(options);
if (profile !== undefined) app.setPath('userData', profile);
app.enableSandbox();

const dist = dirname(dirname(fileURLToPath(import.meta.url)));
/** Files that other processes read lie beside the archive of a packaged application, not in it. */
const unpacked = dist.replace(/app\.asar(?=[\\/])/, 'app.asar.unpacked');
const preload = join(dist, 'preload', 'preload.cjs');
const announce = (): void => void process.stdout.write(`Domus is ready at ${pageUrl}\n`);

/** A second Domus on the same state directory shows the first one's window and ends. */
function showWindow(): void {
  const [window] = BrowserWindow.getAllWindows();
  if (!window) return void openWindow(preload);
  if (window.isMinimized()) window.restore();
  window.focus();
}

const engine = new EngineKeeper({
  entry: join(unpacked, 'engine', 'engine.js'),
  state: options.state,
  onRestarted(detail) {
    for (const window of BrowserWindow.getAllWindows()) {
      window.webContents.send(channelName.engineRestarted, detail);
    }
  },
  onFailed(sentence) {
    dialog.showErrorBox('Domus cannot start', sentence);
    app.exit(1);
  },
});

/** Quitting waits for the engine, which ends its guests first. */
function quitOrderly(): void {
  let ended = false;
  app.on('before-quit', (event) => {
    if (ended) return;
    event.preventDefault();
    void engine.stop().finally(() => {
      ended = true;
      app.quit();
    });
  });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => app.quit());
}

async function run(): Promise<void> {
  protocol.registerSchemesAsPrivileged([
    { scheme: pageScheme, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
  lockNavigation(app);
  app.on('second-instance', showWindow);
  app.on('activate', showWindow);
  app.on('window-all-closed', () => app.quit());
  quitOrderly();
  await app.whenReady();
  lockSession(session.defaultSession);
  protocol.handle(pageScheme, pageHandler(join(unpacked, 'renderer')));
  setMenu();
  answerPage(engine, (url) => openWindow(preload, url));
  engine.start();
  await openWindow(preload);
  announce();
}

if (app.requestSingleInstanceLock()) {
  run().catch((error: unknown) => {
    dialog.showErrorBox('Domus cannot start', error instanceof Error ? error.message : String(error));
    app.exit(1);
  });
} else {
  announce();
  app.quit();
}
