import type { XenstoreNode } from '../../../engine/api/dom0.ts';
import { toText } from './store-text.ts';

/** What is known of one node. Values are bytes as latin-1. */
export interface StoreNode {
  readonly path: string;
  readonly name: string;
  readonly value: string;
  /** Paths in the store's order; null until the node itself was read. */
  readonly children: readonly string[] | null;
  readonly leaf: boolean;
}

/** The nodes seen so far, by path. Changed in place by the functions here. */
export type StoreTree = Map<string, StoreNode>;

export const childPath = (path: string, name: string): string =>
  path === '/' ? `/${name}` : `${path}/${name}`;
export const parentPath = (path: string): string => path.slice(0, Math.max(1, path.lastIndexOf('/')));
const nameOf = (path: string): string => (path === '/' ? '/' : path.slice(path.lastIndexOf('/') + 1));

export const isWithin = (path: string, root: string): boolean =>
  root === '/' || path === root || path.startsWith(`${root}/`);

/** Forgets a node and all below it. */
export function forget(tree: StoreTree, path: string): void {
  for (const child of tree.get(path)?.children ?? []) forget(tree, child);
  tree.delete(path);
}

/** Takes in what was read of one node and its children. What is gone is forgotten. */
export function takeIn(tree: StoreTree, read: XenstoreNode): void {
  const children = read.children.map(({ name }) => childPath(read.path, name));
  const still = new Set(children);
  for (const child of tree.get(read.path)?.children ?? []) if (!still.has(child)) forget(tree, child);
  const { path, value } = read;
  tree.set(path, { path, name: nameOf(path), value, children, leaf: children.length === 0 });
  for (const child of read.children) {
    const own = childPath(path, child.name);
    const known = tree.get(own);
    tree.set(own, {
      path: own,
      name: child.name,
      value: child.value,
      children: child.leaf && known?.children ? [] : (known?.children ?? null),
      leaf: child.leaf,
    });
  }
}

/** Which nodes are to be read again when these paths changed: those that were read, and the parents that list them. */
export function toReadAgain(tree: StoreTree, changed: readonly string[]): string[] {
  const again = new Set<string>();
  for (const path of changed) {
    for (const near of [path, parentPath(path)]) if (tree.get(near)?.children) again.add(near);
  }
  return [...again];
}

/** The node itself, or the nearest one above it that is known: where a change below is shown. */
export function nearestKnown(tree: StoreTree, path: string): string | null {
  for (let at = path; ; at = parentPath(at)) {
    if (tree.has(at)) return at;
    if (at === '/') return null;
  }
}

/** Nodes below `root` that have children which were not read yet, nearest first. */
export function unread(tree: StoreTree, root: string): string[] {
  const found: string[] = [];
  const queue = [root];
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    const node = tree.get(path);
    if (!node) continue;
    if (node.children) queue.push(...node.children);
    else if (!node.leaf) found.push(path);
  }
  return found;
}

/** One line of the tree as it is shown. */
export interface StoreRow {
  readonly path: string;
  readonly name: string;
  readonly value: string;
  readonly level: number;
  /** null: it has no children. */
  readonly open: boolean | null;
  readonly position: number;
  readonly setSize: number;
}

export interface RowOptions {
  readonly root: string;
  readonly open: ReadonlySet<string>;
  /** Words that must all be in the path below the root, or in the value; what leads to a match is shown and open. */
  readonly filter: string;
}

export function storeRows(tree: StoreTree, { root, open, filter }: RowOptions): StoreRow[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const rows: StoreRow[] = [];
  const matches = ({ path, value }: StoreNode): boolean => {
    const text = `${path.slice(root === '/' ? 0 : root.length)} ${toText(value)}`.toLowerCase();
    return words.every((word) => text.includes(word));
  };
  /** Adds the node and what is to be seen below it. False when the filter leaves nothing of it. */
  const add = (node: StoreNode, level: number, position: number, setSize: number): boolean => {
    const at = rows.length;
    const isOpen = words.length > 0 || open.has(node.path);
    const { path, name, value } = node;
    const mine = words.length === 0 || matches(node);
    rows.push({ path, name, value, level, open: node.leaf ? null : isOpen, position, setSize });
    let any = false;
    if (isOpen) {
      const children = (node.children ?? []).flatMap((child) => tree.get(child) ?? []);
      children.forEach((child, index) => {
        any = add(child, level + 1, index + 1, children.length) || any;
      });
    }
    if (!mine && !any) rows.length = at;
    return mine || any;
  };
  const top = tree.get(root);
  if (top) add({ ...top, name: root }, 1, 1, 1);
  return rows;
}
