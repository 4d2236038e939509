import { ORPCError } from '@orpc/server';
import { RPCHandler } from '@orpc/server/message-port';
import { DomusError, type ErrorData } from '../../api/index.ts';
import { asDomusError, type ErrorLog } from '../failure.ts';
import type { EngineRouter } from '../router.ts';
import { readRequestFrame } from './request-frame.ts';
import { closeCode, maxBufferedBytes, type Wire } from './wire.ts';

/** Calls one connection may have in progress; a client of ours has a handful. */
export const maxCallsInFlight = 256;

/** Serves the contract over wires, whatever they are made of. */
export type RpcServer = (wire: Wire) => void;

interface Connection {
  /** Handlers at work for this connection, also those whose caller has given up. */
  running: number;
}

function orpcError(data: ErrorData): ORPCError<'DOMUS', ErrorData> {
  return new ORPCError('DOMUS', { defined: true, status: 400, message: data.message, data });
}

/** oRPC reports input that breaks the schema with the schema's findings; people get the first one. */
function badRequest(error: ORPCError<string, unknown>): DomusError {
  const issues = (
    error.data as { issues?: readonly { message: string; path?: readonly PropertyKey[] }[] } | null
  )?.issues;
  const first = issues?.[0];
  if (!first) return new DomusError('BAD_REQUEST', 'The call was not well formed.');
  const field = (first.path ?? []).map(String).join('.').slice(0, 200);
  return new DomusError('BAD_REQUEST', first.message, field === '' ? {} : { field });
}

/** What oRPC throws when the input does not fit the schema. */
function asBadRequest(reason: unknown): ORPCError<string, unknown> | null {
  if (!(reason instanceof ORPCError)) return null;
  const error = reason as ORPCError<string, unknown>;
  return error.code === 'BAD_REQUEST' ? error : null;
}

function report(reason: unknown, log: ErrorLog, doing: string): ORPCError<'DOMUS', ErrorData> {
  const refused = asBadRequest(reason);
  const error = refused ? badRequest(refused) : asDomusError(reason, log, doing);
  return orpcError(error.toData());
}

/** oRPC's reader of special values throws TypeErrors at data that contradicts itself: the client's fault, not ours. */
const isUndecodable = (reason: unknown): boolean =>
  reason instanceof TypeError && reason.message.startsWith('Invalid RPC serialized data');

/**
 * One server for all transports: a guard, then oRPC's message port adapter. Whatever a client sends that is not a
 * well-formed call, that is too large or too much, closes its own connection and concerns nobody else.
 */
export function createRpcServer(router: EngineRouter, log: ErrorLog): RpcServer {
  const handler = new RPCHandler<Connection>(router, {
    interceptors: [
      async ({ context, request, ...rest }) => {
        const doing = `The call ${request.url.pathname.slice(1).replaceAll('/', '.')}`;
        try {
          const result = await rest.next();
          if (result.matched) return result;
          throw new DomusError('BAD_REQUEST', `${doing} does not exist.`);
        } catch (reason) {
          const cause = isUndecodable(reason)
            ? new DomusError('BAD_REQUEST', 'The call was not well formed.')
            : reason;
          throw report(cause, log, doing);
        } finally {
          context.running -= 1;
        }
      },
    ],
  });
  return (wire) => {
    const connection: Connection = { running: 0 };
    handler.upgrade(guard(wire, connection), { context: connection });
  };
}

/** The id of an answer; oRPC writes it first. */
const answerId = (message: string): string | undefined => /^\{"i":"([^"\\]*)"/.exec(message)?.[1];

/** A port as oRPC wants it, letting through only what `readRequestFrame` approves of. */
function guard(wire: Wire, connection: Connection) {
  /** Calls without an answer yet. */
  const waiting = new Set<string>();

  const verdict = (message: string | Uint8Array | null): string | null => {
    const frame = readRequestFrame(message);
    if (frame.type === 'bad') return frame.reason;
    if (frame.type === 'abort') {
      waiting.delete(frame.id);
      return null;
    }
    if (waiting.has(frame.id)) return 'Two calls have the same id.';
    if (connection.running >= maxCallsInFlight) return 'Too many calls at once.';
    waiting.add(frame.id);
    connection.running += 1;
    return null;
  };

  return {
    postMessage(message: string): void {
      const id = answerId(message);
      if (id !== undefined) waiting.delete(id);
      wire.send(message);
      if (wire.bufferedBytes() > maxBufferedBytes) wire.close(closeCode.tooSlow, 'Answers are not read.');
    },
    on(event: string, listener: (event?: { data: unknown }) => void): void {
      if (event === 'close') wire.onClose(() => listener());
      if (event !== 'message') return;
      let closed = false;
      wire.onMessage((message) => {
        if (closed) return;
        const reason = verdict(message);
        if (reason === null) return listener({ data: message });
        closed = true;
        wire.close(closeCode.violation, reason);
      });
    },
  };
}
