import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connectXenStore, xenstoreSocketPath } from '../../../engine/entry/xenstore-socket.ts';
import { serveXenStore, SocketInUseError, type XenStoreServer } from '../../../engine/entry/xenstored.ts';
import { encodeFrame, MESSAGE, XenStore } from '../../../engine/xenstore/index.ts';

let folder: string;
let socketPath: string;
const servers: XenStoreServer[] = [];

async function serve(store = new XenStore()): Promise<XenStoreServer> {
  const server = await serveXenStore(store, socketPath);
  servers.push(server);
  return server;
}

async function rawClient(): Promise<Socket> {
  const socket = connect(socketPath);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'domus-xs-'));
  socketPath = join(folder, 'run', 'xenstored', 'socket');
});

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
  await rm(folder, { recursive: true, force: true });
});

describe('the socket', () => {
  test('is only its owner’s, and gone after close together with the clients', async () => {
    const server = await serve();
    expect((await stat(socketPath)).mode & 0o777).toBe(0o600);
    expect(await readdir(join(folder, 'run', 'xenstored'))).toEqual(['socket']);
    const client = await connectXenStore(socketPath);
    const waiting = client.nextEvent();
    await Promise.all([server.close(), expect(waiting).rejects.toThrow()]);
    await server.close();
    expect(existsSync(socketPath)).toBe(false);
  });

  test('one that nobody answers on is replaced; one that is answered is left alone', async () => {
    const program = `require('net').createServer().listen(${JSON.stringify(socketPath)}, () => console.log('up'))`;
    await mkdir(join(folder, 'run', 'xenstored'), { recursive: true });
    const killed = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(killed.stdout, 'data');
    await expect(serve()).rejects.toThrow(SocketInUseError);
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    expect(existsSync(socketPath)).toBe(true);
    await serve();
    const client = await connectXenStore(socketPath);
    expect(await client.request('DIRECTORY', '/\0')).toBe('tool\0');
    client.close();
  });

  test('what a start cut short left behind is cleared away', async () => {
    const nursery = join(folder, 'run', 'xenstored', '.new');
    await mkdir(nursery, { recursive: true });
    await writeFile(join(nursery, 's'), '');
    await serve();
    expect(await readdir(join(folder, 'run', 'xenstored'))).toEqual(['socket']);
  });

  test('a path too long for a socket is refused in words', async () => {
    socketPath = join(folder, 'x'.repeat(100), 'socket');
    await expect(serve()).rejects.toThrow(/too long/);
  });

  test('a closing server leaves its successor’s socket alone', async () => {
    const first = await serve();
    await rm(socketPath);
    await serve();
    await first.close();
    expect(existsSync(socketPath)).toBe(true);
  });
});

describe('clients', () => {
  test('that leave in the middle of a message or a transaction leave nothing behind', async () => {
    const store = new XenStore();
    await serve(store);
    const socket = await rawClient();
    socket.write(encodeFrame(MESSAGE.TRANSACTION_START, 1, 0, '\0'));
    await once(socket, 'data');
    socket.write(encodeFrame(MESSAGE.WRITE, 2, 1, '/half\0v'));
    await once(socket, 'data');
    socket.end(encodeFrame(MESSAGE.WRITE, 3, 0, '/cut\0v').subarray(0, 19));
    await once(socket, 'close');
    const client = await connectXenStore(socketPath);
    expect(await client.request('DIRECTORY', '/\0')).toBe('tool\0');
    expect(await client.request('CONTROL', 'quota\x000\0')).toMatch(/transactions +: +0 /);
    client.close();
  });

  test('that announce too long a message are cut off', async () => {
    await serve();
    const socket = await rawClient();
    const closed = once(socket, 'close');
    const header = Buffer.alloc(16);
    header.writeUInt32LE(5000, 12);
    socket.resume().write(header);
    await closed;
  });

  test('that do not read hold up nobody, and lose their connection when too much piles up', async () => {
    const store = new XenStore({ socketBounds: { maxQueuedBytes: 256 * 1024 } });
    await serve(store);
    const slow = await rawClient();
    slow.pause();
    slow.write(encodeFrame(MESSAGE.WATCH, 1, 0, '/busy\0token\0'));
    const client = await connectXenStore(socketPath);
    const closed = new Promise((resolve) => slow.once('close', resolve));
    for (let round = 0; round < 200; round += 1) {
      const writes = Array.from({ length: 200 }, (_, count) =>
        client.request('WRITE', `/busy/${round}-${count}/${'x'.repeat(100)}\0v`),
      );
      expect(new Set(await Promise.all(writes))).toEqual(new Set(['OK\0']));
      await client.request('RM', '/busy\0');
    }
    slow.resume();
    await closed;
    client.close();
  });

  test('that ask much and read late get every answer in the end', async () => {
    const store = new XenStore();
    store.write('/v', 'v'.repeat(4000));
    await serve(store);
    const socket = await rawClient();
    socket.pause();
    const asked = 2000;
    const batch = Array.from({ length: asked }, (_, count) =>
      encodeFrame(MESSAGE.READ, count + 1, 0, '/v\0'),
    );
    socket.write(Buffer.concat(batch));
    await new Promise((resolve) => setTimeout(resolve, 50));
    let bytes = 0;
    socket.on('data', (chunk: Buffer) => (bytes += chunk.length));
    socket.resume();
    while (bytes < asked * 4016) await once(socket, 'data');
    expect(bytes).toBe(asked * 4016);
    socket.destroy();
  });
});

test('where the tools look for the socket', () => {
  expect(xenstoreSocketPath({})).toBe('/var/run/xenstored/socket');
  expect(xenstoreSocketPath({ XENSTORED_RUNDIR: '/r' })).toBe('/r/socket');
  expect(xenstoreSocketPath({ XENSTORED_RUNDIR: '/r', XENSTORED_PATH: '/p' })).toBe('/p');
  expect(xenstoreSocketPath({}, '/state/var/run/xenstored')).toBe('/state/var/run/xenstored/socket');
});
