import type { DomainDirectory, DomainRecord } from './domain.ts';
import { refusal } from './error.ts';
import { type Node, sizeOf } from './node.ts';
import { ownerOf, type Permissions } from './permission.ts';
import type { NodeContent, NodeTable } from './tree.ts';
import type { ChangeKind, View } from './view.ts';

/** A path the transaction has looked at. */
interface Seen {
  /** What was there at the first look; undefined = nothing. */
  readonly base: Node | undefined;
  now: Node | undefined;
  modified: boolean;
  fires: ChangeKind | undefined;
}

/** A committed change, in order of first access. `before` are the permissions the node had when first seen. */
export type CommitListener = (
  path: string,
  kind: ChangeKind,
  node: Node | undefined,
  before: Permissions | undefined,
) => void;

/**
 * Optimistic, per node (xenstore reference §1 "Transactions"): an overlay over the committed table. A path not yet
 * looked at shows its present committed state, as in the real daemon; from the first look on it stays as it was then.
 */
export class Transaction implements View {
  readonly remembers = true;
  readonly #table: NodeTable;
  readonly #domains: DomainDirectory;
  readonly #caller: DomainRecord;
  readonly #seen = new Map<string, Seen>();
  /** By how many nodes each owner's count changed. */
  readonly #ownedDelta = new Map<number, number>();
  /** Bytes charged to the caller for as long as the transaction is open. */
  #held = 0;
  #failed = false;
  #outdated = false;
  #created = false;

  constructor(table: NodeTable, domains: DomainDirectory, caller: DomainRecord) {
    this.#table = table;
    this.#domains = domains;
    this.#caller = caller;
    this.count();
  }

  get(path: string): Node | undefined {
    return this.#look(path).now;
  }

  put(path: string, content: NodeContent): Node {
    const seen = this.#look(path);
    const { value, permissions, children } = content;
    const node: Node = { value, permissions, children, generation: this.#table.nextGeneration() };
    if (!seen.now) this.#created = true;
    this.#replace(seen, node);
    return node;
  }

  delete(path: string): void {
    this.count();
    this.#replace(this.#look(path), undefined);
  }

  count(): void {
    this.#table.nextGeneration();
  }

  changed(path: string, kind: ChangeKind): void {
    const seen = this.#look(path);
    if (seen.fires !== 'subtree') seen.fires = kind;
  }

  nodesOwnedBy(domid: number): number {
    return (this.#domains.get(domid)?.usage.now('nodes') ?? 0) + (this.#ownedDelta.get(domid) ?? 0);
  }

  fail(): void {
    this.#failed = true;
  }

  /** What was seen in it is not to be relied on: its commit is a conflict, as if everything had changed. */
  outdate(): void {
    this.#outdated = true;
  }

  /**
   * Makes the changes visible, all at once. Refuses, changing nothing: ENOMEM after a failed change inside, ENOSPC
   * when an owner would have too many nodes now, EAGAIN on a conflict. The transaction is over in any case.
   */
  commit(onChange: CommitListener): void {
    this.close();
    if (this.#outdated) throw refusal('EAGAIN');
    if (this.#failed) throw refusal('ENOMEM');
    if (this.#created && this.#caller.domid !== 0) this.#checkOwners();
    for (const [path, seen] of this.#seen) {
      if (this.#table.get(path)?.generation !== seen.base?.generation) throw refusal('EAGAIN');
    }
    for (const [path, seen] of this.#seen) {
      if (seen.modified) this.#apply(path, seen, onChange);
    }
  }

  /** Forgets everything. Idempotent; also part of `commit`. */
  close(): void {
    this.#domains.charge(this.#caller, 'memory', -this.#held);
    this.#held = 0;
  }

  #apply(path: string, seen: Seen, onChange: CommitListener): void {
    let node: Node | undefined;
    if (seen.now) {
      const permissions = this.#table.settle(seen.now.permissions, seen.now.generation);
      node = this.#table.put(path, { ...seen.now, permissions });
    } else {
      this.#table.delete(path);
    }
    if (seen.fires) onChange(path, seen.fires, node, seen.base?.permissions);
  }

  #checkOwners(): void {
    for (const domid of this.#ownedDelta.keys()) {
      const owner = this.#domains.get(domid);
      if (owner && this.#domains.exceeded(owner, 'nodes', this.nodesOwnedBy(domid))) throw refusal('ENOSPC');
    }
  }

  #look(path: string): Seen {
    const known = this.#seen.get(path);
    if (known) return known;
    if (this.#domains.exceeded(this.#caller, 'transaction-nodes', this.#seen.size + 1)) {
      this.#failed = true;
      throw refusal('ENOSPC');
    }
    const base = this.#table.get(path);
    const seen: Seen = { base, now: base, modified: false, fires: undefined };
    this.#seen.set(path, seen);
    this.#domains.saw(this.#caller, 'transaction-nodes', this.#seen.size);
    this.#hold(path.length);
    return seen;
  }

  #replace(seen: Seen, node: Node | undefined): void {
    if (seen.now) this.#countOwner(seen.now, -1);
    if (node) this.#countOwner(node, 1);
    const own = seen.modified && seen.now ? sizeOf(seen.now) : 0;
    this.#hold((node ? sizeOf(node) : 0) - own);
    seen.now = node;
    seen.modified = true;
  }

  #countOwner(node: Node, amount: number): void {
    const owner = ownerOf(node.permissions);
    this.#ownedDelta.set(owner, (this.#ownedDelta.get(owner) ?? 0) + amount);
  }

  #hold(bytes: number): void {
    this.#held += bytes;
    this.#domains.charge(this.#caller, 'memory', bytes);
  }
}
