import { type DeviceDraft, type DeviceSettings, DomusError, type HardwareItem } from '../../../api/index.ts';
import { channelJson, readChannel } from '../../../device/channel/index.ts';
import { type DiskConfig, diskStruct, readDisk, writeDisk } from '../../../device/vbd/config.ts';
import { type NicConfig, readNic, writeNic } from '../../../device/vif/config.ts';
import { storedRate } from '../../../toolstack/device-file.ts';
import type { LiveDomain } from '../../../toolstack/live-domain.ts';
import { rateText } from '../../../toolstack/read-config.ts';
import type { Plugged } from '../../../toolstack/xenbus.ts';
import type { Prepared } from './carry-out.ts';
import { keyOf } from './values.ts';

export type LiveStep = NonNullable<Prepared['live']>;

export const diskOf = (settings: DeviceSettings['vbd']): DiskConfig =>
  readDisk(diskStruct.parse(writeDisk(settings)), settings.shared);

export function nicOf(settings: DeviceSettings['vif'], devid: number): NicConfig {
  const struct = { ...writeNic(settings, storedRate(settings.rate)), devid };
  return { ...readNic(struct, devid, rateText), link: settings.link };
}

/** Plugs a device in. `devid` is the number of a card. */
export function plugStep(live: LiveDomain, { kind, settings }: DeviceDraft, devid: number): LiveStep {
  switch (kind) {
    case 'vbd': {
      const disk = diskOf(settings);
      return (signal) => live.devices.attachDisk(disk, signal);
    }
    case 'vif': {
      const nic = nicOf(settings, devid);
      return (signal) => live.devices.attachNic(nic, signal);
    }
    case 'channel': {
      const last = Math.max(-1, ...live.config.channels.map(({ index }) => index));
      const channel = readChannel(channelJson(settings), last + 1);
      return (signal) => live.devices.attachChannel(channel, signal);
    }
    default:
      throw new DomusError(
        'ERROR_NI',
        'It is there from the start or not at all: add it to the configuration.',
      );
  }
}

/** Takes a device out. ERROR_NI with the item's own reason when it stays. */
export function unplugStep(live: LiveDomain, item: HardwareItem, force: boolean): LiveStep {
  if (item.removeLive !== null) throw new DomusError('ERROR_NI', item.removeLive);
  const key = keyOf(item);
  return (signal): Promise<Plugged> => {
    const options = { force, signal };
    if (item.kind === 'vbd') return live.devices.detachDisk(key, options);
    if (item.kind === 'channel') return live.devices.detachChannel(key, options);
    return live.devices.detachNic(Number(key), options);
  };
}

/** Changes what can change of a device that is in. */
export function changeStep(
  live: LiveDomain,
  item: HardwareItem,
  values: Readonly<Record<string, unknown>>,
): LiveStep {
  const key = keyOf(item);
  if (item.kind === 'vbd') {
    const { path } = values as Partial<DeviceSettings['vbd']>;
    return () => live.devices.insertMedium(key, path ?? null);
  }
  const { bridge, rate, link } = values as Partial<DeviceSettings['vif']>;
  const stored = rate === undefined ? undefined : storedRate(rate);
  return () =>
    live.devices.changeNic(Number(key), {
      ...(bridge !== undefined && { bridge }),
      ...(stored !== undefined && {
        rate: stored && { ...stored, text: rateText(stored.bytes, stored.intervalUs) },
      }),
      ...(link !== undefined && { link }),
    });
}
