import {
  type Connection,
  encodeFrame,
  FrameDecoder,
  MESSAGE,
  type MessageName,
  type XenStore,
} from '../../../engine/xenstore/index.ts';

/** A message as scripts show it: name and payload (a byte string). */
export type Shown = readonly [name: string, payload: string];

const NAMES = new Map<number, string>(Object.entries(MESSAGE).map(([name, type]) => [type, name]));

/** A client without a socket: sends requests, collects what comes back. */
export class ScriptClient {
  readonly received: { type: number; requestId: number; transactionId: number; payload: string }[] = [];
  /** Why the store ended the connection, if it did. */
  ended: string | undefined;
  /** While true the client takes no more than it has. */
  full = false;
  writes = 0;
  resumed = 0;
  readonly connection: Connection;
  readonly #decoder = new FrameDecoder();
  #requestId = 0;

  constructor(store: XenStore, domid = 0) {
    const sink = {
      write: (bytes: Uint8Array): boolean => {
        this.writes += 1;
        this.#take(bytes);
        return !this.full;
      },
      resume: (): void => {
        this.resumed += 1;
      },
      end: (reason: string): void => {
        this.ended = reason;
      },
    };
    this.connection = domid === 0 ? store.connectSocket(sink) : store.connectGuest(domid, sink);
  }

  /** Sends a request and gives everything that came since the last call. */
  ask(type: MessageName | number, payload: string, transactionId = 0): Shown[] {
    this.send(type, payload, transactionId);
    return this.take();
  }

  send(type: MessageName | number, payload: string, transactionId = 0): boolean {
    this.#requestId += 1;
    const number = typeof type === 'number' ? type : MESSAGE[type];
    return this.connection.feed(encodeFrame(number, this.#requestId, transactionId, payload));
  }

  /** What came since the last call. */
  take(): Shown[] {
    return this.received
      .splice(0)
      .map(({ type, payload }): Shown => [NAMES.get(type) ?? String(type), payload]);
  }

  #take(bytes: Uint8Array): void {
    this.#decoder.push(bytes);
    for (let frame = this.#decoder.next(); frame; frame = this.#decoder.next()) {
      const { type, requestId, transactionId } = frame;
      const payload = frame.buffer.toString('latin1', frame.start, frame.end);
      this.received.push({ type, requestId, transactionId, payload });
    }
  }
}
