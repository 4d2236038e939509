import { type Clock, systemClock } from '../lib/clock.ts';
import { type Connection, type ConnectionBounds, type Sink, StreamConnection } from './connection.ts';
import { type Log, StoreCore } from './core.ts';
import type { DomainRecord } from './domain.ts';
import { Refusal, XenStoreError } from './error.ts';
import { LocalWatcher, type WatchListener } from './local-watcher.ts';
import { childOf } from './path.ts';
import type { Permissions } from './permission.ts';
import { StoreAccess } from './store-access.ts';
import { fromBytes } from './text.ts';

export interface XenStoreOptions {
  readonly clock?: Clock;
  /** What the administrator should see: connections ended, CONTROL print, traced requests. */
  readonly log?: Log;
  /** A watch listener threw. Without this its error reaches the log. */
  readonly onListenerError?: (error: unknown) => void;
  readonly guestBounds?: Partial<ConnectionBounds>;
  readonly socketBounds?: Partial<ConnectionBounds>;
}

/** A guest may ask 2,000 times a second, and may leave about 20 messages and some events unread. */
const GUEST_BOUNDS: ConnectionBounds = {
  pauseAboveBytes: 16 * 1024,
  maxQueuedBytes: 256 * 1024,
  maxBacklogBytes: 64 * 1024,
  requestsPerSecond: 2000,
};

/** Local clients are root's tools: no rate, but they too are cut off when they do not read. */
const SOCKET_BOUNDS: ConnectionBounds = {
  pauseAboveBytes: 64 * 1024,
  maxQueuedBytes: 4 * 1024 * 1024,
  maxBacklogBytes: 1024 * 1024,
  requestsPerSecond: undefined,
};

/** A transaction of the in-process API. Legal until `commit` or `abort`; afterwards every call throws ENOENT. */
export interface StoreTransaction extends StoreAccess {
  /** False: something it looked at changed meanwhile, nothing was done, begin again. */
  commit(): boolean;
  abort(): void;
}

export type Unsubscribe = () => void;

/** One node of a dump. */
export interface DumpedNode {
  readonly path: string;
  readonly value: string;
  readonly permissions: Permissions;
}

/**
 * The store of one host. Its own methods act with domain 0's rights, at once and synchronously; watchers and clients
 * hear in the next microtask. Values are text (UTF-8 in the store). Everything that can be refused throws
 * XenStoreError with the wire's error name. Relative paths are those of `/local/domain/0`.
 */
export class XenStore extends StoreAccess {
  readonly #core: StoreCore;
  readonly #clock: Clock;
  readonly #local: LocalWatcher;
  readonly #guestBounds: ConnectionBounds;
  readonly #socketBounds: ConnectionBounds;

  constructor(options: XenStoreOptions = {}) {
    const log: Log = options.log ?? (() => undefined);
    const core = new StoreCore(log);
    super(core, core.liveView(undefined));
    this.#core = core;
    this.#clock = options.clock ?? systemClock;
    this.#guestBounds = { ...GUEST_BOUNDS, ...options.guestBounds };
    this.#socketBounds = { ...SOCKET_BOUNDS, ...options.socketBounds };
    const onError =
      options.onListenerError ?? ((error) => log('warning', `xenstore: a watch listener: ${String(error)}`));
    this.#local = new LocalWatcher(core, onError);
  }

  /** Number of nodes, special ones included. */
  get nodeCount(): number {
    return this.#core.table.size;
  }

  begin(): StoreTransaction {
    const transaction = this.#core.beginTransaction(this.#domain(0));
    return new OpenTransaction(this.#core, transaction);
  }

  /**
   * Runs `change` in a transaction and commits it; when `change` throws, nothing is done and the error comes through.
   * As nothing else runs meanwhile there is no conflict to handle. `change` must not be asynchronous.
   */
  transaction<T>(change: (transaction: StoreAccess) => T): T {
    const transaction = this.begin();
    let result: T;
    try {
      result = change(transaction);
    } catch (error) {
      transaction.abort();
      throw error;
    }
    if (!transaction.commit()) throw new XenStoreError('EAGAIN');
    return result;
  }

  /**
   * `listener` hears of changes at or below `path` (at most `depth` levels below), first of all of `path` itself, as
   * with the real store. Identical changes not yet heard of are one. Never called before `watch` has returned.
   */
  watch(path: string, listener: WatchListener, options: { readonly depth?: number } = {}): Unsubscribe {
    return this.guard(path, () => this.#local.watch(this.canonical(path, true), listener, options.depth));
  }

  /** Every node at and below `path` in the order of the tree: what a browser of the store shows. */
  dump(path = '/'): DumpedNode[] {
    const found: DumpedNode[] = [];
    const pending = [this.guard(path, () => this.canonical(path, false))];
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      const node = this.#core.table.get(at);
      if (!node) continue;
      found.push({ path: at, value: fromBytes(node.value), permissions: node.permissions });
      for (const name of node.children.toArray().reverse()) pending.push(childOf(at, name));
    }
    return found;
  }

  /** The hypervisor has created the domain: from now on it can own nodes and be granted access. Idempotent. */
  domainCreated(domid: number): void {
    this.#core.domainCreated(domid);
  }

  /** Fires `@introduceDomain`. ENOENT when `domainCreated` was not called. Again: its connection starts afresh. */
  introduce(domid: number): void {
    this.guard(domid, () => this.#core.introduce(domid));
  }

  isIntroduced(domid: number): boolean {
    return this.#core.domains.get(domid)?.introduced === true;
  }

  /** The domain has shut down or crashed: fires `@releaseDomain`, once until `resume`. */
  domainShutDown(domid: number): void {
    this.#core.domainShutDown(domid);
  }

  /** The domain runs on after a suspend: its next shutdown is announced again. */
  resume(domid: number): void {
    this.guard(domid, () => (this.#domain(domid).shutDown = false));
  }

  /** The domain is gone: deletes the nodes it owns, its rights and its connection; fires `@releaseDomain`. Idempotent. */
  release(domid: number): void {
    this.#core.domainDestroyed(domid);
  }

  /** `domid` (a stub domain) gets the rights of `targetDomid` as well. ENOENT. */
  setTarget(domid: number, targetDomid: number): void {
    this.guard(domid, () => (this.#domain(domid).targetDomid = this.#domain(targetDomid).domid));
  }

  /**
   * A guest's own stream, with the guest's rights. The domain must be created (ENOENT) and be none but a guest
   * (EINVAL); an earlier stream of it ends.
   */
  connectGuest(domid: number, sink: Sink): Connection {
    if (domid === 0) throw new XenStoreError('EINVAL', 'domain 0');
    const domain = this.guard(domid, () => this.#domain(domid));
    const connections = this.#core.domainConnections;
    connections.get(domid)?.end('released');
    const connection = new StreamConnection(this.#core, domain, sink, this.#guestBounds, this.#clock);
    connections.set(domid, connection);
    return connection;
  }

  /** A local client with domain 0's rights. */
  connectSocket(sink: Sink): Connection {
    return new StreamConnection(this.#core, this.#domain(0), sink, this.#socketBounds, this.#clock);
  }

  #domain(domid: number): DomainRecord {
    const domain = this.#core.domains.get(domid);
    if (!domain) throw new XenStoreError('ENOENT', `domain ${domid}`);
    return domain;
  }
}

class OpenTransaction extends StoreAccess implements StoreTransaction {
  readonly #core: StoreCore;
  readonly #transaction: ReturnType<StoreCore['beginTransaction']>;

  constructor(core: StoreCore, transaction: ReturnType<StoreCore['beginTransaction']>) {
    super(core, transaction);
    this.#core = core;
    this.#transaction = transaction;
  }

  commit(): boolean {
    this.assertOpen();
    this.over();
    try {
      this.#core.commit(this.#transaction, undefined);
      return true;
    } catch (error) {
      if (error instanceof Refusal && error.code === 'EAGAIN') return false;
      throw error instanceof Refusal ? new XenStoreError(error.code) : error;
    }
  }

  abort(): void {
    this.over();
    this.#transaction.close();
  }
}
