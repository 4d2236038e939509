import { DomainDirectory, type DomainRecord } from './domain.ts';
import { refusal } from './error.ts';
import type { Node } from './node.ts';
import { removeTree } from './operations.ts';
import { childOf } from './path.ts';
import { ownerOf, type Permissions } from './permission.ts';
import { type NodeContent, NodeTable } from './tree.ts';
import { Transaction } from './transaction.ts';
import type { ChangeKind, View } from './view.ts';
import { type FireKind, WatchIndex } from './watch.ts';

/** A connection as the cause of messages. It may have to wait until they are delivered. */
export interface Origin {
  /** One more message is on its way: a reply to this connection, or an event it caused. */
  pendingAdded(): void;
  /** `count` of them are delivered, or given up. */
  pendingSettled(count: number): void;
}

/** Something with output waiting that should leave at the end of the present piece of work. */
export interface Flushable {
  flush(): void;
}

export type LogLevel = 'info' | 'warning';
export type Log = (level: LogLevel, text: string) => void;

/** Nodes, domains, watches and who has output waiting: what connections and the in-process API share. */
export class StoreCore {
  readonly domains = new DomainDirectory();
  readonly table: NodeTable;
  readonly watches: WatchIndex<Origin>;
  readonly log: Log;
  /** Every request goes to the log. */
  tracing = false;
  /** Ends the connection of a domain that is gone or introduced anew. */
  readonly domainConnections = new Map<number, { end(reason: 'released'): void }>();
  #lastOrder = 0;
  #waiting = new Set<Flushable>();
  #flushPlanned = false;

  constructor(log: Log) {
    this.log = log;
    this.domains.add(0, 0).introduced = true;
    this.table = new NodeTable(this.domains);
    this.watches = new WatchIndex((path) => this.table.get(path));
  }

  nextOrder(): number {
    this.#lastOrder += 1;
    return this.#lastOrder;
  }

  /** The committed nodes, for changes caused by `origin`. */
  liveView(origin: Origin | undefined): View {
    return new LiveView(this, origin);
  }

  fire(path: string, kind: FireKind, node?: Node, oldPermissions?: Permissions, origin?: Origin): void {
    this.watches.fire({ path, kind, node, oldPermissions, origin });
  }

  beginTransaction(caller: DomainRecord): Transaction {
    return new Transaction(this.table, this.domains, caller);
  }

  /** See Transaction.commit. */
  commit(transaction: Transaction, origin: Origin | undefined): void {
    transaction.commit((path, kind, node, before) => this.fire(path, kind, node, before, origin));
  }

  /** The hypervisor has this domain from now on: it can own nodes and be granted access. Idempotent. */
  domainCreated(domid: number): DomainRecord {
    // Half a step: later than every node there is, earlier than the next.
    return this.domains.get(domid) ?? this.domains.add(domid, this.table.generation + 0.5);
  }

  /** ENOENT for a domain the hypervisor does not have. Introducing again starts its connection afresh. */
  introduce(domid: number): void {
    const domain = this.domains.get(domid);
    if (!domain) throw refusal('ENOENT');
    this.domainConnections.get(domid)?.end('released');
    if (domain.introduced) return;
    domain.introduced = true;
    domain.shutDown = false;
    this.#fireSpecial('@introduceDomain', domid);
  }

  /** The domain is gone: its nodes, its permissions, its connection. Nothing happens for an unknown one. */
  domainDestroyed(domid: number): void {
    const domain = this.domains.get(domid);
    if (!domain || domid === 0) return;
    this.domainConnections.get(domid)?.end('released');
    if (domain.usage.now('nodes') > 0) this.#removeNodesOf(domid);
    this.domains.remove(domid);
    this.table.voidPermissionsOf(domid);
    if (domain.introduced) this.#fireSpecial('@releaseDomain', domid);
  }

  /** The domain has shut down or crashed; announced once until `resume`. */
  domainShutDown(domid: number): void {
    const domain = this.domains.get(domid);
    if (!domain?.introduced || domain.shutDown) return;
    domain.shutDown = true;
    this.#fireSpecial('@releaseDomain', domid);
  }

  /** Output of `who` leaves at the end of this piece of work (`flush`), or with the next microtask. */
  flushLater(who: Flushable): void {
    this.#waiting.add(who);
    if (this.#flushPlanned) return;
    this.#flushPlanned = true;
    queueMicrotask(() => this.flush());
  }

  flush(): void {
    this.#flushPlanned = false;
    const waiting = this.#waiting;
    if (waiting.size === 0) return;
    this.#waiting = new Set();
    for (const who of waiting) who.flush();
  }

  /** The classic event without a number, and the one with it for those who asked by depth or by name. */
  #fireSpecial(name: string, domid: number): void {
    const node = this.table.get(name);
    this.fire(name, 'plain', node);
    this.fire(`${name}/${domid}`, 'perDomain', node);
  }

  #removeNodesOf(domid: number): void {
    const view = this.liveView(undefined);
    const walk = (path: string): void => {
      const node = this.table.get(path);
      if (!node) return;
      if (ownerOf(node.permissions) === domid) removeTree(view, path);
      else for (const name of node.children.toArray()) walk(childOf(path, name));
    };
    walk('/');
    this.table.reclaimSpecial(domid);
  }
}

/** Sees and changes the committed nodes; watchers hear at once. */
class LiveView implements View {
  readonly remembers = false;
  readonly #core: StoreCore;
  readonly #origin: Origin | undefined;

  constructor(core: StoreCore, origin: Origin | undefined) {
    this.#core = core;
    this.#origin = origin;
  }

  get(path: string): Node | undefined {
    return this.#core.table.get(path);
  }

  put(path: string, content: NodeContent): Node {
    return this.#core.table.put(path, content);
  }

  delete(path: string): void {
    this.count();
    this.#core.table.delete(path);
  }

  count(): void {
    this.#core.table.nextGeneration();
  }

  changed(path: string, kind: ChangeKind, node: Node, oldPermissions?: Permissions): void {
    this.#core.fire(path, kind, node, oldPermissions, this.#origin);
  }

  nodesOwnedBy(domid: number): number {
    return this.#core.domains.get(domid)?.usage.now('nodes') ?? 0;
  }

  fail(): void {
    // Outside a transaction a refused change has simply not happened.
  }
}
