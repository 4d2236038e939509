import type { Origin, StoreCore } from './core.ts';
import type { DomainRecord } from './domain.ts';
import { refusal } from './error.ts';
import type { Scope } from './operations.ts';
import { domainPath } from './path.ts';
import type { Asker } from './permission.ts';
import type { Client } from './request.ts';
import type { Transaction } from './transaction.ts';
import type { View } from './view.ts';
import type { Watch, Watcher } from './watch.ts';

const MAX_TRANSACTION_ID = 0xffff_ffff;

/** A watch as its owner asked for it. */
export interface HeldWatch {
  readonly path: string;
  readonly token: string;
  readonly depth?: number;
}

/** What a connection has in the store: its watches and its transactions. */
export class ClientState implements Client {
  readonly core: StoreCore;
  readonly domain: DomainRecord;
  readonly asker: Asker;
  readonly home: string;
  readonly #self: Watcher<Origin> & Origin;
  readonly #live: View;
  readonly #watches = new Map<string, Watch<Origin>>();
  readonly #transactions = new Map<number, Transaction>();
  #nextTransactionId = 1;

  constructor(core: StoreCore, domain: DomainRecord, self: Watcher<Origin> & Origin) {
    this.core = core;
    this.domain = domain;
    this.home = domainPath(domain.domid);
    this.asker = {
      domid: domain.domid,
      privileged: domain.domid === 0,
      get targetDomid() {
        return domain.targetDomid;
      },
    };
    this.#self = self;
    this.#live = core.liveView(this.#origin);
  }

  /** The nodes as that transaction sees them, or the committed ones for 0. ENOENT for an unknown transaction. */
  scope(transactionId: number): Scope {
    const view = transactionId === 0 ? this.#live : this.#transactions.get(transactionId);
    if (!view) throw refusal('ENOENT');
    return { view, asker: this.asker, domain: this.domain, domains: this.core.domains };
  }

  addWatch(path: string, token: string, depth: number | undefined, relative: boolean): () => void {
    const key = `${path}\0${token}`;
    if (this.#watches.has(key)) throw refusal('EEXIST');
    const { domains } = this.core;
    if (domains.exceeded(this.domain, 'watches', this.domain.usage.now('watches') + 1))
      throw refusal('ENOSPC');
    if (domains.exceeded(this.domain, 'memory', this.domain.usage.now('memory') + key.length)) {
      throw refusal('ENOMEM');
    }
    const hiddenPrefix = relative ? this.home.length + 1 : 0;
    const watch = this.core.watches.add({ watcher: this.#self, path, token, depth, hiddenPrefix });
    this.#watches.set(key, watch);
    this.#charge(watch, 1);
    return () => this.#self.deliver(path.slice(hiddenPrefix), token, undefined);
  }

  removeWatch(path: string, token: string): void {
    const key = `${path}\0${token}`;
    const watch = this.#watches.get(key);
    if (!watch) throw refusal('ENOENT');
    this.#watches.delete(key);
    this.#drop(watch);
  }

  /** Watches as their owner named them, and the open transactions. */
  get held(): { watches: HeldWatch[]; transactions: number[] } {
    const watches = [...this.#watches.values()].map(({ path, token, depth, hiddenPrefix }) => ({
      path: path.slice(hiddenPrefix),
      token,
      ...(depth !== undefined && { depth }),
    }));
    return { watches, transactions: [...this.#transactions.keys()] };
  }

  /** A transaction of an earlier life: its owner may go on in it, and finds at the end that it has to begin again. */
  reviveTransaction(id: number): void {
    const { domains } = this.core;
    const taken = id < 1 || id > MAX_TRANSACTION_ID || this.#transactions.has(id);
    const open = this.domain.usage.now('transactions');
    if (taken || domains.exceeded(this.domain, 'transactions', open + 1)) return;
    const transaction = this.core.beginTransaction(this.domain);
    transaction.outdate();
    this.#transactions.set(id, transaction);
    domains.charge(this.domain, 'transactions', 1);
  }

  beginTransaction(): number {
    const { domains } = this.core;
    const open = this.domain.usage.now('transactions');
    if (domains.exceeded(this.domain, 'transactions', open + 1)) throw refusal('ENOSPC');
    const id = this.#unusedTransactionId();
    this.#transactions.set(id, this.core.beginTransaction(this.domain));
    domains.charge(this.domain, 'transactions', 1);
    return id;
  }

  endTransaction(id: number): Transaction {
    const transaction = this.#transactions.get(id);
    if (!transaction) throw refusal('ENOENT');
    this.#transactions.delete(id);
    this.core.domains.charge(this.domain, 'transactions', -1);
    return transaction;
  }

  commit(transaction: Transaction): void {
    this.core.commit(transaction, this.#origin);
  }

  resetWatches(): void {
    for (const watch of this.#watches.values()) this.#drop(watch);
    this.#watches.clear();
    for (const id of [...this.#transactions.keys()]) this.endTransaction(id).close();
  }

  /** Idempotent. */
  dispose(): void {
    this.resetWatches();
  }

  /** Only guests wait for the events they cause. */
  get #origin(): Origin | undefined {
    return this.asker.privileged ? undefined : this.#self;
  }

  #drop(watch: Watch<Origin>): void {
    this.core.watches.remove(watch);
    this.#charge(watch, -1);
  }

  #charge({ path, token }: Watch<Origin>, sign: 1 | -1): void {
    const { domains } = this.core;
    domains.charge(this.domain, 'watches', sign);
    domains.charge(this.domain, 'memory', sign * (path.length + token.length + 1));
  }

  #unusedTransactionId(): number {
    let id = this.#nextTransactionId;
    while (id === 0 || this.#transactions.has(id)) id = id >= MAX_TRANSACTION_ID ? 1 : id + 1;
    this.#nextTransactionId = id >= MAX_TRANSACTION_ID ? 1 : id + 1;
    return id;
  }
}
