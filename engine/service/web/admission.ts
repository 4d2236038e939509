import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Why a request is turned away: HTTP status and a sentence. */
export interface Refusal {
  readonly status: number;
  readonly sentence: string;
}

/** Decides on a request from its headers. */
export type Admission = (request: IncomingMessage) => Refusal | null;

export const newToken = (): string => randomBytes(32).toString('base64url');

/** The subprotocol a client proves its token with: a browser can set no other header of a WebSocket. */
export const tokenProtocol = (token: string): string => `domus.${token}`;

/** Takes the same time whatever the two have in common. */
function sameSecret(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

/** Names under which browsers reach 127.0.0.1:PORT; they leave the port out when it is HTTP's own. */
export function localNames(port: number): string[] {
  const names = [`127.0.0.1:${port}`, `localhost:${port}`];
  return port === 80 ? [...names, '127.0.0.1', 'localhost'] : names;
}

/**
 * Every request to the loopback server must be addressed to the server itself. A page of another site that has its own
 * name resolve to 127.0.0.1 (DNS rebinding) sends its own name.
 */
export function admitHost(port: number): Admission {
  const names = localNames(port);
  return ({ headers }) =>
    names.includes(headers.host ?? '')
      ? null
      : { status: 403, sentence: 'This server answers to 127.0.0.1 and localhost only.' };
}

/**
 * Sockets on loopback: also from our own page (browsers always send Origin; programs need not) and with the token.
 * The answer to a wrong token is the same as to none.
 */
export function admitSocket(port: number, token: string): Admission {
  const host = admitHost(port);
  const origins = localNames(port).map((name) => `http://${name}`);
  const wanted = tokenProtocol(token);
  return (request) => {
    const refusal = host(request);
    if (refusal) return refusal;
    const { origin, 'sec-websocket-protocol': protocols = '' } = request.headers;
    if (origin !== undefined && !origins.includes(origin)) {
      return { status: 403, sentence: 'Pages of other sites may not talk to Domus.' };
    }
    const proven = protocols.split(',').some((protocol) => sameSecret(protocol.trim(), wanted));
    if (proven) return null;
    return { status: 401, sentence: 'The token is missing or wrong. Open the address that Domus printed.' };
  };
}
