import type { ContractRouterClient } from '@orpc/contract';
import { WebSocket } from 'ws';
import { decodeFrame, encodeFrame, type Frame } from '../api/channel.ts';
import type { DisplayContract } from '../api/contract-display.ts';
import type { Dom0Contract } from '../api/contract-dom0.ts';
import type { Contract } from '../api/contract.ts';
import type { ErrorCode } from '../api/error.ts';

/**
 * A client for programs that live for one call: it speaks oRPC's messages itself, so that neither oRPC nor the schemas
 * are loaded (they cost more than the call). The engine checks what it is sent; what it answers is trusted.
 */
export type XlClient = ContractRouterClient<Contract & Dom0Contract & DisplayContract>;

/** What a call failed with, as the engine said it. */
export class EngineFailure extends Error {
  readonly code: ErrorCode;
  readonly fix: string | undefined;

  constructor(code: ErrorCode, message: string, fix?: string) {
    super(message);
    this.name = 'EngineFailure';
    this.code = code;
    this.fix = fix;
  }
}

/** A raw channel (frames of channel.ts). */
export interface RawChannel {
  /** Resolves when the frame has left the process, so that a writer can wait; also when the channel is gone. */
  send(frame: Frame): Promise<void>;
  /** Frames that came before the first listener are kept for it. */
  onFrame(listener: (frame: Frame) => void): void;
  /** Resolves with the reason when the channel is gone. */
  readonly closed: Promise<string>;
  close(): void;
}

export interface EngineSession {
  readonly client: XlClient;
  openChannel(ticket: string): Promise<RawChannel>;
  close(): void;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** oRPC notes beside JSON which values JSON cannot have; answers of the engine use these two. */
const unusual: Readonly<Record<number, unknown>> = { 2: Number.NaN, 3: undefined };

type Fields = Record<string, unknown>;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

function restore(json: unknown, meta: unknown): unknown {
  if (!Array.isArray(meta)) return json;
  const root: Fields = { value: json };
  for (const [type, ...path] of meta as [number, ...string[]][]) {
    let at: unknown = root;
    const keys = ['value', ...path];
    const last = keys.pop() as string;
    for (const key of keys) at = isFields(at) ? at[key] : undefined;
    if (isFields(at) && type in unusual) at[last] = unusual[type];
  }
  return root['value'];
}

function failureOf(body: unknown): EngineFailure {
  const outer = isFields(body) ? body : {};
  const data = isFields(outer['data']) ? outer['data'] : {};
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
  const code = (text(data['code']) ?? 'ERROR_FAIL') as ErrorCode;
  const message = text(data['message']) ?? text(outer['message']) ?? 'The engine refused the call.';
  return new EngineFailure(code, message, text(data['fix']));
}

const lost = (): EngineFailure =>
  new EngineFailure('ENGINE_LOST', 'The connection to the engine was lost before it answered.');

/** Calls over one socket. Text messages `{ i, p: { u, b } }` and `{ i, p: { s, b } }` (decision 005). */
class Calls {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<string, Waiting>();
  #last = 0;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => this.#receive(data.toString('utf8')));
    socket.on('close', () => {
      for (const { reject } of this.#waiting.values()) reject(lost());
      this.#waiting.clear();
    });
  }

  call(path: readonly string[], input: unknown): Promise<unknown> {
    if (this.#socket.readyState !== WebSocket.OPEN) return Promise.reject(lost());
    const id = String((this.#last += 1));
    const body = input === undefined ? {} : { b: { json: input } };
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#socket.send(JSON.stringify({ i: id, p: { u: `/${path.join('/')}`, ...body } }));
    });
  }

  #receive(text: string): void {
    const { i: id, p: payload } = JSON.parse(text) as { i: string; p?: Fields };
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    this.#waiting.delete(id);
    const body = isFields(payload?.['b']) ? payload['b'] : {};
    const value = restore(body['json'], body['meta']);
    if (Number(payload?.['s'] ?? 200) >= 400) waiting.reject(failureOf(value));
    else waiting.resolve(value);
  }
}

type Call = (path: readonly string[], input: unknown) => Promise<unknown>;

/** `client.a.b(input)` becomes a call of `/a/b`. */
function callable(call: Call, path: readonly string[] = []): unknown {
  return new Proxy(() => undefined, {
    get: (_, key) => (typeof key === 'string' && key !== 'then' ? callable(call, [...path, key]) : undefined),
    apply: (_, __, [input]: unknown[]) => call(path, input),
  });
}

function opened(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.on('error', () => reject(new EngineFailure('ENGINE_LOST', 'The engine cannot be reached.')));
  });
}

const connect = (socketPath: string, path: string): WebSocket =>
  new WebSocket(`ws+unix:${socketPath}:${path}`, { perMessageDeflate: false });

async function openChannel(socketPath: string, ticket: string): Promise<RawChannel> {
  const socket = connect(socketPath, `/channel/${ticket}`);
  const closed = new Promise<string>((resolve) =>
    socket.once('close', (_, reason) => resolve(reason.toString('utf8'))),
  );
  const early: Frame[] = [];
  let listener = (frame: Frame): void => void early.push(frame);
  socket.on('message', (data: Buffer) => {
    const frame = decodeFrame(data);
    if (frame) listener(frame);
    else socket.close(1002, 'Malformed channel frame.');
  });
  await opened(socket);
  return {
    send: (frame) =>
      new Promise((resolve) => {
        socket.send(encodeFrame(frame), () => resolve());
      }),
    onFrame(next) {
      listener = next;
      for (const frame of early.splice(0)) next(frame);
    },
    closed,
    close: () => socket.close(),
  };
}

/** Connects to the engine that listens on a socket. Rejects with ENGINE_LOST when there is none. */
export async function openSession(socketPath: string): Promise<EngineSession> {
  const socket = connect(socketPath, '/rpc');
  const calls = new Calls(socket);
  await opened(socket);
  return {
    client: callable((path, input) => calls.call(path, input)) as XlClient,
    openChannel: (ticket) => openChannel(socketPath, ticket),
    close: () => socket.terminate(),
  };
}
