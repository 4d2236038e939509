import { channelEntry } from '../device/channel/store.ts';
import { consoleEntry } from '../device/console/store.ts';
import { input } from '../device/input/index.ts';
import { shareEntry } from '../device/p9/store.ts';
import type { DeviceEntry, StoredGuest } from '../device/store.ts';
import type { DiskConfig } from '../device/vbd/config.ts';
import { diskEntry } from '../device/vbd/store.ts';
import { screenEntries } from '../device/vfb/store.ts';
import type { NicConfig } from '../device/vif/config.ts';
import { nicEntry } from '../device/vif/store.ts';
import type { Machine } from '../guest/machine.ts';
import { vdevNumber } from '../xlcfg/index.ts';
import type { GuestConfig } from './guest-config.ts';
import { stableMac } from './machine-spec.ts';
import { interfaceName } from './vifs.ts';

/** Whose devices these are. */
export interface DeviceOwner {
  readonly domid: number;
  readonly uuid: string;
  readonly config: GuestConfig;
}

const guestOf = ({ domid, config }: DeviceOwner): StoredGuest => ({ domid, type: config.type });

/** Disks without a number (floppies) are not in the store. */
export function diskEntryOf(owner: DeviceOwner, disk: DiskConfig): DeviceEntry | null {
  const devid = vdevNumber(disk.vdev);
  return devid === undefined ? null : diskEntry(disk, devid, guestOf(owner));
}

export const nicEntryOf = (owner: DeviceOwner, nic: NicConfig, hotplugged = false): DeviceEntry =>
  nicEntry(nic, guestOf(owner), {
    mac: nic.mac ?? stableMac(owner.uuid, nic.devid),
    name: interfaceName(owner.domid, nic),
    hotplugged,
  });

/** What a machine is asked by where a device is; null for one that is on no bus. */
type Place = Parameters<NonNullable<Machine['plugOf']>>[0] | null;

/** All devices of a domain that the store shows (xenstore reference §2). */
export function placedEntries(owner: DeviceOwner): { entry: DeviceEntry; place: Place }[] {
  const { disks, nics, channels, shares, screen, libxl } = owner.config;
  const { keyboard } = input.read(libxl);
  const nowhere = (entry: DeviceEntry) => ({ entry, place: null });
  return [
    ...disks.flatMap((disk) => {
      const entry = diskEntryOf(owner, disk);
      return entry ? [{ entry, place: { vdev: disk.vdev } }] : [];
    }),
    ...nics.map((nic) => ({ entry: nicEntryOf(owner, nic), place: { devid: nic.devid } })),
    ...shares.map((share, devid) => ({ entry: shareEntry(share, devid), place: { tag: share.tag } })),
    nowhere(consoleEntry),
    ...channels.map((channel) => nowhere(channelEntry(channel))),
    ...screenEntries(screen, guestOf(owner), keyboard).map(nowhere),
  ];
}

export const deviceEntries = (owner: DeviceOwner): DeviceEntry[] =>
  placedEntries(owner).map(({ entry }) => entry);
