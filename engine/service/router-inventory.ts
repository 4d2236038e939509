import { implement } from '@orpc/server';
import { DomusError, inventoryContract } from '../api/index.ts';
import type { Host } from '../host/host.ts';
import type { InventoryTools } from '../host/inventory.ts';
import type { Calls } from './calls.ts';

function toolsOf(host: Host): InventoryTools {
  if (host.inventory) return host.inventory;
  throw new DomusError('ERROR_NI', `${host.info().name} does not list its networks and its storage.`);
}

/** The calls behind a host's Network and Storage tabs. */
export function createInventoryRouter(calls: Calls) {
  const os = implement(inventoryContract);
  const tools = (id: string): InventoryTools => toolsOf(calls.host(id));
  return {
    inventory: {
      networks: os.inventory.networks.handler(({ input, signal }) => tools(input.host).networks(signal)),
      storage: os.inventory.storage.handler(({ input, signal }) => tools(input.host).storage(signal)),
    },
  };
}
