import type { Node } from './node.ts';
import type { NodeContent } from './tree.ts';
import type { Permissions } from './permission.ts';

/**
 * Who hears of a change of a node: `subtree` = watches on the node or any ancestor, `exact` = only watches on the node
 * itself (what a recursive removal does to descendants).
 */
export type ChangeKind = 'subtree' | 'exact';

/**
 * The nodes as one caller sees them: the committed ones, or those of a transaction. A transaction remembers every
 * path it was asked for, found or not, and conflicts when one of them changes outside.
 */
export interface View {
  /** True when `get` has the side effect of remembering. */
  readonly remembers: boolean;
  /** May refuse with ENOSPC (too many nodes in a transaction). */
  get(path: string): Node | undefined;
  put(path: string, content: NodeContent): Node;
  delete(path: string): void;
  /** A change that counts as one without being seen: a parent on the way out that lost a child first. */
  count(): void;
  /** A change is complete: watchers hear of it now, or when the transaction commits. */
  changed(path: string, kind: ChangeKind, node: Node, oldPermissions?: Permissions): void;
  /** How many nodes the domain owns, as this view sees it. */
  nodesOwnedBy(domid: number): number;
  /** A change could not be made as a whole; a transaction cannot be committed after this. */
  fail(): void;
}
