import {
  domainPath,
  formatPermission,
  type Permissions,
  permissions,
  type StoreAccess,
  XenStore,
} from '../../xenstore/index.ts';
import { callNodes } from '../guest-calls.ts';
import { type StoredDomain, writeDomain } from '../store-tree.ts';
import type { SavedNode } from './saved-domain.ts';

/** Named for the domain they belong to: the toolstack writes them anew. */
const placeNames = new Set(['backend', 'backend-id']);
/** Orders, not state. */
const orders = new Set<string>(['control/shutdown', 'control/sysrq', ...Object.values(callNodes)]);

const ownerOf = (list: Permissions): number | undefined => list[0]?.domid;
const printed = (list: Permissions): string => list.map(formatPermission).join();

/**
 * The nodes of the guest's home that the guest made or changed: those it owns that are not as the toolstack writes them for
 * such a domain. Everything else is written anew for the domain's next life.
 */
export function captureNodes(store: XenStore, domain: StoredDomain): SavedNode[] {
  const fresh = new XenStore();
  writeDomain(fresh, domain);
  const home = domainPath(domain.domid);
  return store.dump(home).flatMap(({ path, permissions: list }) => {
    const relative = path.slice(home.length + 1);
    if (relative === '' || ownerOf(list) !== domain.domid || orders.has(relative)) return [];
    if (placeNames.has(relative.slice(relative.lastIndexOf('/') + 1))) return [];
    const value = store.readBytes(path);
    const unchanged =
      fresh.exists(path) &&
      fresh.readBytes(path) === value &&
      printed(fresh.getPermissions(path)) === printed(list);
    return unchanged ? [] : [{ path: relative, value, permissions: portable(list, domain.domid) }];
  });
}

/** Whose the nearest node is that there is. */
function ownerAbove(tree: StoreAccess, path: string): number | undefined {
  let at = path;
  while (at !== '' && !tree.exists(at)) at = at.slice(0, at.lastIndexOf('/'));
  return at === '' ? undefined : ownerOf(tree.getPermissions(at));
}

/** Rights of other guests mean nothing elsewhere. */
function portable(list: Permissions, domid: number): SavedNode['permissions'] {
  return list.flatMap(({ access, domid: whose }): SavedNode['permissions'] =>
    whose === domid ? [[access, 'self']] : whose === 0 ? [[access, 0]] : [],
  );
}

/**
 * Writes the nodes of an earlier life into the home of a domain that has just been written, where the guest could have
 * written them itself.
 */
export function adoptNodes(store: XenStore, domid: number, nodes: readonly SavedNode[]): void {
  const home = domainPath(domid);
  store.transaction((tree) => {
    for (const node of nodes) {
      const path = `${home}/${node.path}`;
      if (orders.has(node.path) || ownerAbove(tree, path) !== domid) continue;
      tree.writeBytes(path, node.value);
      const list = node.permissions.map(([access, whose]) => `${access}${whose === 'self' ? domid : whose}`);
      tree.setPermissions(path, permissions(...list));
    }
  });
}
