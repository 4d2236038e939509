import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { parseAddress } from '../../../engine/cli/link.ts';
import { openBrowserDoor, type BrowserDoor } from '../../../engine/entry/browser-door.ts';
import { createEngine, type Engine } from '../../../engine/service/engine.ts';
import { fixedHosts } from '../../../engine/host/host-registry.ts';
import { MemoryHost } from '../../support/memory-host.ts';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

let engine: Engine;
let door: BrowserDoor;
let directory: string;
let port: number;
let token: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'domus-door-'));
  const pages = join(directory, 'pages');
  await mkdir(join(pages, 'assets'), { recursive: true });
  await writeFile(join(pages, 'index.html'), '<!doctype html>');
  await writeFile(join(pages, 'assets', 'a-1.js'), 'export {}');
  await writeFile(join(directory, 'secret.txt'), 'secret');
  await symlink(join(directory, 'secret.txt'), join(pages, '.link'));
  engine = await createEngine({
    version: '0',
    recovered: false,
    log: { error: () => {} },
    hosts: async (sink) => fixedHosts([new MemoryHost(sink)]),
  });
  door = await openBrowserDoor({ pages, port: null }, engine);
  const address = parseAddress(door.url);
  if (!('url' in address)) throw new Error('no url');
  port = Number(new URL(address.url).port);
  token = address.token;
});
afterAll(async () => {
  await door.close();
  await engine.close();
  await rm(directory, { recursive: true });
});

function get(
  path: string,
  options: { method?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port, path, agent: false, ...options }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      );
    });
    request.on('error', reject);
    request.end();
  });
}

/** Status with which an attempt to open a socket is turned away; 101 when it is let in. */
function knock(path: string, protocols: string[], headers: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols, { headers });
    socket.on('unexpected-response', (_request, response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    socket.on('open', () => {
      socket.close();
      resolve(101);
    });
    socket.on('error', reject);
  });
}

describe('the page over HTTP', () => {
  it('comes with its content policy and is not cached', async () => {
    const { status, headers, text } = await get('/');
    expect({ status, text }).toEqual({ status: 200, text: '<!doctype html>' });
    expect(headers['content-security-policy']).toContain(`connect-src 'self' ws://127.0.0.1:${port}`);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['referrer-policy']).toBe('no-referrer');
    expect(headers['cross-origin-opener-policy']).toBe('same-origin');
    expect(headers['cross-origin-resource-policy']).toBe('same-origin');
    expect(headers['cache-control']).toBe('no-store');
  });

  it('has files that may be kept, and answers HEAD without them', async () => {
    const { headers, text } = await get('/assets/a-1.js', { method: 'HEAD' });
    expect(headers['cache-control']).toContain('immutable');
    expect(headers['content-length']).toBe('9');
    expect(text).toBe('');
  });

  it.each([
    ['/../secret.txt', 404],
    ['/%2e%2e/secret.txt', 404],
    ['/assets/..%2f..%2fsecret.txt', 404],
    ['/.link', 404],
    ['/assets', 404],
    ['/nothing.js', 404],
  ])('%s is not handed out', async (path, status) => {
    const answer = await get(path);
    expect(answer.status).toBe(status);
    expect(answer.text).not.toContain('secret');
  });

  it('answers nothing but GET and HEAD', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      expect((await get('/', { method })).status).toBe(405);
    }
  });

  it('answers to its own names only', async () => {
    expect((await get('/', { headers: { host: `evil.example:${port}` } })).status).toBe(403);
    expect((await get('/', { headers: { host: `localhost:${port}` } })).status).toBe(200);
  });

  it('listens on loopback, and keeps the token out of what it hands to servers', () => {
    expect(new URL(door.url).hostname).toBe('127.0.0.1');
    expect(new URL(door.url).hash).toBe(`#token=${token}`);
    expect(new URL(door.url).search).toBe('');
  });
});

describe('sockets on loopback', () => {
  const origin = () => `http://127.0.0.1:${port}`;

  it('let the page in with its token', async () => {
    expect(await knock('/rpc', [`domus.${token}`], { origin: origin() })).toBe(101);
  });

  it.each([
    ['without a token', [], {}, 401],
    ['with a wrong token', ['domus.wrong'], {}, 401],
    ['from another site', ['good'], { origin: 'https://evil.example' }, 403],
    ['under another name', ['good'], { host: 'evil.example' }, 403],
  ])('turn away who comes %s', async (_case, protocols, headers, status) => {
    const offered = protocols.map((protocol) => (protocol === 'good' ? `domus.${token}` : protocol));
    expect(await knock('/rpc', offered, headers as Record<string, string>)).toBe(status);
    expect(await knock('/channel/x', offered, headers as Record<string, string>)).toBe(status);
  });

  it('are /rpc and /channel only', async () => {
    expect(await knock('/other', [`domus.${token}`])).toBe(404);
    expect(await knock('/channel/../rpc', [`domus.${token}`])).toBe(101);
    expect(await knock('/channel/a/b', [`domus.${token}`])).toBe(404);
  });

  it('survive bytes that are no HTTP at all', async () => {
    await new Promise<void>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(Buffer.alloc(4096, 0xff)));
      socket.on('error', () => {});
      socket.on('close', () => resolve());
      socket.resume();
    });
    expect((await get('/')).status).toBe(200);
  });
});

describe('the port', () => {
  it('that was asked for and is taken is refused in a sentence', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port: taken } = other.address() as { port: number };
    await expect(openBrowserDoor({ pages: directory, port: taken }, engine)).rejects.toThrow(
      `Port ${taken} cannot be used`,
    );
    other.close();
  });

  it('is the next free one when none was asked for', async () => {
    const second = await openBrowserDoor({ pages: directory, port: null }, engine);
    expect(new URL(second.url).port).not.toBe(String(port));
    await second.close();
  });
});
