import type { MachineStatePart } from '../../guest/machine.ts';
import type { GuestConfig } from '../guest-config.ts';
import type { LoadedBoot } from '../load-boot.ts';
import type { SavedDomain } from './saved-domain.ts';

/** What a saved guest goes on from. */
export interface RestoredState {
  readonly saved: SavedDomain;
  readonly parts: AsyncIterable<MachineStatePart>;
  /** The domid it asks for (`xl save -D`); absent: any. */
  readonly domid?: number | undefined;
  /** It is received under a UUID of its own, because the domain may still stand here: that domain's UUID. */
  readonly incomingOf?: string;
}

/** A saved guest has booted already: nothing of what it boots from is needed. */
export const nothingToBoot = (config: GuestConfig): LoadedBoot => ({
  config: { ...config, boot: { kind: 'firmware', order: '' } },
  loaded: async () => {},
});
