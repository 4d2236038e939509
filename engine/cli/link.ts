import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { WebSocket } from 'ws';
import { decodeFrame, DomusError, encodeFrame, type Contract, type Frame } from '../api/index.ts';

export type EngineClient = ContractRouterClient<Contract>;

/** Where an engine is: its Unix socket (or named pipe), or the address that browser mode printed, with its token. */
export type EngineAddress = { readonly socket: string } | { readonly url: string; readonly token: string };

/** A raw channel (frames of channel.ts), for programs. */
export interface ChannelLink {
  send(frame: Frame): void;
  /** Frames that came before the first listener are kept for it. */
  onFrame(listener: (frame: Frame) => void): void;
  /** Resolves when the channel is gone, with the close code and reason. */
  readonly closed: Promise<{ code: number; reason: string }>;
  close(): void;
}

export interface EngineLink {
  readonly client: EngineClient;
  openChannel(ticket: string): Promise<ChannelLink>;
  /** Resolves when the connection is gone, with the close code and reason. */
  readonly closed: Promise<{ code: number; reason: string }>;
  close(): void;
}

/** The printed address `http://127.0.0.1:PORT/#token=…` in its parts. */
export function parseAddress(text: string): EngineAddress {
  const url = new URL(text);
  const token = new URLSearchParams(url.hash.slice(1)).get('token') ?? '';
  return { url: url.origin, token };
}

function socketTo(address: EngineAddress, path: string): WebSocket {
  const options = { perMessageDeflate: false };
  if ('socket' in address) return new WebSocket(`ws+unix:${address.socket}:${path}`, options);
  const url = `${address.url.replace(/^http/, 'ws')}${path}`;
  return new WebSocket(url, address.token === '' ? [] : [`domus.${address.token}`], options);
}

function unreachable(error: Error): DomusError {
  const refused = /Unexpected server response: 40[13]/.test(error.message);
  if (refused) return new DomusError('BAD_REQUEST', 'The engine refused the connection: wrong or no token.');
  return new DomusError('ENGINE_LOST', 'The engine cannot be reached.', { fix: 'Start Domus first.' });
}

/** What a call fails with: when the connection is gone, that is why. */
function lostOr(error: unknown, socket: WebSocket): Error {
  if (socket.readyState === WebSocket.OPEN && error instanceof Error) return error;
  return new DomusError('ENGINE_LOST', 'The connection to the engine was lost before it answered.');
}

function opened(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.on('error', (error) => reject(unreachable(error)));
  });
}

const closing = (socket: WebSocket): Promise<{ code: number; reason: string }> =>
  new Promise((resolve) => {
    socket.once('close', (code, reason) => resolve({ code, reason: reason.toString('utf8') }));
  });

async function channelTo(address: EngineAddress, ticket: string): Promise<ChannelLink> {
  const socket = socketTo(address, `/channel/${ticket}`);
  const closed = closing(socket);
  const early: Frame[] = [];
  let listener = (frame: Frame): void => void early.push(frame);
  socket.on('message', (data: Buffer) => {
    const frame = decodeFrame(data);
    if (frame) listener(frame);
    else socket.close(1002, 'Malformed channel frame.');
  });
  await opened(socket);
  return {
    send: (frame) => socket.send(encodeFrame(frame)),
    onFrame(next) {
      listener = next;
      for (const frame of early.splice(0)) next(frame);
    },
    closed,
    close: () => socket.close(),
  };
}

/**
 * Connects a program to a running engine. Rejects with ENGINE_LOST when there is none, BAD_REQUEST when it refuses. A
 * connection that is lost makes calls in progress fail.
 */
export async function connectEngine(address: EngineAddress): Promise<EngineLink> {
  const socket = socketTo(address, '/rpc');
  const closed = closing(socket);
  await opened(socket);
  // `ws` implements the browser's interface; the two type declarations differ in details that are not used.
  const link = new RPCLink({
    websocket: socket as unknown as globalThis.WebSocket,
    interceptors: [(call) => call.next().catch((error: unknown) => Promise.reject(lostOr(error, socket)))],
  });
  return {
    client: createORPCClient(link),
    openChannel: (ticket) => channelTo(address, ticket),
    closed,
    close: () => socket.close(),
  };
}
