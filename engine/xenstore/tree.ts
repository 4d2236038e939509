import type { DomainDirectory } from './domain.ts';
import { ChildList, type Node, sizeOf } from './node.ts';
import { DOM0_ONLY, DOMID_ANY, ownerOf, type Permission, type Permissions } from './permission.ts';

/** The special nodes and their first permissions (xenstore reference §1 "Permissions"). */
const SPECIAL: readonly (readonly [path: string, permissions: Permissions])[] = [
  [
    '@releaseDomain',
    [
      { access: 'n', domid: 0 },
      { access: 'r', domid: DOMID_ANY },
    ],
  ],
  ['@introduceDomain', DOM0_ONLY],
];

/** Everything of a node but its generation. */
export type NodeContent = Omit<Node, 'generation'>;

/**
 * The committed nodes by canonical path, and the account of who owns how much. Nodes are immutable; the table is the
 * only thing that changes. Special nodes (`@…`) are in it without being anybody's children.
 */
export class NodeTable {
  readonly #nodes = new Map<string, Node>();
  readonly #domains: DomainDirectory;
  #generation = 0;

  constructor(domains: DomainDirectory) {
    this.#domains = domains;
    this.put('/', leaf(DOM0_ONLY, 'tool'));
    this.put('/tool', leaf(DOM0_ONLY, 'xenstored'));
    this.put('/tool/xenstored', leaf(DOM0_ONLY));
    for (const [path, permissions] of SPECIAL) this.put(path, leaf(permissions));
  }

  get size(): number {
    return this.#nodes.size;
  }

  /** That of the latest change. */
  get generation(): number {
    return this.#generation;
  }

  /** Every change counts, also those that leave no node behind, in step with the real daemon. */
  nextGeneration(): number {
    this.#generation += 1;
    return this.#generation;
  }

  get(path: string): Node | undefined {
    return this.#nodes.get(path);
  }

  /** Stores a new version under a new generation. */
  put(path: string, content: NodeContent): Node {
    const { value, permissions, children } = content;
    const node: Node = { value, permissions, children, generation: this.nextGeneration() };
    const old = this.#nodes.get(path);
    this.#nodes.set(path, node);
    this.#account(path, old, node);
    return node;
  }

  delete(path: string): void {
    const old = this.#nodes.get(path);
    if (!old) return;
    this.#nodes.delete(path);
    this.#account(path, old, undefined);
  }

  /** What a domain that is gone was allowed is nobody's from now on (xenstore reference §1 "Permissions"). */
  voidPermissionsOf(domid: number): void {
    for (const [path, node] of this.#nodes) {
      const { permissions } = node;
      if (permissions.length === 1) continue;
      if (!permissions.some((entry, index) => index > 0 && entry.domid === domid && !entry.void)) continue;
      const voided = permissions.map((entry, index) =>
        index > 0 && entry.domid === domid ? asVoid(entry) : entry,
      );
      this.#nodes.set(path, { ...node, permissions: voided });
    }
  }

  /** Special nodes that belonged to a domain that is gone are domain 0's again; they are never deleted. */
  reclaimSpecial(domid: number): void {
    for (const [path, permissions] of SPECIAL) {
      const node = this.#nodes.get(path);
      if (node && ownerOf(node.permissions) === domid) this.put(path, leaf(permissions));
    }
  }

  /** `list` with the entries void whose domain is not there, or is younger than `since` (a generation). */
  settle(list: Permissions, since: number): Permissions {
    const stale = (entry: Permission, index: number): boolean =>
      index > 0 && !entry.void && entry.domid !== DOMID_ANY && !this.#isThere(entry.domid, since);
    return list.some(stale)
      ? list.map((entry, index) => (stale(entry, index) ? asVoid(entry) : entry))
      : list;
  }

  #isThere(domid: number, since: number): boolean {
    const domain = this.#domains.get(domid);
    return domain !== undefined && domain.bornGeneration <= since;
  }

  #account(path: string, old: Node | undefined, now: Node | undefined): void {
    if (old) this.#charge(ownerOf(old.permissions), now ? 0 : -1, -sizeOf(old) - path.length);
    if (now) this.#charge(ownerOf(now.permissions), old ? 0 : 1, sizeOf(now) + path.length);
    if (!old || !now) return;
    const before = ownerOf(old.permissions);
    const after = ownerOf(now.permissions);
    if (before !== after) {
      this.#charge(before, -1, 0);
      this.#charge(after, 1, 0);
    }
  }

  #charge(domid: number, nodes: number, bytes: number): void {
    const domain = this.#domains.get(domid);
    if (!domain) return;
    if (nodes !== 0) this.#domains.charge(domain, 'nodes', nodes);
    this.#domains.charge(domain, 'memory', bytes);
  }
}

function leaf(permissions: Permissions, ...children: readonly string[]): NodeContent {
  const list = children.reduce((names, name) => names.append(name), ChildList.empty);
  return { value: '', permissions, children: list };
}

function asVoid(entry: Permission): Permission {
  return { access: entry.access, domid: entry.domid, void: true };
}
