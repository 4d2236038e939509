import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { decodeFrame, encodeFrame, type Frame } from '../../engine/api/index.ts';
import type { ChannelLink, EngineLink } from '../../engine/cli/link.ts';
import { portWire } from '../../engine/service/transport/port-wire.ts';
import type { Wire } from '../../engine/service/transport/wire.ts';
import type { TransportHarness } from './transport-suite.ts';

/** Who takes the engine's end of a pair of ports. */
export interface PortTakers {
  rpc(wire: Wire): void;
  channel(ticket: string, wire: Wire): void;
}

const closing = (port: MessagePort) =>
  new Promise<{ code: number; reason: string }>((resolve) => {
    port.once('close', () => resolve({ code: 1000, reason: '' }));
  });

/** What the desktop does: the engine's process gets one end of a pair of message ports, the client has the other. */
export function portHarness(
  takers: PortTakers,
  close: () => Promise<void> = async () => {},
): TransportHarness {
  const open: MessagePort[] = [];
  const pair = (): [MessagePort, Wire] => {
    const { port1, port2 } = new MessageChannel();
    open.push(port1);
    return [port1, portWire(port2)];
  };
  const rpcPort = (): MessagePort => {
    const [port, wire] = pair();
    takers.rpc(wire);
    return port;
  };
  const channelPort = (ticket: string): MessagePort => {
    const [port, wire] = pair();
    takers.channel(ticket, wire);
    return port;
  };
  const openChannel = async (ticket: string): Promise<ChannelLink> => {
    const port = channelPort(ticket);
    return {
      send: (frame: Frame) => port.postMessage(encodeFrame(frame)),
      onFrame: (listener) =>
        void port.on('message', (bytes: Uint8Array) => {
          const frame = decodeFrame(bytes);
          if (frame) listener(frame);
        }),
      closed: closing(port),
      close: () => port.close(),
    };
  };
  return {
    async connect(): Promise<EngineLink> {
      const port = rpcPort();
      const closed = closing(port);
      const client: EngineLink['client'] = createORPCClient(new RPCLink({ port }));
      port.start();
      return { client, openChannel, closed, close: () => port.close() };
    },
    async raw(kind) {
      const port = kind === 'rpc' ? rpcPort() : channelPort(kind.ticket);
      const closed = closing(port);
      port.start();
      return { send: (message) => port.postMessage(message), closed };
    },
    async close() {
      for (const port of open) port.close();
      await close();
    },
  };
}
