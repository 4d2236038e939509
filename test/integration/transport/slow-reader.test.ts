import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectEngine, type EngineLink } from '../../../engine/cli/link.ts';
import { claim } from '../../../engine/entry/ownership.ts';
import { createPrivateServer, openPrivateDoor } from '../../../engine/entry/private-door.ts';
import { createEngine, type Engine } from '../../../engine/service/engine.ts';
import { fixedHosts } from '../../../engine/host/host-registry.ts';
import { domainInfo, MemoryHost } from '../../support/memory-host.ts';

/** A text frame from a client (RFC 6455 §5.2), masked with zeros. */
function textFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const header = Buffer.from([0x81, 0x80 | 126, payload.length >> 8, payload.length & 255, 0, 0, 0, 0]);
  return Buffer.concat([header, payload]);
}

/** A client that opens the RPC and then never reads a byte of what it is sent. */
function deafClient(path: string): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.write(
        'GET /rpc HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
          'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
      );
      socket.once('data', () => {
        socket.pause();
        resolve(socket);
      });
    });
    socket.on('error', () => {});
  });
}

describe('a client that does not read', () => {
  let engine: Engine;
  let host: MemoryHost;
  let link: EngineLink;
  let directory: string;
  let socket: string;
  let close: () => void;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'domus-slow-'));
    socket = join(directory, 's');
    engine = await createEngine({
      version: '0',
      recovered: false,
      log: { error: () => {} },
      hosts: async (sink) => fixedHosts([(host = new MemoryHost(sink))]),
    });
    const server = createPrivateServer(async () => '');
    const closeSockets = openPrivateDoor(server, engine);
    await claim(socket, server);
    close = () => {
      closeSockets();
      server.close();
    };
    link = await connectEngine({ socket });
  });
  afterEach(async () => {
    link.close();
    close();
    await engine.close();
    await rm(directory, { recursive: true });
  });

  it('is cut off when too much waits for it; others never notice', async () => {
    for (let i = 0; i < 1000; i += 1) host.put(domainInfo(`d${i}`, { boot: 'x'.repeat(300) }));
    const deaf = await deafClient(socket);
    const ended = new Promise<void>((resolve) => deaf.once('close', () => resolve()));
    for (let i = 0; i < 200; i += 1) {
      deaf.write(textFrame(JSON.stringify({ i: `c${i}`, p: { u: '/state/snapshot', b: {} } })));
      expect(await link.client.engine.info()).toMatchObject({ version: '0' });
    }
    // The end is only seen by one who reads; what was sent before it is bounded.
    let received = 0;
    deaf.on('data', (bytes: Buffer) => (received += bytes.length));
    deaf.resume();
    await ended;
    expect(received).toBeLessThan(40 * 1024 * 1024);
    expect((await link.client.state.snapshot()).objects).toHaveLength(1001);
  });
});
