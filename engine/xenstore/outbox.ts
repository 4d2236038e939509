import { frameBytes, writeFrame } from './codec.ts';
import type { Origin } from './core.ts';
import { MESSAGE } from './protocol.ts';

const CHUNK_BYTES = 8192;

/** Messages on their way to a client, encoded one after another, so that a batch leaves as one write. */
export class Outbox {
  #chunk: Buffer = Buffer.alloc(0);
  #from = 0;
  #to = 0;
  #full: Buffer[] = [];
  #fullBytes = 0;
  /** Events that wait, to merge identical ones. */
  readonly #events = new Set<string>();
  /** Whose requests wait for these messages to leave, and for how many of them. */
  readonly #origins = new Map<Origin, number>();

  get bytes(): number {
    return this.#fullBytes + this.#to - this.#from;
  }

  get hasOrigins(): boolean {
    return this.#origins.size > 0;
  }

  /** Queues a reply; `origin` (a guest) waits for it to leave. */
  reply(type: number, requestId: number, transactionId: number, payload: string, origin?: Origin): void {
    this.#append(type, requestId, transactionId, payload);
    if (origin) this.#awaitedBy(origin);
  }

  /**
   * Queues an event, unless an identical one still waits (special events are never merged: xenstore reference §1).
   * The origin is told when it leaves.
   */
  event(path: string, token: string, origin: Origin | undefined): void {
    const payload = `${path}\0${token}\0`;
    if (path.charCodeAt(0) !== 0x40) {
      if (this.#events.has(payload)) return;
      this.#events.add(payload);
    }
    this.#append(MESSAGE.WATCH_EVENT, 0, 0, payload);
    if (origin) this.#awaitedBy(origin);
  }

  /** Everything queued, in order, for as few writes as possible; it counts as delivered. */
  take(): Buffer[] {
    const out = this.#full;
    if (this.#to > this.#from) out.push(this.#chunk.subarray(this.#from, this.#to));
    this.#full = [];
    this.#fullBytes = 0;
    this.#from = this.#to;
    if (this.#events.size > 0) this.#events.clear();
    this.settleOrigins();
    return out;
  }

  /** A copy of everything queued, which stays queued. */
  peek(): Buffer {
    return Buffer.concat([...this.#full, this.#chunk.subarray(this.#from, this.#to)]);
  }

  /** Whoever waits for these messages waits no longer. */
  settleOrigins(): void {
    if (this.#origins.size === 0) return;
    const origins = [...this.#origins];
    this.#origins.clear();
    for (const [origin, count] of origins) origin.pendingSettled(count);
  }

  #awaitedBy(origin: Origin): void {
    origin.pendingAdded();
    this.#origins.set(origin, (this.#origins.get(origin) ?? 0) + 1);
  }

  #append(type: number, requestId: number, transactionId: number, payload: string): void {
    const size = frameBytes(payload);
    if (this.#to + size > this.#chunk.length) this.#nextChunk(size);
    writeFrame(this.#chunk, this.#to, type, requestId, transactionId, payload);
    this.#to += size;
  }

  #nextChunk(size: number): void {
    if (this.#to > this.#from) {
      this.#full.push(this.#chunk.subarray(this.#from, this.#to));
      this.#fullBytes += this.#to - this.#from;
    }
    this.#chunk = Buffer.allocUnsafeSlow(Math.max(CHUNK_BYTES, size));
    this.#from = 0;
    this.#to = 0;
  }
}
