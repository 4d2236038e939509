import type { NetworkInventory, StorageInventory } from '../../../api/index.ts';
import type { InventoryTools } from '../../inventory.ts';
import type { HostContext } from '../context.ts';
import { readNetworks } from './networks.ts';
import { readStorage } from './storage.ts';

/** What the embedded host has. */
export class LocalInventory implements InventoryTools {
  readonly #host: HostContext;

  constructor(host: HostContext) {
    this.#host = host;
  }

  async networks(): Promise<NetworkInventory> {
    return readNetworks(this.#host);
  }

  storage(): Promise<StorageInventory> {
    return readStorage(this.#host);
  }
}
