import type { DomainDirectory, DomainRecord } from './domain.ts';
import { type Refusal, refusal } from './error.ts';
import { ChildList, type Node, sizeOf } from './node.ts';
import { baseName, childOf, parentOf } from './path.ts';
import {
  accessBits,
  type Asker,
  DOMID_ANY,
  OWNER,
  ownerOf,
  type Permissions,
  READ,
  WRITE,
} from './permission.ts';
import type { NodeContent } from './tree.ts';
import type { View } from './view.ts';

/** Who does something, and to which nodes. Paths given to the operations are canonical. */
export interface Scope {
  readonly view: View;
  readonly asker: Asker;
  readonly domain: DomainRecord;
  readonly domains: DomainDirectory;
}

/**
 * The node, or undefined when there is none and the caller may know that: it has one of the rights `bits` on the
 * nearest existing ancestor. Refuses with EACCES otherwise, so that nobody learns what exists where he may not look.
 */
function probe(scope: Scope, path: string, bits: number): Node | undefined {
  const { view, asker } = scope;
  const node = view.get(path);
  if (node && (accessBits(node.permissions, asker) & bits) === bits) return node;
  if (asker.privileged && !view.remembers) return node;
  if ((ancestorBits(scope, path) & bits) === 0 || node) throw refusal('EACCES');
  return undefined;
}

/** The rights on the nearest existing ancestor. */
function ancestorBits({ view, asker }: Scope, path: string): number {
  for (let up = parentOf(path); ; up = parentOf(up)) {
    const node = view.get(up);
    if (node) return accessBits(node.permissions, asker);
    if (up === '/') return 0;
  }
}

function find(scope: Scope, path: string, bits: number): Node {
  const node = probe(scope, path, bits);
  if (!node) throw refusal('ENOENT');
  return node;
}

/** The node for reading: its value, its children, its permissions. ENOENT, EACCES. */
export function readNode(scope: Scope, path: string): Node {
  return find(scope, path, READ);
}

/** Sets the value; creates the node and missing ancestors. EACCES, ENOSPC, ENOMEM. */
export function write(scope: Scope, path: string, value: string): void {
  const old = probe(scope, path, WRITE);
  const node = old ? replace(scope, path, { ...old, value }) : create(scope, path, value);
  scope.view.changed(path, 'subtree', node);
}

/** Creates the node and missing ancestors; an existing one keeps its value, and nobody hears of it. */
export function makeDirectory(scope: Scope, path: string): void {
  if (probe(scope, path, WRITE)) return;
  scope.view.changed(path, 'subtree', create(scope, path, ''));
}

/** Removes the node and all below. Fine when it is missing but its parent exists, else ENOENT. EINVAL for the root. */
export function remove(scope: Scope, path: string): void {
  if (!probe(scope, path, WRITE)) {
    if (!scope.view.get(parentOf(path))) throw refusal('ENOENT');
    return;
  }
  if (path === '/') throw refusal('EINVAL');
  removeTree(scope.view, path);
}

/** ENOSPC for more entries than a guest may have. */
export function checkPermissionCount({ domains, domain }: Scope, count: number): void {
  if (domains.exceeded(domain, 'node-permissions', count)) throw refusal('ENOSPC');
  domains.saw(domain, 'node-permissions', count);
}

/** ENOENT when the owner is no domain. */
export function checkOwnerKnown({ domains }: Scope, list: Permissions): void {
  if (!domains.get(ownerOf(list))) throw refusal('ENOENT');
}

/**
 * New permissions; the list was checked by the two functions above. EACCES: the caller is not the owner; EPERM: a
 * guest gives the node away. Entries for domains that do not exist are kept, but void.
 */
export function setPermissions(scope: Scope, path: string, list: Permissions): void {
  const { domains, asker } = scope;
  const node = find(scope, path, WRITE | OWNER);
  if (!asker.privileged && ownerOf(list) !== ownerOf(node.permissions)) throw refusal('EPERM');
  const known = list.map((entry) =>
    entry.domid === DOMID_ANY || domains.get(entry.domid) ? entry : { ...entry, void: true as const },
  );
  const changed = replace(scope, path, { ...node, permissions: known });
  scope.view.changed(path, 'subtree', changed, node.permissions);
}

/**
 * Removes a node that exists, and all below: children first, each heard of by watches exactly on it. EIO, as from the
 * real daemon, in a transaction whose view of parent and children does not fit together any more, because it looked
 * at one before and at the other after a change outside; such a transaction ends in a conflict anyway.
 */
export function removeTree(view: View, path: string): void {
  const above = parentOf(path);
  const parent = view.get(above);
  removeBelow(view, path, 'subtree');
  const children = parent?.children.remove(baseName(path));
  if (!parent || !children || children === parent.children) throw refusal('EIO');
  view.put(above, { ...parent, children });
}

function removeBelow(view: View, path: string, kind: 'subtree' | 'exact'): void {
  const node = view.get(path);
  if (!node) throw refusal('EIO');
  for (const name of node.children.toArray()) {
    removeBelow(view, childOf(path, name), 'exact');
    view.count();
  }
  view.delete(path);
  view.changed(path, kind, node);
}

/** A new node with all ancestors that are missing; permissions are the nearest ancestor's, the owner the creator. */
function create(scope: Scope, path: string, value: string): Node {
  const { view, asker } = scope;
  const missing = [path];
  let above = parentOf(path);
  let parent = view.get(above);
  while (!parent) {
    missing.push(above);
    above = parentOf(above);
    parent = view.get(above);
  }
  const permissions = inherited(parent.permissions, asker);
  const contents = missing.map((_, level): NodeContent => {
    const below = missing[level - 1];
    const children = below === undefined ? ChildList.empty : ChildList.empty.append(baseName(below));
    return { value: level === 0 ? value : '', permissions, children };
  });
  const grown = { ...parent, children: parent.children.append(baseName(missing.at(-1) as string)) };
  admit(scope, missing.length, [...contents, grown], parent);
  const [node] = contents.map((content, level) => view.put(missing[level] as string, content));
  view.put(above, grown);
  return node as Node;
}

function inherited(list: Permissions, asker: Asker): Permissions {
  if (asker.privileged || ownerOf(list) === asker.domid) return list;
  return list.map((entry, index) => (index === 0 ? { access: entry.access, domid: asker.domid } : entry));
}

function replace(scope: Scope, path: string, content: NodeContent): Node {
  if (!scope.asker.privileged) admit(scope, 0, [content], scope.view.get(path));
  return scope.view.put(path, content);
}

/** Checks a guest's quotas before anything is changed. `old` is what the last of `contents` replaces. */
function admit(scope: Scope, created: number, contents: readonly NodeContent[], old?: Node): void {
  const { domains, domain, view } = scope;
  if (scope.asker.privileged) return;
  const owned = view.nodesOwnedBy(domain.domid);
  if (created > 0 && domains.exceeded(domain, 'nodes', owned + created)) {
    if (!domains.exceeded(domain, 'nodes', owned + 1)) view.fail();
    throw refusal('ENOSPC');
  }
  let bytes = old ? -sizeOf(old) : 0;
  for (const content of contents) {
    const size = sizeOf(content);
    domains.saw(domain, 'node-size', size);
    if (domains.exceeded(domain, 'node-size', size)) throw failed(view, 'ENOSPC');
    bytes += size;
  }
  if (bytes > 0 && domains.exceeded(domain, 'memory', domain.usage.now('memory') + bytes)) {
    throw failed(view, 'ENOMEM');
  }
}

function failed(view: View, code: 'ENOSPC' | 'ENOMEM'): Refusal {
  view.fail();
  return refusal(code);
}
