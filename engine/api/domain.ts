import { z } from 'zod';
import { domainId, domid, filePath, hostId, uuid } from './names.ts';

/**
 * `off`: configured but not running. The others are Xen's: the letters of `xl list` in words. A domain that is neither
 * running nor blocked nor paused at the moment of the look is `running` here (xl shows only dashes).
 */
export const domainState = z.enum(['off', 'running', 'blocked', 'paused', 'shutdown', 'crashed', 'dying']);
export type DomainState = z.infer<typeof domainState>;

/** An operation in progress on the domain; a second one that needs the domain for itself is refused meanwhile. */
export const domainOperation = z.enum([
  'creating',
  'starting',
  'pausing',
  'unpausing',
  'shutting-down',
  'rebooting',
  'destroying',
  'removing',
  'saving',
  'restoring',
  'migrating',
  'configuring',
]);
export type DomainOperation = z.infer<typeof domainOperation>;

export const eventAction = z.enum([
  'destroy',
  'restart',
  'rename-restart',
  'preserve',
  'coredump-destroy',
  'coredump-restart',
  'soft-reset',
]);

export const diskInfo = z.object({
  vdev: z.string().max(32),
  kind: z.enum(['disk', 'cdrom', 'floppy']),
  path: z.string().max(4096).nullable(),
  format: z.string().max(16),
  readOnly: z.boolean(),
});
export type DiskInfo = z.infer<typeof diskInfo>;

export const nicInfo = z.object({
  devid: z.int().min(0),
  mac: z.string().max(17),
  bridge: z.string().max(64),
  model: z.string().max(32),
});
export type NicInfo = z.infer<typeof nicInfo>;

/** A file behind one of a domain's disks, and whether it can be deleted together with the definition. */
export const domainVolume = z.object({
  vdev: z.string().max(32),
  /** As the configuration names it. */
  path: z.string().max(4096),
  /** null when it cannot be seen. */
  bytes: z.number().min(0).nullable(),
  /** Why it stays, as a sentence; null: a person may choose to delete it. */
  why: z.string().max(1000).nullable(),
});
export type DomainVolume = z.infer<typeof domainVolume>;

/** Everything a list, a tree row or the overview page shows about one domain. */
export const domainInfo = z.object({
  host: hostId,
  id: domainId,
  uuid,
  name: z.string().max(256),
  /** null when off. Domids only grow. */
  domid: domid.nullable(),
  state: domainState,
  /** The six columns of `xl list`, e.g. `-b----`; six dashes when off. */
  letters: z.string().length(6),
  operation: domainOperation.nullable(),
  type: z.enum(['pv', 'pvh', 'hvm']),
  vcpus: z.int().min(1),
  /** What the guest has now; 0 when off. */
  memoryKiB: z.int().min(0),
  /** What it is configured to get at start. */
  targetMemoryKiB: z.int().min(0),
  maxMemoryKiB: z.int().min(0),
  /** Epoch ms of the last creation of this incarnation; null when off. */
  startedAt: z.number().nullable(),
  /** File in etc/xen as dom0 names it (`/etc/xen/web.cfg`); null for a transient domain and for Domain-0. */
  configPath: z.string().max(4096).nullable(),
  boot: z.string().max(400),
  /** The program that looks for its kernel on its own disk (pygrub); absent: none does. */
  bootloader: z.string().max(400).optional(),
  disks: z.array(diskInfo).max(64),
  nics: z.array(nicInfo).max(64),
  /** Numbers of the serial ports that can be attached to. */
  serialPorts: z.array(z.int().min(0).max(3)).max(4),
  /**
   * PV consoles that can be attached to, as `xl console -t pv -n` counts: 0 is the guest's hvc0, the others are channels over
   * terminals. Absent: the host does not say.
   */
  pvConsoles: z
    .array(z.object({ number: z.int().min(0).max(64), name: z.string().max(100) }))
    .max(65)
    .optional(),
  onPoweroff: eventAction,
  onReboot: eventAction,
  onCrash: eventAction,
  /** How the last run ended, if the engine saw it. */
  lastExit: z
    .object({
      at: z.number(),
      reason: z.enum([
        'poweroff',
        'reboot',
        'crash',
        'watchdog',
        'soft-reset',
        'saved',
        'migrated',
        'destroyed',
        'engine-lost',
      ]),
      detail: z.string().max(500),
    })
    .nullable(),
  /** The newest of its saves that can be restored. */
  newestSave: z.object({ path: filePath, savedAt: z.number() }).nullable().optional(),
});
export type DomainInfo = z.infer<typeof domainInfo>;

/** Domain-0's fixed identity. */
export const dom0Uuid = '00000000-0000-0000-0000-000000000000';

/** A ready-made guest that ships with Domus. */
export const readyImage = z.object({
  id: z.string().max(64),
  title: z.string().max(200),
  summary: z.string().max(1000),
  /** Suggested and least memory. */
  memoryMiB: z.int().min(8),
  minimumMemoryMiB: z.int().min(8),
});
export type ReadyImage = z.infer<typeof readyImage>;
