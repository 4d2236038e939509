import { type DeviceDraft, deviceDraft, type DeviceSettings, type HardwareItem } from '../../../api/index.ts';
import { channel, type ChannelConfig } from '../../../device/channel/index.ts';
import { channelDevid, channelEntry, ttyNode } from '../../../device/channel/store.ts';
import { type AddableKind, type DeviceKind, idOf, type Taken } from '../../../device/device.ts';
import { fieldsOf, type Rules, shown, type Values } from '../../../device/fields.ts';
import { p9, type ShareConfig } from '../../../device/p9/index.ts';
import { rng } from '../../../device/rng/index.ts';
import { hasSoundCard, sound, type SoundConfig } from '../../../device/sound/index.ts';
import type { DiskConfig } from '../../../device/vbd/config.ts';
import { vbd } from '../../../device/vbd/index.ts';
import { vfb } from '../../../device/vfb/index.ts';
import type { NicConfig } from '../../../device/vif/config.ts';
import { vif } from '../../../device/vif/index.ts';
import type { GuestConfig } from '../../../toolstack/guest-config.ts';
import type { LiveDomain } from '../../../toolstack/live-domain.ts';
import { defaultNicModel, nicModelOf, stableMac } from '../../../toolstack/machine-spec.ts';
import { backendState, devicePaths } from '../../../toolstack/store-device.ts';
import { vdevNumber } from '../../../xlcfg/index.ts';
import { configs, type Subject } from './subject.ts';

/** A kind of device: where a configuration has them, and what the embedded host knows of those that run. */
interface Rack<Kind extends AddableKind, Config> {
  readonly device: DeviceKind<Kind, Config>;
  /** Those of a configuration, as it says. */
  readonly all: (config: GuestConfig) => readonly Config[];
  /** One of them with what a start fills in; `id` is the domain's. */
  readonly filled?: (config: Config, guest: GuestConfig, id: string) => Config;
  /** Settings that a file has no words for: there is nothing to compare those that run with. */
  readonly unwritten?: readonly string[];
  /** Does the embedded machine have such devices at all? Else they are only in the file, for other hosts. */
  readonly absent: string | null;
  /** Why the embedded machine has no such device as this one is; null when it has. */
  readonly lacks?: (config: Config) => string | null;
  /** Of one that runs: why it cannot be taken out. */
  readonly fixed?: (live: LiveDomain, config: Config) => string | null;
  /** Of one that runs: XenbusState of its backend in words. */
  readonly state?: (live: LiveDomain, config: Config) => string | null;
  /** What is only shown. */
  readonly more?: (live: LiveDomain, config: Config) => Values;
}

const one = <T>(value: T | null): readonly T[] => (value === null ? [] : [value]);

const vbdRack: Rack<'vbd', DiskConfig> = {
  device: vbd,
  all: ({ disks }) => disks,
  absent: null,
  fixed(live, { vdev }) {
    if (!live.machine.detachDisk) return 'This machine cannot lose a disk while it runs.';
    if (live.machine.plugOf?.({ vdev })) return null;
    return `${vdev} is on a controller of the board, which holds it until the domain is off.`;
  },
  state: (live, { vdev }) => backendState(live.store, live.domid, 'vbd', vdevNumber(vdev)),
  more: (live, { vdev }) => ({
    number: vdevNumber(vdev) ?? null,
    pci: live.machine.plugOf?.({ vdev })?.pci ?? null,
  }),
};

const vifRack: Rack<'vif', NicConfig> = {
  device: vif,
  all: ({ nics }) => nics,
  filled: (nic, { boot }, id) => ({
    ...nic,
    mac: nic.mac ?? stableMac(id, nic.devid),
    model: nic.model ?? defaultNicModel(boot),
  }),
  unwritten: ['link'],
  absent: null,
  fixed(live, { devid }) {
    if (!live.machine.detachNic) return 'This machine cannot lose a network card while it runs.';
    return live.machine.plugOf?.({ devid }) ? null : `Network card ${devid} is part of the board.`;
  },
  state: (live, { devid }) => backendState(live.store, live.domid, 'vif', devid),
  more: (live, nic) => ({
    interface: nic.vifname ?? `vif${live.domid}.${nic.devid}`,
    card: nicModelOf(nic, live.config.boot),
    pci: live.machine.plugOf?.({ devid: nic.devid })?.pci ?? null,
  }),
};

const channelRack: Rack<'channel', ChannelConfig> = {
  device: channel,
  all: ({ channels }) => channels,
  absent: null,
  fixed: (live) => (live.machine.detachChannel ? null : 'This machine cannot lose a channel while it runs.'),
  state: (live, config) => backendState(live.store, live.domid, 'console', channelDevid(config)),
  more(live, config) {
    const { frontend } = devicePaths(live.domid, channelEntry(config));
    const console = config.connection === 'pty' ? channelDevid(config) : null;
    return {
      number: channelDevid(config),
      // Where programs of this computer find it, and the people in this window.
      tty: live.store.tryRead(`${frontend}/${ttyNode}`) ?? null,
      console: console === null ? null : `xl console -t pv -n ${console} ${live.config.name}`,
      guest: `/dev/virtio-ports/${config.name}`,
      open: live.machine.channel?.(config.name)?.open ?? false,
    };
  },
};

const p9Rack: Rack<'p9', ShareConfig> = {
  device: p9,
  all: ({ shares }) => shares,
  absent: null,
  state: (live, { tag }) => backendState(live.store, live.domid, '9pfs', shareNumber(live, tag)),
  more: (live, { tag }) => ({
    number: shareNumber(live, tag) ?? null,
    pci: live.machine.plugOf?.({ tag })?.pci ?? null,
  }),
};

/** Its number among the domain's folders; undefined when it has none of this tag. */
function shareNumber({ config }: LiveDomain, tag: string): number | undefined {
  const at = config.shares.findIndex((share) => share.tag === tag);
  return at === -1 ? undefined : at;
}

const soundRack: Rack<'sound', SoundConfig> = {
  device: sound,
  all: ({ sound: card }) => one(card),
  absent: null,
  lacks: (card) =>
    hasSoundCard(card)
      ? null
      : `The embedded machine has no ${card.model} card, only sb16; the file can name one for a host that has.`,
};

interface Pair<Config> {
  readonly key: string | null;
  readonly running: Config | undefined;
  readonly configured: Config | undefined;
}

/** Devices of one kind, those that run and those of the file matched by what tells them apart. */
function pairs<Kind extends AddableKind, Config>(
  { device, all, filled = (config) => config, absent, lacks = () => absent }: Rack<Kind, Config>,
  subject: Subject,
): Pair<Config>[] {
  const { live, configured } = configs(subject);
  const filledIn = (guest: GuestConfig): Config[] =>
    all(guest).map((config) => filled(config, guest, subject.domain.id));
  const running = live ? filledIn(live).filter((config) => lacks(config) === null) : [];
  const inFile = configured ? filledIn(configured) : [];
  const keys = new Set([...running, ...inFile].map((config) => device.key(config)));
  return [...keys].map((key) => ({
    key,
    running: running.find((config) => device.key(config) === key),
    configured: inFile.find((config) => device.key(config) === key),
  }));
}

function item<Kind extends AddableKind, Config>(
  rack: Rack<Kind, Config>,
  subject: Subject,
  { key, running, configured }: Pair<Config>,
): HardwareItem[] {
  const { device } = rack;
  const { live } = subject;
  const config = running ?? configured;
  if (config === undefined) return [];
  const type = (live?.config ?? subject.definition?.config)?.type ?? 'hvm';
  const settings = (one: Config | undefined): Values | undefined => one && device.settings(one);
  const leftOut = (rack.lacks ?? (() => rack.absent))(config);
  const more = live && running !== undefined ? (rack.more?.(live, running) ?? {}) : {};
  return [
    {
      id: idOf(device.kind, key),
      kind: device.kind,
      title: device.name(config).slice(0, 100),
      summary: device.summary(config).slice(0, 400),
      inDomain: running !== undefined,
      inFile: configured !== undefined,
      state: live && running !== undefined ? (rack.state?.(live, running) ?? null) : null,
      fields: [
        ...fieldsOf(device.rules(config, { type, running: running !== undefined }) as Rules<Values>, {
          live: settings(running),
          configured: running === undefined ? settings(configured) : written(rack, settings(configured)),
          hasFile: subject.definition !== null,
        }),
        ...shown('The host decides it.', more),
      ],
      removeLive: live && running !== undefined ? fixedWhy(rack, live, running) : null,
      removeConfigured: null,
      ...(leftOut !== null && { leftOut }),
    },
  ];
}

const written = (
  { unwritten = [] }: { readonly unwritten?: readonly string[] },
  settings: Values | undefined,
): Values | undefined =>
  settings && Object.fromEntries(Object.entries(settings).filter(([name]) => !unwritten.includes(name)));

const fixedWhy = <Kind extends AddableKind, Config>(
  { fixed, device }: Rack<Kind, Config>,
  live: LiveDomain,
  config: Config,
): string | null => (fixed ? fixed(live, config) : `${device.name(config)} stays until the domain is off.`);

/** A device of a configuration, as it says; `key` is the kind's name where there is one only. */
export interface Entry {
  readonly key: string;
  readonly settings: Values;
}

/** A rack for those who need not know what its devices are made of. */
export interface AnyRack {
  readonly kind: AddableKind;
  readonly title: string;
  readonly absent: string | null;
  /** Settings that a file has no words for. */
  readonly unwritten: readonly string[];
  items(subject: Subject): HardwareItem[];
  /** Those a configuration has, in its order. */
  entries(config: GuestConfig): Entry[];
  defaults(taken: Taken): DeviceDraft;
  /** Throws DomusError for settings that do not go together. */
  check(settings: Values): void;
}

function rackOf<Kind extends AddableKind, Config>(rack: Rack<Kind, Config>): AnyRack {
  const { device, all, absent, unwritten = [] } = rack;
  return {
    kind: device.kind,
    title: device.title,
    absent,
    unwritten,
    items: (subject) => pairs(rack, subject).flatMap((pair) => item(rack, subject, pair)),
    entries: (config) =>
      all(config).map((one) => ({ key: device.key(one) ?? device.kind, settings: device.settings(one) })),
    defaults: (taken) => deviceDraft.parse({ kind: device.kind, settings: device.defaults(taken) }),
    check: (settings) => device.check(settings as DeviceSettings[Kind]),
  };
}

/** In the order of the list. */
export const racks: Readonly<Record<AddableKind, AnyRack>> = {
  vbd: rackOf(vbdRack),
  vif: rackOf(vifRack),
  vfb: rackOf({ device: vfb, all: ({ screen }) => one(screen), absent: null }),
  channel: rackOf(channelRack),
  p9: rackOf(p9Rack),
  rng: rackOf({ device: rng, all: (config) => one(config.rng), absent: null }),
  sound: rackOf(soundRack),
};
