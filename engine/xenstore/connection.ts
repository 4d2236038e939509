import type { CancelTimer, Clock } from '../lib/clock.ts';
import { type Frame, FrameDecoder } from './codec.ts';
import { ClientState, type HeldWatch } from './client-state.ts';
import type { Flushable, Origin, StoreCore } from './core.ts';
import type { DomainRecord } from './domain.ts';
import { refusal, Refusal } from './error.ts';
import { canonical, isRelative } from './path.ts';
import { Outbox } from './outbox.ts';
import { MAX_PAYLOAD_BYTES, MESSAGE } from './protocol.ts';
import { requestKind } from './request-table.ts';
import { Request } from './request.ts';
import { TokenBucket } from './token-bucket.ts';
import type { Watcher } from './watch.ts';

/**
 * Why the store ended a connection. protocol: a message longer than 4,096 bytes; overflow: the client does not read
 * what it asked for; flood: it sends although told to wait; released: its domain is gone or was introduced anew.
 */
export type EndReason = 'protocol' | 'overflow' | 'flood' | 'released';

/** The way out to a client. None of its functions may call the connection before they return. */
export interface Sink {
  /** Takes all bytes, now the sink's own. False: no more until `Connection.drained()` is called. */
  write(bytes: Uint8Array): boolean;
  /** After `feed` returned false: input is welcome again. */
  resume(): void;
  /** The store has ended the connection: the transport closes. Called at most once, and never after `close()`. */
  end(reason: EndReason): void;
}

/** A client's stream. It never throws, whatever comes. */
export interface Connection {
  /** Bytes from the client, in any chunks; they belong to the connection. False: hold further ones until `resume`. */
  feed(bytes: Uint8Array): boolean;
  /** The sink can take more. */
  drained(): void;
  /** The client is gone. Idempotent. */
  close(): void;
  /** What has to be known to go on with this client elsewhere. Nothing changes here. */
  capture(): ConnectionState;
  /** Goes on with a client of elsewhere; call before anything else. What makes no sense here is left out. */
  revive(state: ConnectionState): void;
}

export interface ConnectionState {
  /** Of requests not answered yet. */
  readonly input: Uint8Array;
  /** Of answers and events that have not left. */
  readonly output: Uint8Array;
  readonly watches: readonly HeldWatch[];
  readonly transactions: readonly number[];
}

export interface ConnectionBounds {
  /** No further request is read while more than this waits to be written. */
  readonly pauseAboveBytes: number;
  /** Waiting output beyond this ends the connection. */
  readonly maxQueuedBytes: number;
  /** Unread input beyond this ends the connection. */
  readonly maxBacklogBytes: number;
  /** Requests per second on average, with bursts of a tenth of a second's worth; undefined = no limit. */
  readonly requestsPerSecond: number | undefined;
}

/** Requests answered before others get their turn. */
const REQUESTS_PER_TURN = 512;

/** For how long an event that a slow watcher does not take holds up the guest that caused it. */
const EVENT_TIMEOUT_MS = 20_000;

/** One client: decodes requests, answers them in order, queues replies and events; without IO. */
export class StreamConnection implements Connection, Watcher<Origin>, Origin, Flushable {
  readonly order: number;
  readonly #core: StoreCore;
  readonly #sink: Sink;
  readonly #bounds: ConnectionBounds;
  readonly #clock: Clock;
  readonly #state: ClientState;
  readonly #decoder = new FrameDecoder();
  readonly #outbox = new Outbox();
  readonly #bucket: TokenBucket | undefined;
  /** Replies not yet taken by the sink, and events this client caused that others have not yet taken. */
  #undelivered = 0;
  #sinkFull = false;
  #stalled = false;
  #pumping = false;
  #ended = false;
  #cancelPump: CancelTimer | undefined;
  #cancelTimeout: CancelTimer | undefined;

  constructor(core: StoreCore, domain: DomainRecord, sink: Sink, bounds: ConnectionBounds, clock: Clock) {
    this.#core = core;
    this.#sink = sink;
    this.#bounds = bounds;
    this.#clock = clock;
    this.order = core.nextOrder();
    this.#state = new ClientState(core, domain, this);
    const rate = bounds.requestsPerSecond;
    this.#bucket = rate === undefined ? undefined : new TokenBucket(rate, Math.max(1, rate / 10), clock);
  }

  get asker(): ClientState['asker'] {
    return this.#state.asker;
  }

  feed(bytes: Uint8Array): boolean {
    if (this.#ended) return false;
    this.#decoder.push(bytes);
    this.#pump();
    this.#core.flush();
    if (this.#stalled && this.#decoder.held > this.#bounds.maxBacklogBytes) this.end('flood');
    return !this.#stalled && !this.#ended;
  }

  drained(): void {
    if (this.#ended) return;
    this.#sinkFull = false;
    this.flush();
    this.#pump();
    this.#core.flush();
  }

  close(): void {
    this.#finish();
  }

  capture(): ConnectionState {
    return { input: this.#decoder.rest(), output: this.#outbox.peek(), ...this.#state.held };
  }

  revive({ input, output, watches, transactions }: ConnectionState): void {
    if (output.length > 0 && !this.#sink.write(output)) this.#sinkFull = true;
    for (const id of transactions) this.#state.reviveTransaction(id);
    for (const { path, token, depth } of watches) {
      try {
        const at = canonical(path, this.#state.home, true);
        this.#state.addWatch(at, token, depth, isRelative(path))();
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
      }
    }
    this.feed(input);
  }

  /** The store ends the connection. */
  end(reason: EndReason): void {
    if (this.#ended) return;
    this.flush();
    this.#finish();
    this.#core.log('warning', `xenstore: connection of domain ${this.asker.domid} ended: ${reason}`);
    this.#sink.end(reason);
  }

  deliver(path: string, token: string, origin: Origin | undefined): void {
    if (this.#ended || path.length + token.length + 2 > MAX_PAYLOAD_BYTES) return;
    this.#outbox.event(path, token, origin);
    this.#queued();
  }

  pendingAdded(): void {
    this.#undelivered += 1;
  }

  pendingSettled(count: number): void {
    this.#undelivered -= count;
    if (this.#stalled && !this.#pumping) this.#pumpLater(0);
  }

  flush(): void {
    if (this.#ended || this.#sinkFull) return;
    for (const chunk of this.#outbox.take()) if (!this.#sink.write(chunk)) this.#sinkFull = true;
    this.#cancelTimeout?.();
    this.#cancelTimeout = undefined;
  }

  /** Something was added to the outbox. */
  #queued(): void {
    if (this.#outbox.bytes > this.#bounds.maxQueuedBytes) {
      this.end('overflow');
      return;
    }
    if (this.#sinkFull && this.#outbox.hasOrigins && !this.#cancelTimeout) {
      this.#cancelTimeout = this.#clock.after(EVENT_TIMEOUT_MS, () => {
        this.#cancelTimeout = undefined;
        this.#outbox.settleOrigins();
      });
    }
    this.#core.flushLater(this);
  }

  #pump(): void {
    if (this.#pumping || this.#ended) return;
    this.#pumping = true;
    const wasStalled = this.#stalled;
    this.#stalled = !this.#answerWhatMayBe();
    this.#pumping = false;
    if (this.#decoder.broken) this.end('protocol');
    else if (wasStalled && !this.#stalled && !this.#ended) this.#sink.resume();
  }

  /** True when all whole messages are answered; false when the rest has to wait. */
  #answerWhatMayBe(): boolean {
    for (let turn = REQUESTS_PER_TURN; !this.#ended; turn -= 1) {
      if (turn === 0) {
        this.#pumpLater(0);
        return false;
      }
      if (!this.#mayAnswer()) return false;
      // Looking for leave to answer delivers events, and whoever hears them may have ended this connection.
      if (this.#ended) return true;
      const frame = this.#decoder.next();
      if (!frame) return true;
      this.#bucket?.take();
      this.#answer(frame);
    }
    return true;
  }

  #mayAnswer(): boolean {
    if (this.#outbox.bytes > this.#bounds.pauseAboveBytes) this.flush();
    if (this.#outbox.bytes > this.#bounds.pauseAboveBytes) return false;
    if (this.asker.privileged) return true;
    if (this.#tooManyPending()) this.#core.flush();
    if (this.#tooManyPending()) return false;
    const waitMs = this.#bucket?.waitMs() ?? 0;
    if (waitMs > 0) this.#pumpLater(waitMs);
    return waitMs === 0;
  }

  #tooManyPending(): boolean {
    return this.#state.domain.limits.exceeded('outstanding', this.#undelivered + 1);
  }

  #pumpLater(delayMs: number): void {
    if (this.#cancelPump || this.#ended) return;
    this.#cancelPump = this.#clock.after(delayMs, () => {
      this.#cancelPump = undefined;
      this.#pump();
      this.#core.flush();
    });
  }

  #answer(frame: Frame): void {
    const kind = requestKind(frame.type);
    let type = frame.type;
    let payload: string;
    let afterReply: (() => void) | undefined;
    try {
      if (!kind) throw refusal('ENOSYS');
      if (kind.privileged && !this.asker.privileged) throw refusal('EACCES');
      const transactionId = kind.ignoresTransaction ? 0 : frame.transactionId;
      const request = new Request(this.#state, this.#state.scope(transactionId), frame, transactionId);
      if (this.#core.tracing)
        this.#core.log('info', `xenstore: domain ${this.asker.domid} ${request.describe(kind.name)}`);
      payload = kind.answer(request);
      afterReply = request.afterReply;
      if (payload.length > MAX_PAYLOAD_BYTES) throw refusal('E2BIG');
    } catch (error) {
      type = MESSAGE.ERROR;
      payload = `${this.#codeOf(error)}\0`;
    }
    if (this.#ended) return;
    const origin = this.asker.privileged ? undefined : this;
    this.#outbox.reply(type, frame.requestId, frame.transactionId, payload, origin);
    this.#queued();
    afterReply?.();
  }

  #codeOf(error: unknown): string {
    if (error instanceof Refusal) return error.code;
    this.#core.log('warning', `xenstore: a request failed unexpectedly: ${String(error)}`);
    return 'EIO';
  }

  #finish(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#cancelPump?.();
    this.#cancelTimeout?.();
    this.#state.dispose();
    this.#outbox.settleOrigins();
    const { domainConnections } = this.#core;
    if (domainConnections.get(this.asker.domid) === this) domainConnections.delete(this.asker.domid);
  }
}
