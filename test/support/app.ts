import { _electron as electron, chromium, type Browser, type Page } from '@playwright/test';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepareStandIn } from './electron-stand-in/launch.ts';

export type AppMode = 'browser' | 'desktop';

export interface LaunchOptions {
  /** Default: what the environment asks for (`DOMUS_E2E_MODE`), else `browser`. */
  readonly mode?: AppMode;
  /** State directory; default a new one, removed at `close`. */
  readonly state?: string;
  /** Size of the window in CSS pixels. */
  readonly viewport?: { readonly width: number; readonly height: number };
}

/** Domus with its page open, as `npm start` opens it. */
export interface App {
  readonly mode: AppMode;
  readonly page: Page;
  readonly url: string;
  readonly stateDirectory: string;
  /** `kill -9` of the engine process. Resolves when it is dead; it is restarted by whoever watches over it. */
  killEngine(): Promise<void>;
  /** Ends Domus as a person would, and removes the state directory if it was made here. */
  close(): Promise<void>;
}

const defaultViewport = { width: 1280, height: 800 };

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** Chromium of the system, else the one Playwright has. */
export function chromiumPath(): string | undefined {
  return ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
    existsSync(path),
  );
}

export function launchChromium(): Promise<Browser> {
  const executablePath = chromiumPath();
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ ...(executablePath ? { executablePath } : {}), args });
}

/** The process that owns a state directory, as its run marker says. */
export async function enginePid(stateDirectory: string): Promise<number> {
  const marker = JSON.parse(await readFile(join(stateDirectory, 'run', 'engine.json'), 'utf8')) as {
    pid: number;
  };
  return marker.pid;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

export async function killHard(pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL');
  while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 10));
}

const readyLine = /^Domus is ready at (\S+)$/m;

/** Starts a program that prints the ready line; rejects with what it said when it ends before. */
export function startUntilReady(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<{ child: ChildProcess; url: string; said: () => string }> {
  const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  return new Promise((resolve, reject) => {
    let out = '';
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-20_000)));
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      const url = readyLine.exec(out)?.[1];
      if (url) resolve({ child, url, said: () => said });
    });
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`ended with ${code} before it was ready:\n${said}`)));
  });
}

/** Asks a process to end and waits until it has. */
export async function endProcess(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  return ended;
}

async function launchBrowserMode(stateDirectory: string, options: LaunchOptions) {
  const start = join(root, 'scripts', 'start.mjs');
  const args = [start, '--browser', '--no-open', '--state', stateDirectory];
  const { child, url } = await startUntilReady(process.execPath, args);
  const browser = await launchChromium();
  const context = await browser.newContext({
    viewport: options.viewport ?? defaultViewport,
  });
  const page = await context.newPage();
  await page.goto(url);
  const end = async (): Promise<void> => {
    await browser.close();
    await endProcess(child);
  };
  return { page, url, end };
}

/** The built shell, on the stand-in for Electron; this process drives the same window through Chromium's debugger. */
async function launchStandIn(stateDirectory: string, options: LaunchOptions) {
  const { nodeArguments, env, debuggerUrl } = await prepareStandIn(root, chromiumPath());
  const main = join(root, 'dist', 'main', 'main.js');
  const args = [...nodeArguments, main, '--state', stateDirectory];
  const { child, url } = await startUntilReady(process.execPath, args, { ...process.env, ...env });
  const browser = await chromium.connectOverCDP(debuggerUrl);
  const page = browser.contexts()[0]?.pages()[0];
  if (!page) throw new Error('the shell has no window');
  await page.setViewportSize(options.viewport ?? defaultViewport);
  const end = async (): Promise<void> => {
    await endProcess(child);
    await browser.close();
  };
  return { page, url, end };
}

/** The shell on real Electron. */
async function launchElectron(stateDirectory: string, executablePath: string) {
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const shell = await electron.launch({
    executablePath,
    args: [...sandbox, root, '--state', stateDirectory],
    cwd: root,
  });
  const page = await shell.firstWindow();
  return { page, url: page.url(), end: () => shell.close() };
}

/** Path of Electron's binary, if it has been fetched. */
async function electronPath(): Promise<string | null> {
  const directory = join(root, 'node_modules', 'electron');
  const name = await readFile(join(directory, 'path.txt'), 'utf8').catch(() => null);
  const path = name === null ? null : join(directory, 'dist', name);
  return path && existsSync(path) ? path : null;
}

async function launchDesktop(stateDirectory: string, options: LaunchOptions) {
  execFileSync(process.execPath, [join(root, 'scripts', 'bootstrap.mjs')], { stdio: ['ignore', 2, 2] });
  const binary = process.env['DOMUS_E2E_STAND_IN'] ? null : await electronPath();
  return binary ? launchElectron(stateDirectory, binary) : launchStandIn(stateDirectory, options);
}

/** Opens Domus on a state directory of its own, building what is stale. */
export async function launchApp(options: LaunchOptions = {}): Promise<App> {
  const mode = options.mode ?? (process.env['DOMUS_E2E_MODE'] === 'desktop' ? 'desktop' : 'browser');
  const stateDirectory = options.state ?? (await mkdtemp(join(tmpdir(), 'domus-e2e-')));
  const launch = mode === 'desktop' ? launchDesktop : launchBrowserMode;
  const { page, url, end } = await launch(stateDirectory, options);
  return {
    mode,
    page,
    url,
    stateDirectory,
    killEngine: async () => killHard(await enginePid(stateDirectory)),
    async close() {
      await end();
      if (!options.state) await rm(stateDirectory, { recursive: true, force: true });
    },
  };
}
