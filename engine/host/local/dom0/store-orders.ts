import type { XenStore } from '../../../xenstore/index.ts';

const targetPath = /^\/local\/domain\/(\d+)\/memory\/target$/;

/**
 * Hears what somebody (xenstore-write, a guest's tools) puts into `memory/target` by hand. `onTarget` gets the domid and KiB
 * as written. Returns how to stop. What the toolstack itself writes comes by here too and changes nothing.
 */
export function watchOrders(
  store: XenStore,
  onTarget: (domid: number, storedKiB: number) => void,
): () => void {
  return store.watch('/local/domain', (path) => {
    const domid = targetPath.exec(path)?.[1];
    const value = domid === undefined ? undefined : store.tryRead(path);
    if (domid !== undefined && value !== undefined && /^\d{1,13}$/.test(value)) {
      onTarget(Number(domid), Number(value));
    }
  });
}
