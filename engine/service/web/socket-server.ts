import type { IncomingMessage, Server } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { maxMessageChars } from '../transport/request-frame.ts';
import { socketWire } from '../transport/socket-wire.ts';
import type { Wire } from '../transport/wire.ts';
import type { Admission, Refusal } from './admission.ts';

/** Who takes over a connection that was let in. */
export interface WireTakers {
  serveRpc(wire: Wire): void;
  /** False when there is no such ticket. */
  openChannel(ticket: string, wire: Wire): boolean;
}

const maxConnections = 256;

const goingAway: Refusal = { status: 503, sentence: 'Domus is closing.' };

function turnAway(socket: Duplex, { status, sentence }: Refusal): void {
  const body = `${sentence}\n`;
  socket.on('error', () => socket.destroy());
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
      'Connection: close',
      'Content-Type: text/plain; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  );
}

type Route = { readonly kind: 'rpc' } | { readonly kind: 'channel'; readonly ticket: string };

/** `/rpc` and `/channel/TICKET`; undefined for every other path. */
function routeOf(url: string | undefined): Route | undefined {
  if (url === '/rpc') return { kind: 'rpc' };
  const ticket = /^\/channel\/([A-Za-z0-9_-]{1,128})$/.exec(url ?? '')?.[1];
  return ticket === undefined ? undefined : { kind: 'channel', ticket };
}

/**
 * Adds `/rpc` and `/channel/TICKET` as WebSockets to an HTTP server, for whomever `admit` lets in. Compression is off
 * (its memory is the client's to spend), messages beyond the limit close the connection. Returns what ends them all.
 */
export function serveSockets(server: Server, admit: Admission, takers: WireTakers): () => void {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxMessageChars,
    perMessageDeflate: false,
    handleProtocols: ([first]) => first ?? false,
  });
  server.maxConnections = maxConnections;
  let closing = false;

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const refusal = closing ? goingAway : admit(request);
    if (refusal) return turnAway(socket, refusal);
    const route = routeOf(request.url);
    if (!route) return turnAway(socket, { status: 404, sentence: 'There is no such socket.' });
    sockets.handleUpgrade(request, socket, head, (accepted) => {
      const wire = socketWire(accepted);
      if (route.kind === 'rpc') takers.serveRpc(wire);
      else if (!takers.openChannel(route.ticket, wire)) wire.close(1008, 'The ticket is unknown or used.');
    });
  });
  return () => {
    closing = true;
    for (const client of sockets.clients) client.close(1001, goingAway.sentence);
    setTimeout(() => {
      for (const client of sockets.clients) client.terminate();
    }, 500).unref();
  };
}
