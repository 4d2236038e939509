import { type DeviceDraft, deviceDraft, type DeviceSettings } from '../../../api/index.ts';
import { channel } from '../../../device/channel/index.ts';
import type { AddableKind, DeviceKind, Taken } from '../../../device/device.ts';
import type { Rule, Values } from '../../../device/fields.ts';
import { p9 } from '../../../device/p9/index.ts';
import { rng } from '../../../device/rng/index.ts';
import { sound } from '../../../device/sound/index.ts';
import { vbd } from '../../../device/vbd/index.ts';
import { vfb } from '../../../device/vfb/index.ts';
import { vif } from '../../../device/vif/index.ts';
import type { GuestConfig } from '../../../toolstack/guest-config.ts';

/** A kind of device as xl deals with it. */
export interface Rack {
  readonly kind: AddableKind;
  readonly title: string;
  /** There is one at most. */
  readonly single: boolean;
  /** Does xl plug and unplug them while the domain runs? */
  readonly plugs: boolean;
  entries(config: GuestConfig): RackEntry[];
  defaults(taken: Taken): DeviceDraft;
  /** Throws DomusError for settings that do not go together. */
  check(settings: Values): void;
}

/** A device of a configuration; `key` is the kind's name where there is one only. */
export interface RackEntry {
  readonly key: string;
  readonly title: string;
  readonly summary: string;
  readonly settings: Values;
  readonly rules: Readonly<Record<string, Rule>>;
}

const noSwitch = 'A real host has no switch for the cable: take the card out instead.';

/** What the embedded host changes at once and xl does not. */
function xlRules(
  kind: AddableKind,
  type: GuestConfig['type'],
  rules: Readonly<Record<string, Rule>>,
): Record<string, Rule> {
  const inserts = kind === 'vbd' && type === 'hvm';
  return Object.fromEntries(
    Object.entries(rules).map(([name, rule]) => {
      if (kind === 'vif' && name === 'link') return [name, { no: noSwitch }];
      return [name, rule === 'live' && !inserts ? 'restart' : rule];
    }),
  );
}

function rackOf<Kind extends AddableKind, Config>(
  device: DeviceKind<Kind, Config>,
  all: (config: GuestConfig) => readonly Config[],
): Rack {
  return {
    kind: device.kind,
    title: device.title,
    single: ['vfb', 'rng', 'sound'].includes(device.kind),
    plugs: device.kind === 'vbd' || device.kind === 'vif',
    entries: (guest) =>
      all(guest).map((config) => ({
        key: device.key(config) ?? device.kind,
        title: device.name(config).slice(0, 100),
        summary: device.summary(config).slice(0, 400),
        settings: device.settings(config),
        rules: xlRules(device.kind, guest.type, device.rules(config, { type: guest.type, running: false })),
      })),
    defaults: (taken) => deviceDraft.parse({ kind: device.kind, settings: device.defaults(taken) }),
    check: (settings) => device.check(settings as DeviceSettings[Kind]),
  };
}

const one = <T>(value: T | null): readonly T[] => (value === null ? [] : [value]);

/** In the order of the list. */
export const racks: Readonly<Record<AddableKind, Rack>> = {
  vbd: rackOf(vbd, ({ disks }) => disks),
  vif: rackOf(vif, ({ nics }) => nics),
  vfb: rackOf(vfb, ({ screen }) => one(screen)),
  channel: rackOf(channel, ({ channels }) => channels),
  p9: rackOf(p9, ({ shares }) => shares),
  rng: rackOf(rng, (config) => one(config.rng)),
  sound: rackOf(sound, (config) => one(config.sound)),
};
