import type { Frame } from './codec.ts';
import type { StoreCore } from './core.ts';
import type { DomainRecord } from './domain.ts';
import { refusal } from './error.ts';
import { type Scope } from './operations.ts';
import { canonical, countedLength } from './path.ts';
import type { Asker } from './permission.ts';
import type { Transaction } from './transaction.ts';

/** What requests need of the connection they came by. */
export interface Client {
  readonly core: StoreCore;
  readonly asker: Asker;
  /** The domain whose limits and home count: that of the guest, or domain 0 for local clients. */
  readonly domain: DomainRecord;
  readonly home: string;
  /** EEXIST, ENOSPC. Returns what announces the watch: the first event, which follows the reply. */
  addWatch(path: string, token: string, depth: number | undefined, relative: boolean): () => void;
  /** ENOENT. */
  removeWatch(path: string, token: string): void;
  beginTransaction(): number;
  endTransaction(id: number): Transaction;
  /** Drops all watches and transactions. */
  resetWatches(): void;
  commit(transaction: Transaction): void;
}

/** One request while it is being answered: its arguments, and the nodes as the caller sees them. */
export class Request {
  readonly client: Client;
  readonly scope: Scope;
  /** 0 = none. */
  readonly transactionId: number;
  /** What has to follow the reply. */
  afterReply: (() => void) | undefined;
  readonly #frame: Frame;

  constructor(client: Client, scope: Scope, frame: Frame, transactionId: number) {
    this.client = client;
    this.scope = scope;
    this.transactionId = transactionId;
    this.#frame = frame;
  }

  /** The only argument. EINVAL unless the payload has exactly one NUL, at its end. */
  only(): string {
    const { buffer, start, end } = this.#frame;
    const nul = buffer.indexOf(0, start);
    if (nul !== end - 1 || end === start) throw refusal('EINVAL');
    return this.#text(start, nul);
  }

  /** All arguments that end in NUL; what follows the last NUL is ignored. */
  all(): string[] {
    const { end, start } = this.#frame;
    const found: string[] = [];
    for (let at = start; at < end;) {
      const nul = this.#nul(at);
      if (nul < 0) break;
      found.push(this.#text(at, nul));
      at = nul + 1;
    }
    return found;
  }

  /** First argument, and all bytes after its NUL as a byte string. EINVAL without a NUL. */
  firstAndRest(): [string, string] {
    const { start, end } = this.#frame;
    const nul = this.#nul(start);
    if (nul < 0) throw refusal('EINVAL');
    return [this.#text(start, nul), this.#text(nul + 1, end)];
  }

  /** The canonical form of a path argument. EINVAL also when it is longer than the caller's quota. */
  path(text: string, allowSpecial = false): string {
    const { client } = this;
    const path = canonical(text, client.home, allowSpecial);
    const { domains } = client.core;
    const length = countedLength(path);
    if (domains.exceeded(client.domain, 'path-max', length)) throw refusal('EINVAL');
    domains.saw(client.domain, 'path-max', length);
    return path;
  }

  /** For the log: the name of the request and what of its payload can be shown. */
  describe(name: string): string {
    const { start, end } = this.#frame;
    return `${name} ${JSON.stringify(this.#text(start, Math.min(end, start + 256)))}`;
  }

  #nul(from: number): number {
    const at = this.#frame.buffer.indexOf(0, from);
    return at >= 0 && at < this.#frame.end ? at : -1;
  }

  #text(from: number, to: number): string {
    return this.#frame.buffer.toString('latin1', from, to);
  }
}

/** C's atoi, on the 32 bits the real daemon keeps: leading blanks, a sign, digits; the rest is ignored. */
export function leadingInteger(text: string): number {
  const match = /^[ \t\n\v\f\r]*([+-]?\d+)/.exec(text);
  return match ? Number(match[1]) | 0 : 0;
}

/** A domain number, 0..65535; an empty text is 0, as for C's strtoul. EINVAL. */
export function domidOf(text: string): number {
  const match = /^$|^[ \t\n\v\f\r]*([+-]?\d+)$/.exec(text);
  const domid = match ? Number(match[1] ?? 0) : NaN;
  if (!(domid >= 0 && domid <= 65535)) throw refusal('EINVAL');
  return Math.abs(domid);
}
