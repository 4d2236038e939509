import { z } from 'zod';
import { filePath } from './names.ts';

/**
 * A domain's hardware as the Hardware tab and the command line see it: a list of items, each a handful of fields with
 * the value of the running domain beside the value of its file. Where they differ the field is pending.
 */
export const hardwareKind = z.enum([
  'overview',
  'cpu',
  'memory',
  'boot',
  'events',
  'vbd',
  'vif',
  'channel',
  'serial',
  'vfb',
  'input',
  'balloon',
  'rng',
  'p9',
  'sound',
  'watchdog',
]);
export type HardwareKind = z.infer<typeof hardwareKind>;

/** `vbd:xvda`, `vif:0`, `channel:0`; a part there is once is called as its kind: `memory`. */
export const hardwareId = z.string().min(1).max(80);

const macAddress = z
  .string()
  .regex(/^([0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}$/, 'A MAC address is six pairs of hex digits: 00:16:3e:…')
  .refine(
    (mac) => (parseInt(mac.slice(0, 2), 16) & 1) === 0,
    'This is a multicast address; a card needs its own.',
  );

export const vdev = z
  .string()
  .max(32)
  .regex(
    /^(xvd[a-z]{1,2}|hd[a-z]|sd[a-z]|fd[ab])\d{0,2}$/,
    'A virtual device is called xvda, hdc, sdb or fda.',
  );

const bridge = z.string().min(1, 'Choose a bridge.').max(15);
const ipList = z.string().max(400);
const rate = z
  .string()
  .max(40)
  .regex(
    /^(\d+(\.\d+)?[KMG]?[Bb]\/s(@\d+(ms|us|s))?)?$/,
    'A rate looks like 10Mb/s or 100KB/s@20ms; empty = no limit.',
  );
const port = z.int().min(1).max(65535);

/** Size of an image that is made. */
export const imageMiB = z
  .int('A size is a whole number of MiB.')
  .min(1, 'A disk has at least 1 MiB.')
  .max(16 * 1024 * 1024, 'A disk has at most 16 TiB.');

/** What each kind of device takes: the one source for forms, checks and the engine. Words are xl.cfg's. */
export const deviceSettings = {
  vbd: z.object({
    vdev,
    devtype: z.enum(['disk', 'cdrom', 'floppy']).default('disk'),
    /** null: an empty drive (cdrom and floppy only). */
    path: filePath.nullable().default(null),
    format: z.enum(['raw', 'qcow2', 'vhd']).default('raw'),
    readOnly: z.boolean().default(false),
    /** `!` of xl.cfg: other domains may write to it too, and know what they do. */
    shared: z.boolean().default(false),
  }),
  vif: z.object({
    mac: macAddress.nullable().default(null),
    bridge: bridge.default('xenbr0'),
    model: z.enum(['virtio', 'ne2k_pci']).nullable().default(null),
    ip: ipList.nullable().default(null),
    script: z.string().max(400).nullable().default(null),
    vifname: z.string().max(15).nullable().default(null),
    rate: rate.nullable().default(null),
    /** The cable: down = carrier lost. */
    link: z.boolean().default(true),
  }),
  channel: z.object({
    name: z
      .string()
      .min(1)
      .max(64)
      .regex(/^[A-Za-z0-9._-]+$/, 'Letters, digits and . _ - only.'),
    connection: z.enum(['pty', 'socket']).default('pty'),
    path: filePath.nullable().default(null),
  }),
  vfb: z.object({
    vnc: z.boolean().default(true),
    listen: z.string().max(64).default('127.0.0.1'),
    /** null: the first free one from 5900 on. */
    port: port.nullable().default(null),
    /** '' = none. Never shown again once set. */
    password: z.string().max(8, 'VNC looks at the first 8 characters only.').default(''),
    vga: z.enum(['none', 'cirrus', 'stdvga']).default('stdvga'),
    videoRamMiB: z.int().min(1).max(128).default(8),
    keymap: z.string().max(16).nullable().default(null),
  }),
  rng: z.object({ source: z.string().max(200).default('/dev/urandom') }),
  p9: z.object({
    tag: z
      .string()
      .min(1)
      .max(31)
      .regex(/^[A-Za-z0-9._-]+$/, 'Letters, digits and . _ - only.'),
    path: filePath,
    readOnly: z.boolean().default(false),
  }),
  sound: z.object({ model: z.enum(['sb16', 'ac97', 'es1370', 'hda']).default('sb16') }),
} as const;
export type DeviceSettings = { [K in keyof typeof deviceSettings]: z.infer<(typeof deviceSettings)[K]> };

/** Parts that every domain has: changed, never added or removed. */
export const partSettings = {
  overview: z.object({ name: z.string().max(256), uuid: z.string().max(36) }),
  cpu: z.object({
    vcpus: z.int().min(1).max(512),
    maxVcpus: z.int().min(1).max(512),
    weight: z.int().min(1).max(65535),
    capPercent: z.int().min(0).max(51200),
    cpus: z.string().max(400),
  }),
  memory: z.object({ memoryMiB: z.int().min(8), maxMemoryMiB: z.int().min(8) }),
  boot: z.object({
    order: z.string().max(4),
    kernel: z.string().max(4096),
    ramdisk: z.string().max(4096),
    cmdline: z.string().max(2047),
    bootloader: z.string().max(4096),
    firmware: z.string().max(64),
    acpi: z.boolean(),
    autostart: z.boolean(),
  }),
  events: z.object({
    onPoweroff: z.string().max(32),
    onReboot: z.string().max(32),
    onCrash: z.string().max(32),
    onWatchdog: z.string().max(32),
    onSoftReset: z.string().max(32),
  }),
  serial: z.object({ ports: z.int().min(1).max(4) }),
  input: z.object({ tablet: z.boolean(), keyboard: z.boolean() }),
  balloon: z.object({ enabled: z.boolean() }),
  watchdog: z.object({ action: z.string().max(32) }),
} as const;
export type PartSettings = { [K in keyof typeof partSettings]: z.infer<(typeof partSettings)[K]> };

export const hardwareSettings = { ...partSettings, ...deviceSettings } as const;

export const fieldValue = z.union([z.string().max(4096), z.number(), z.boolean(), z.null()]);
export type FieldValue = z.infer<typeof fieldValue>;

export const hardwareField = z.object({
  /** A key of the kind's settings, or a word of its own for what is only shown. */
  name: z.string().max(40),
  /** What the running domain has. Absent: the domain is off, or this part is not in it. */
  live: fieldValue.optional(),
  /** What its file says, defaults filled in. Absent: not in the file, or there is no file. */
  configured: fieldValue.optional(),
  /** `live`: a change takes effect at once. `restart`: at the next start. `no`: `why` says why not. */
  editable: z.enum(['live', 'restart', 'no']),
  why: z.string().max(400).optional(),
});
export type HardwareField = z.infer<typeof hardwareField>;

export const hardwareItem = z.object({
  id: hardwareId,
  kind: hardwareKind,
  /** `Disk xvda`, `Network card 0`. */
  title: z.string().max(100),
  /** One line for the list. */
  summary: z.string().max(400),
  inDomain: z.boolean(),
  inFile: z.boolean(),
  /** Xenbus state of the backend in words (`Connected`), null when there is none. */
  state: z.string().max(40).nullable(),
  fields: z.array(hardwareField).max(60),
  /** null: it can be; else why not. `null` also when there is nothing to remove there. */
  removeLive: z.string().max(400).nullable(),
  removeConfigured: z.string().max(400).nullable(),
  /** Why this host starts the domain without it, though the file has it. Absent: it does not leave it out. */
  leftOut: z.string().max(400).optional(),
});
export type HardwareItem = z.infer<typeof hardwareItem>;

export const hardwareView = z.object({
  items: z.array(hardwareItem).max(200),
  /** Kinds that can be added, each with the reason if it cannot be now / at all. */
  addable: z
    .array(
      z.object({
        kind: hardwareKind,
        title: z.string().max(60),
        live: z.string().max(400).nullable(),
        configured: z.string().max(400).nullable(),
      }),
    )
    .max(40),
  /** Does an agent in the guest rescan its buses by itself? Else a person has to type what `hint` of an attach says. */
  agent: z.boolean(),
});
export type HardwareView = z.infer<typeof hardwareView>;

/** `now`: the running domain only (what xl does). `next`: the file only. `both`. */
export const hardwareScope = z.enum(['now', 'next', 'both']);
export type HardwareScope = z.infer<typeof hardwareScope>;

const draftOf = <K extends keyof typeof deviceSettings>(kind: K) =>
  z.object({ kind: z.literal(kind), settings: deviceSettings[kind] });

/** A device to add. */
export const deviceDraft = z.discriminatedUnion('kind', [
  draftOf('vbd'),
  draftOf('vif'),
  draftOf('channel'),
  draftOf('vfb'),
  draftOf('rng'),
  draftOf('p9'),
  draftOf('sound'),
]);
export type DeviceDraft = z.infer<typeof deviceDraft>;
export type DeviceDraftInput = z.input<typeof deviceDraft>;
