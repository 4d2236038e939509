import { oc } from '@orpc/contract';
import { z } from 'zod';
import { errorData } from './error.ts';
import { networkInventory, storageInventory } from './inventory.ts';
import { hostId } from './names.ts';

/** The part of the contract behind a host's Network and Storage tabs. Each call looks anew; nothing is changed. */
const base = oc.errors({ DOMUS: { status: 400, data: errorData } });
const onHost = z.object({ host: hostId });

export const inventoryContract = {
  inventory: {
    networks: base.input(onHost).output(networkInventory),
    /** Folders that hold images, and volume groups of LVM. */
    storage: base.input(onHost).output(storageInventory),
  },
};
export type InventoryContract = typeof inventoryContract;
