import type { Page } from '@playwright/test';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DomusBridge } from '../../../preload/api.ts';
import { prepareStandIn } from '../../support/electron-stand-in/launch.ts';
import {
  chromiumPath,
  endProcess,
  enginePid,
  launchApp,
  root,
  startUntilReady,
  type App,
} from '../../support/app.ts';

/** What the functions below find when they run in the page. */
interface PageWorld {
  readonly domus: DomusBridge;
  readonly crypto: { randomUUID(): string };
  readonly navigator: {
    readonly permissions: { query(what: { name: string }): Promise<{ state: string }> };
  };
  addEventListener(type: 'message', listener: (event: PortEvent) => void): void;
  open(url: string): unknown;
  eval(code: string): unknown;
  fetch(url: string): Promise<unknown>;
  readonly document: {
    createElement(name: string): { textContent: string };
    readonly body: { append(element: object): void };
  };
  readonly inline?: boolean;
  location: { href: string };
}
interface PortEvent {
  readonly data: { readonly type?: string; readonly nonce?: string };
  readonly ports: readonly PagePort[];
}
interface PagePort {
  onmessage: ((event: { data: string }) => void) | null;
  postMessage(text: string): void;
}

/** Runs in the page: asks the shell for a port with `nonce`, makes one call over it. */
async function callOverPort(nonce: string): Promise<string> {
  const page = globalThis as unknown as PageWorld;
  const port = new Promise<PagePort>((resolve) => {
    page.addEventListener('message', ({ data, ports: [given] }) => {
      if (data.type === 'domus:port' && data.nonce === nonce && given) resolve(given);
    });
  });
  await page.domus.connect(nonce);
  const given = await port;
  return new Promise((resolve) => {
    given.onmessage = ({ data }) => resolve(data);
    given.postMessage('{"i":"1","p":{"u":"/engine/info","b":{}}}');
  });
}

const pidOver = async (page: Page): Promise<number> => {
  const answer = await page.evaluate(callOverPort, `nonce-${Math.random().toString(36).slice(2)}-0123456789`);
  return (JSON.parse(answer) as { p: { b: { json: { pid: number } } } }).p.b.json.pid;
};

/** Console messages of the page about its content policy. */
function policyReports(page: Page): string[] {
  const reports: string[] = [];
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) reports.push(message.text());
  });
  return reports;
}

describe('the built shell', () => {
  let app: App;
  let page: Page;
  beforeAll(async () => {
    process.env['DOMUS_E2E_STAND_IN'] = '1';
    app = await launchApp({ mode: 'desktop' });
    ({ page } = app);
  });
  afterAll(() => app.close());

  it('shows the page, which finds its bridge and nothing of Node', async () => {
    expect(app.url).toBe('app://domus/');
    expect(await page.title()).toContain('Domus');
    expect(
      await page.evaluate(() => {
        const world = globalThis as unknown as Record<string, unknown>;
        return [
          typeof world['domus'],
          typeof world['require'],
          typeof world['process'],
          typeof world['module'],
        ];
      }),
    ).toEqual(['object', 'undefined', 'undefined', 'undefined']);
  });

  it('hands the page a port to the engine', async () => {
    expect(await pidOver(page)).toBe(await enginePid(app.stateDirectory));
  });

  it.each([
    ['a nonce that is none', 'connect', ['x']],
    ['a nonce that is no text', 'connect', [{ nonce: 1 }]],
    ['a ticket that is none', 'openChannel', ['nonce-0123456789-0123', '../etc']],
    ['a file request that is none', 'chooseFile', [{ title: 5 }]],
    ['strange file types', 'chooseFile', [{ title: 'x', extensions: ['../'] }]],
  ])('refuses %s', async (_case, method, args) => {
    const call = page.evaluate(
      ([name, values]) => {
        const { domus } = globalThis as unknown as PageWorld;
        return (domus as unknown as Record<string, (...rest: unknown[]) => Promise<unknown>>)[name]!(
          ...values,
        );
      },
      [method, args] as const,
    );
    await expect(call).rejects.toThrow('That is not a');
  });

  it('asks the person for a file, and says null when they cancel', async () => {
    const choose = () =>
      page.evaluate(() => (globalThis as unknown as PageWorld).domus.chooseFile({ title: 'Kernel' }));
    expect(await choose()).toBeNull();
  });

  it('runs no inline script, no eval, and loads nothing from elsewhere', async () => {
    const reports = policyReports(page);
    const outcomes = await page.evaluate(async () => {
      const world = globalThis as unknown as PageWorld;
      const script = world.document.createElement('script');
      script.textContent = 'globalThis.inline = true';
      world.document.body.append(script);
      // In a task of the page's own: the debugger's evaluations are exempt from the policy.
      const evaluated = await new Promise<string>((resolve) => {
        setTimeout(() => {
          try {
            resolve(`ran ${String(world.eval('1'))}`);
          } catch {
            resolve('refused');
          }
        });
      });
      const fetched = await world.fetch('https://example.org/').then(
        () => 'fetched',
        () => 'refused',
      );
      return { inline: world.inline, evaluated, fetched };
    });
    expect(outcomes).toEqual({ inline: undefined, evaluated: 'refused', fetched: 'refused' });
    await expect.poll(() => reports.length).toBeGreaterThan(0);
  });

  it('opens no other window', async () => {
    const { length } = page.context().pages();
    await page.evaluate(() => void (globalThis as unknown as PageWorld).open('https://example.org/'));
    await expect.poll(() => page.context().pages().length).toBe(length);
    expect(await page.title()).toContain('Domus');
  });

  it('goes nowhere else', async () => {
    await page.evaluate(() => {
      (globalThis as unknown as PageWorld).location.href = 'https://example.org/';
    });
    // Another round trip over the port proves that the page is still there and still the same.
    expect(await pidOver(page)).toBe(await enginePid(app.stateDirectory));
    expect(page.url()).not.toContain('example.org');
    await expect.poll(() => page.title()).toContain('Domus');
  });

  it.each(['geolocation', 'notifications', 'camera', 'microphone'])('denies %s', async (name) => {
    const state = await page.evaluate(
      async (permission) =>
        (await (globalThis as unknown as PageWorld).navigator.permissions.query({ name: permission })).state,
      name,
    );
    expect(state).not.toBe('granted');
  });

  it('starts the engine again when it is killed, and tells the page', async () => {
    const before = await enginePid(app.stateDirectory);
    const told = page.evaluate(
      () =>
        new Promise<string>((resolve) => {
          (globalThis as unknown as PageWorld).domus.onEngineRestarted(resolve);
        }),
    );
    await app.killEngine();
    expect(await told).toContain('was started again');
    const after = await pidOver(page);
    expect(after).not.toBe(before);
    expect(after).toBe(await enginePid(app.stateDirectory));
  });

  it('a second one shows the first one’s window and ends', async () => {
    const { nodeArguments, env } = await prepareStandIn(root, chromiumPath());
    const main = join(root, 'dist', 'main', 'main.js');
    const out = execFileSync(process.execPath, [...nodeArguments, main, '--state', app.stateDirectory], {
      env: { ...process.env, ...env },
    });
    expect(out.toString()).toBe('Domus is ready at app://domus/\n');
    expect(await pidOver(page)).toBe(await enginePid(app.stateDirectory));
  });
});

describe('a window on a state directory that another Domus owns', () => {
  it('is attached to the running engine, and takes over when that ends', async () => {
    process.env['DOMUS_E2E_STAND_IN'] = '1';
    const state = await mkdtemp(join(tmpdir(), 'domus-attach-'));
    const start = join(root, 'scripts', 'start.mjs');
    const owner = await startUntilReady(process.execPath, [
      start,
      '--browser',
      '--no-open',
      '--state',
      state,
    ]);
    const app = await launchApp({ mode: 'desktop', state });
    try {
      const pid = await enginePid(state);
      expect(await pidOver(app.page)).toBe(pid);
      await endProcess(owner.child);
      await expect.poll(() => enginePid(state).catch(() => pid), { timeout: 20_000 }).not.toBe(pid);
      expect(await pidOver(app.page)).toBe(await enginePid(state));
    } finally {
      await app.close();
      await rm(state, { recursive: true });
    }
  });
});

describe('a shell whose engine cannot run', () => {
  it('says so and ends', async () => {
    const state = await mkdtemp(join(tmpdir(), 'domus-bad-'));
    await writeFile(join(state, 'hosts'), 'in the way');
    const { nodeArguments, env } = await prepareStandIn(root, chromiumPath());
    const main = join(root, 'dist', 'main', 'main.js');
    const child = spawn(process.execPath, [...nodeArguments, main, '--state', state], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (text: Buffer) => (said += text.toString()));
    const code = await new Promise((resolve) => child.once('exit', resolve));
    expect(code).toBe(1);
    expect(said).toContain('Domus cannot start: ');
    await rm(state, { recursive: true });
  });
});
