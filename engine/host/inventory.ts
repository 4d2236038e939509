import type { NetworkInventory, StorageInventory } from '../api/index.ts';

/** What the host's domains can be connected to, as it is at the moment of the call. Nothing is changed. Failures are `DomusError`. */
export interface InventoryTools {
  networks(signal?: AbortSignal): Promise<NetworkInventory>;
  storage(signal?: AbortSignal): Promise<StorageInventory>;
}
