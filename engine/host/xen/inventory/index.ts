import type { NetworkInventory, StorageInventory } from '../../../api/index.ts';
import type { InventoryTools } from '../../inventory.ts';
import type { XenContext } from '../host-context.ts';
import { readNetworks } from './networks.ts';
import { readStorage } from './storage.ts';

/** What a real host has, each by one script that is run when somebody asks. */
export class XenInventory implements InventoryTools {
  readonly #host: XenContext;

  constructor(host: XenContext) {
    this.#host = host;
  }

  networks(signal?: AbortSignal): Promise<NetworkInventory> {
    return readNetworks(this.#host, signal);
  }

  storage(signal?: AbortSignal): Promise<StorageInventory> {
    return readStorage(this.#host, signal);
  }
}
