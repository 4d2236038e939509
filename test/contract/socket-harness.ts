import { WebSocket } from 'ws';
import { connectEngine, type EngineAddress } from '../../engine/cli/link.ts';
import type { TransportHarness } from './transport-suite.ts';

/** A program that reaches the engine by WebSocket, over loopback TCP or a Unix socket. */
export function socketHarness(address: EngineAddress, close: () => Promise<void>): TransportHarness {
  return {
    connect: () => connectEngine(address),
    async raw(kind) {
      const path = kind === 'rpc' ? '/rpc' : `/channel/${kind.ticket}`;
      const socket =
        'socket' in address
          ? new WebSocket(`ws+unix:${address.socket}:${path}`)
          : new WebSocket(`${address.url.replace('http', 'ws')}${path}`, [`domus.${address.token}`]);
      const closed = new Promise((resolve) => socket.once('close', resolve));
      socket.on('error', () => {});
      await new Promise((resolve) => socket.once('open', resolve));
      return { send: (message) => socket.send(message), closed };
    },
    close,
  };
}
