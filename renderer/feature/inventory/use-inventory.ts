import type { NetworkInventory, StorageInventory } from '../../../engine/api/inventory.ts';
import { engineClient } from '../../client/session.ts';
import { usePoll, type Poll } from '../live/use-poll.ts';

/** Each look at storage starts several programs on the host: it is left alone for longer. */
const networksEveryMs = 5000;
const storageEveryMs = 10_000;
/** After so long what is shown says its age. */
export const staleMs = 30_000;

export function useNetworks(host: () => string): Poll<NetworkInventory> {
  return usePoll({
    about: host,
    load: (signal) => engineClient().inventory.networks({ host: host() }, { signal }),
    everyMs: networksEveryMs,
  });
}

export function useStorage(host: () => string): Poll<StorageInventory> {
  return usePoll({
    about: host,
    load: (signal) => engineClient().inventory.storage({ host: host() }, { signal }),
    everyMs: storageEveryMs,
  });
}
