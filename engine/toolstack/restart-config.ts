import type { GuestConfig } from './guest-config.ts';
import { withDevices } from './guest-devices.ts';

/** The configuration a run began with, and what became of it. */
export interface Run {
  /** What the file said at the start. */
  readonly file: GuestConfig;
  /** What runs, with the devices of the moment. */
  readonly present: GuestConfig;
}

interface Device {
  readonly struct: object;
  readonly shared?: boolean;
}

const same = (one: Device | undefined, other: Device | undefined): boolean =>
  JSON.stringify([one?.struct, one?.shared]) === JSON.stringify([other?.struct, other?.shared]);

/** Of each device: what runs, unless the file has changed what it says of it. In the order of the file, what was added last. */
function merged<T extends Device>(
  name: (device: T) => string | number,
  lists: Record<'now' | 'before' | 'present', readonly T[]>,
): T[] {
  const find = (list: readonly T[], key: string | number): T | undefined =>
    list.find((device) => name(device) === key);
  const keys = new Set([...lists.now, ...lists.present].map(name));
  return [...keys].flatMap((key) => {
    const configured = find(lists.now, key);
    const untouched = same(configured, find(lists.before, key));
    return (untouched ? find(lists.present, key) : configured) ?? [];
  });
}

/**
 * What a domain that reboots is created anew from: its file as it is now, with the devices that came, went or changed while
 * it ran, unless the file has changed there (behaviour §1: run-time changes are kept, a new configuration wins).
 */
export function restartConfig(file: GuestConfig, run: Run): GuestConfig {
  const { file: before, present } = run;
  const channels = merged(({ name }) => name, {
    now: file.channels,
    before: before.channels,
    present: present.channels,
  });
  return withDevices(file, {
    disks: merged(({ vdev }) => vdev, { now: file.disks, before: before.disks, present: present.disks }),
    nics: merged(({ devid }) => devid, { now: file.nics, before: before.nics, present: present.nics }),
    // They are numbered anew, as in a file.
    channels: channels.map((channel, index) => ({ ...channel, index })),
  });
}
