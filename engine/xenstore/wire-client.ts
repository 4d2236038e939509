import { encodeFrame, FrameDecoder } from './codec.ts';
import { ERROR_NAMES, type ErrorName, XenStoreError } from './error.ts';
import { MAX_PAYLOAD_BYTES, MESSAGE, type MessageName } from './protocol.ts';

/** A duplex byte stream: a socket, a channel, a pair in a test. */
export interface ByteStream {
  write(bytes: Uint8Array): void;
  onData(listener: (bytes: Uint8Array) => void): void;
  /** Called once when nothing more comes, with the error if one was the reason. */
  onClose(listener: (error?: Error) => void): void;
  close(): void;
}

export interface WatchEvent {
  readonly path: string;
  readonly token: string;
}

interface Waiting<T> {
  resolve(value: T): void;
  reject(error: Error): void;
}

/** Events a client may leave unread before it counts as broken. */
const MAX_UNREAD_EVENTS = 65_536;

/** The other end of the wire protocol: requests and events over any byte stream. Text is byte strings. */
export class WireClient {
  readonly #stream: ByteStream;
  readonly #decoder = new FrameDecoder();
  readonly #requests = new Map<number, Waiting<string>>();
  readonly #events: WatchEvent[] = [];
  readonly #readers: Waiting<WatchEvent>[] = [];
  #lastRequestId = 0;
  #gone: Error | undefined;

  constructor(stream: ByteStream) {
    this.#stream = stream;
    stream.onData((bytes) => this.#receive(bytes));
    stream.onClose((error) => this.#lose(error ?? new Error('The connection to XenStore was lost')));
  }

  /**
   * Resolves with the payload of the reply. Rejects with XenStoreError (the store refused; E2BIG without asking when
   * the payload does not fit a message), or with another error when the connection is or gets lost.
   */
  request(type: MessageName, payload: string, transactionId = 0): Promise<string> {
    if (payload.length > MAX_PAYLOAD_BYTES) return Promise.reject(new XenStoreError('E2BIG'));
    return new Promise((resolve, reject) => {
      if (this.#gone) {
        reject(this.#gone);
        return;
      }
      this.#lastRequestId = (this.#lastRequestId % 0xffff_ffff) + 1;
      this.#requests.set(this.#lastRequestId, { resolve, reject });
      this.#stream.write(encodeFrame(MESSAGE[type], this.#lastRequestId, transactionId, payload));
    });
  }

  /** Events in order, one per call. Rejects when the connection is gone and none is left. */
  nextEvent(): Promise<WatchEvent> {
    const event = this.#events.shift();
    if (event) return Promise.resolve(event);
    if (this.#gone) return Promise.reject(this.#gone);
    return new Promise((resolve, reject) => this.#readers.push({ resolve, reject }));
  }

  close(): void {
    this.#stream.close();
    this.#lose(new Error('The connection to XenStore was closed'));
  }

  #receive(bytes: Uint8Array): void {
    this.#decoder.push(bytes);
    for (let frame = this.#decoder.next(); frame; frame = this.#decoder.next()) {
      const payload = frame.buffer.toString('latin1', frame.start, frame.end);
      if (frame.type === MESSAGE.WATCH_EVENT) this.#takeEvent(payload);
      else this.#takeReply(frame.type, frame.requestId, payload);
    }
    if (this.#decoder.broken) this.#fail('XenStore sent a message that is too long');
  }

  #takeReply(type: number, requestId: number, payload: string): void {
    const waiting = this.#requests.get(requestId);
    this.#requests.delete(requestId);
    if (!waiting) return;
    if (type !== MESSAGE.ERROR) waiting.resolve(payload);
    else waiting.reject(new XenStoreError(errorName(payload)));
  }

  #takeEvent(payload: string): void {
    const [path = '', token = ''] = payload.split('\0');
    const reader = this.#readers.shift();
    if (reader) reader.resolve({ path, token });
    else if (this.#events.push({ path, token }) > MAX_UNREAD_EVENTS) this.#fail('Too many unread events');
  }

  #fail(reason: string): void {
    this.#stream.close();
    this.#lose(new Error(reason));
  }

  #lose(error: Error): void {
    if (this.#gone) return;
    this.#gone = error;
    for (const waiting of [...this.#requests.values(), ...this.#readers.splice(0)]) waiting.reject(error);
    this.#requests.clear();
  }
}

function errorName(payload: string): ErrorName {
  const name = payload.replace(/\0.*$/s, '');
  return (ERROR_NAMES as readonly string[]).includes(name) ? (name as ErrorName) : 'EIO';
}
