import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectEngine, parseAddress, type EngineLink } from '../../../engine/cli/link.ts';
import { socketPath } from '../../../engine/entry/options.ts';
import { endProcess, enginePid, killHard, root, startUntilReady } from '../../support/app.ts';

const script = join(root, 'scripts', 'start.mjs');

interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly said: string;
}

/** Runs `npm start` with arguments to its end. */
function runToEnd(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Outcome> {
  const child = spawn(process.execPath, [script, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let said = '';
  child.stdout.on('data', (text: Buffer) => (out += text.toString()));
  child.stderr.on('data', (text: Buffer) => (said += text.toString()));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, said })));
}

describe('npm start in browser mode', () => {
  let state: string;
  const running: { child: Parameters<typeof endProcess>[0] }[] = [];
  const links: EngineLink[] = [];
  const start = async (...args: string[]) => {
    const all = [script, '--browser', '--no-open', '--state', state, ...args];
    const started = await startUntilReady(process.execPath, all);
    running.push(started);
    return started;
  };
  const linkTo = async (url: string): Promise<EngineLink> => {
    const link = await connectEngine(parseAddress(url));
    links.push(link);
    return link;
  };

  beforeEach(async () => {
    state = await mkdtemp(join(tmpdir(), 'domus-start-'));
  });
  afterEach(async () => {
    for (const link of links.splice(0)) link.close();
    for (const { child } of running.splice(0)) await endProcess(child);
    await rm(state, { recursive: true, force: true });
  });

  it('prints one line, serves the page and the RPC, and ends orderly', async () => {
    const { child, url } = await start();
    let more = '';
    child.stdout?.on('data', (text: string) => (more += text));
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#token=[A-Za-z0-9_-]{43}$/);
    expect(await (await fetch(url)).text()).toContain('<title>Domus</title>');
    const link = await linkTo(url);
    expect(await link.client.engine.info()).toMatchObject({ recovered: false });
    expect(await endProcess(child)).toBe(0);
    expect(more).toBe('');
    await expect(stat(join(state, 'run', 'engine.json'))).rejects.toThrow();
  });

  it('serves programs of the same user on a socket that nobody else may open', async () => {
    await start();
    const path = socketPath(state, 'local');
    expect(((await stat(path)).mode & 0o777).toString(8)).toBe('600');
    expect(((await stat(join(path, '..'))).mode & 0o777).toString(8)).toBe('700');
    const link = await connectEngine({ socket: path });
    links.push(link);
    expect((await link.client.state.snapshot()).objects.length).toBeGreaterThan(0);
  });

  it('survives kill -9 of its engine: same address, same definitions, and it says so', async () => {
    const { url } = await start();
    const first = await linkTo(url);
    await first.client.domain.define({ host: 'local', text: 'name = "web"\nmemory = 64\nkernel = "/x"\n' });
    await killHard(await enginePid(state));
    await first.closed;
    await expect.poll(async () => linkTo(url).then(Boolean, () => false), { timeout: 20_000 }).toBe(true);
    const { client } = links.at(-1)!;
    expect(await client.engine.info()).toMatchObject({ recovered: true });
    const { objects } = await client.state.snapshot();
    const names = objects.flatMap((object) => (object.kind === 'domain' ? [object.value.name] : []));
    expect(names).toContain('web');
  });

  it('joins the Domus that runs on the same state directory', async () => {
    const { url } = await start();
    const second = await runToEnd(['--browser', '--no-open', '--state', state]);
    expect(second).toMatchObject({ code: 0, out: `Domus is ready at ${url}\n` });
    expect(second.said).toContain('running already');
    const link = await linkTo(url);
    expect(await link.client.engine.info()).toMatchObject({ pid: await enginePid(state) });
  });

  it('joins it also when both are started at once', async () => {
    const [one, other] = await Promise.all([start(), start()]);
    expect(other.url).toBe(one.url);
    expect(await (await linkTo(one.url)).client.engine.info()).toMatchObject({ pid: await enginePid(state) });
  });

  it('says so when the port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as { port: number };
    const { code, out, said } = await runToEnd(['--port', String(port), '--no-open', '--state', state]);
    other.close();
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(said).toContain(`Port ${port} cannot be used`);
  });

  it('builds nothing when it is started again', async () => {
    const { child } = await start();
    await endProcess(child);
    const stamps = join(root, 'dist', '.stamps.json');
    const before = (await stat(stamps)).mtimeMs;
    await start();
    expect((await stat(stamps)).mtimeMs).toBe(before);
  });

  it.each([
    ['an unknown option', ['--bogus'], 2, 'Unknown option'],
    ['a port that is none', ['--port', 'http'], 2, 'is not a port'],
    ['two ways at once', ['--browser', '--desktop'], 2, 'Choose one of'],
  ])('refuses %s', async (_case, args, code, sentence) => {
    const outcome = await runToEnd(args);
    expect(outcome).toMatchObject({ code, out: '' });
    expect(outcome.said).toContain(sentence);
  });

  it('says so when the state directory cannot be used', async () => {
    const file = join(state, 'file');
    await writeFile(file, '');
    const { code, said } = await runToEnd(['--browser', '--no-open', '--state', file]);
    expect(code).toBe(1);
    expect(said).toContain('The state directory cannot be used');
  });

  it('does not fall back to the browser when a window was insisted on', async () => {
    const env = { ...process.env, DISPLAY: '', WAYLAND_DISPLAY: '' };
    const { code, out, said } = await runToEnd(['--desktop', '--state', state], env);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(said).toContain('there is no display');
  });

  it('opens the browser instead where there is no display, and says why', async () => {
    const env = { ...process.env, DISPLAY: '', WAYLAND_DISPLAY: '' };
    const started = await startUntilReady(process.execPath, [script, '--no-open', '--state', state], env);
    running.push(started);
    expect(started.url).toMatch(/^http:/);
    expect(started.said()).toContain('Domus opens in the browser: there is no display.');
  });

  it('keeps secrets out of its log', async () => {
    const { child, url } = await start();
    const link = await linkTo(url);
    await link.client.engine.info();
    await endProcess(child);
    const log = await readFile(join(state, 'log', 'engine.log'), 'utf8');
    expect(log).toContain('The engine is up');
    expect(log).not.toContain(new URL(url).hash.slice('#token='.length));
  });
});
