import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAddress } from '../../engine/cli/link.ts';
import { openBrowserDoor } from '../../engine/entry/browser-door.ts';
import { claim } from '../../engine/entry/ownership.ts';
import { createPrivateServer, openPrivateDoor } from '../../engine/entry/private-door.ts';
import { portHarness } from './port-pair.ts';
import { socketHarness } from './socket-harness.ts';
import { describeTransport } from './transport-suite.ts';

describeTransport('message ports', async (engine) => portHarness(engine));

describeTransport('WebSocket on loopback TCP', async (engine) => {
  const door = await openBrowserDoor({ pages: tmpdir(), port: null }, engine);
  return socketHarness(parseAddress(door.url), () => door.close());
});

describeTransport('WebSocket on a Unix socket', async (engine) => {
  const directory = await mkdtemp(join(tmpdir(), 'domus-sock-'));
  const socket = join(directory, 'domus.sock');
  const server = createPrivateServer(async () => '');
  const closeSockets = openPrivateDoor(server, engine);
  await claim(socket, server);
  return socketHarness({ socket }, async () => {
    closeSockets();
    await new Promise((resolve) => server.close(resolve));
    await rm(directory, { recursive: true });
  });
});
