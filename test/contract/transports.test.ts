import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAddress } from '../../engine/cli/link.ts';
import { openBrowserDoor } from '../../engine/entry/browser-door.ts';
import { claim } from '../../engine/entry/ownership.ts';
import { createPrivateServer, openPrivateDoor } from '../../engine/entry/private-door.ts';
import { relay } from '../../engine/entry/relay.ts';
import type { Engine } from '../../engine/service/engine.ts';
import { closeCode } from '../../engine/service/transport/wire.ts';
import { portHarness } from './port-pair.ts';
import { socketHarness } from './socket-harness.ts';
import { describeTransport } from './transport-suite.ts';

async function privateDoor(engine: Engine) {
  const directory = await mkdtemp(join(tmpdir(), 'domus-sock-'));
  const socket = join(directory, 'domus.sock');
  const server = createPrivateServer(async () => '');
  const closeSockets = openPrivateDoor(server, engine);
  await claim(socket, server);
  const close = async (): Promise<void> => {
    closeSockets();
    await new Promise((resolve) => server.close(resolve));
    await rm(directory, { recursive: true });
  };
  return { socket, close };
}

describeTransport('message ports', async (engine) =>
  portHarness({
    rpc: (wire) => engine.serveRpc(wire),
    channel: (ticket, wire) => {
      if (!engine.openChannel(ticket, wire)) wire.close(closeCode.violation, 'Unknown ticket.');
    },
  }),
);

describeTransport('WebSocket on loopback TCP', async (engine) => {
  const door = await openBrowserDoor({ pages: tmpdir(), port: null }, engine);
  return socketHarness(parseAddress(door.url), () => door.close());
});

describeTransport('WebSocket on a Unix socket', async (engine) => {
  const { socket, close } = await privateDoor(engine);
  return socketHarness({ socket }, close);
});

describeTransport('message ports relayed to the engine of another process', async (engine) => {
  const { socket, close } = await privateDoor(engine);
  return portHarness(
    {
      rpc: (wire) => relay(wire, socket, '/rpc'),
      channel: (ticket, wire) => relay(wire, socket, `/channel/${encodeURIComponent(ticket)}`),
    },
    close,
  );
});
