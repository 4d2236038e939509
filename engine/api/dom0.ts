import { z } from 'zod';
import { domid, hostId, uuid } from './names.ts';

/**
 * What dom0's own tools see and set: the figures behind `xl info`, `xl list`, `xentop`, `xl vcpu-list`, `xl sched-*` and
 * `xl cpupool-*`. Units are in the names; a CPU set is an ascending array of pCPU numbers.
 */

export const cpuSet = z.array(z.int().min(0).max(4095)).max(4096);

/** `xl info`, field by field (xl-commands §2). Texts are what is printed after the colon. */
export const physicalInfo = z.object({
  host: z.string().max(256),
  release: z.string().max(256),
  version: z.string().max(256),
  machine: z.string().max(64),
  nrCpus: z.int(),
  maxCpuId: z.int(),
  nrNodes: z.int(),
  coresPerSocket: z.int(),
  threadsPerCore: z.int(),
  cpuKhz: z.int(),
  hwCaps: z.array(z.int().min(0).max(0xffffffff)).length(8),
  virtCaps: z.array(z.string().max(32)).max(32),
  totalMemoryKiB: z.int(),
  freeMemoryKiB: z.int(),
  outstandingClaimsKiB: z.int(),
  freeCpus: z.int(),
  xenMajor: z.int(),
  xenMinor: z.int(),
  xenExtra: z.string().max(64),
  xenCaps: z.string().max(512),
  xenScheduler: z.string().max(32),
  platformParams: z.string().max(256),
  xenChangeset: z.string().max(256),
  xenCommandline: z.string().max(1024),
  ccCompiler: z.string().max(256),
  ccCompileBy: z.string().max(256),
  ccCompileDomain: z.string().max(256),
  ccCompileDate: z.string().max(256),
  buildId: z.string().max(256),
  topology: z.array(z.object({ cpu: z.int(), core: z.int(), socket: z.int(), node: z.int() })).max(4096),
  nodes: z
    .array(
      z.object({ node: z.int(), memoryKiB: z.int(), freeKiB: z.int(), distances: z.array(z.int()).max(64) }),
    )
    .max(64),
});
export type PhysicalInfo = z.infer<typeof physicalInfo>;

/** A live domain as `xl list` and `xentop` show it; counters are cumulative since its creation. */
export const domainRow = z.object({
  domid,
  /** Null when the store has no name for it: printed as `(null)`. */
  name: z.string().max(256).nullable(),
  uuid,
  /** The identity in this contract. */
  id: z.string().max(80),
  /** `xl list` columns, e.g. `-b----`. */
  letters: z.string().length(6),
  /** xentop columns (order d s b c p r), e.g. `--b---`. */
  topLetters: z.string().length(6),
  /** Xen's code (0 poweroff … 5 soft reset), null when not shut down. */
  shutdownCode: z.int().min(0).max(255).nullable(),
  memoryKiB: z.int().min(0),
  claimedKiB: z.int().min(0),
  /** Null: no limit. */
  maxMemoryKiB: z.int().min(0).nullable(),
  vcpusOnline: z.int().min(0),
  vcpusMax: z.int().min(1),
  cpuTimeNs: z.number().min(0),
  /** Of each online vCPU, by number; their sum is `cpuTimeNs`. */
  vcpuTimesNs: z.array(z.number().min(0)).max(128),
  pool: z.string().max(64),
  /** Epoch ms of its creation; null when not known. */
  startedAt: z.number().nullable(),
  vifs: z
    .array(
      z.object({
        devid: z.int(),
        rxBytes: z.number(),
        rxPackets: z.number(),
        rxDrops: z.number(),
        txBytes: z.number(),
        txPackets: z.number(),
        txDrops: z.number(),
      }),
    )
    .max(64),
  vbds: z
    .array(
      z.object({
        /** Number as in XenStore, e.g. 51712. */
        device: z.int(),
        readOps: z.number(),
        writeOps: z.number(),
        readSectors: z.number(),
        writeSectors: z.number(),
      }),
    )
    .max(64),
});
export type DomainRow = z.infer<typeof domainRow>;

export const vcpuView = z.object({
  vcpu: z.int().min(0),
  /** Null when offline. */
  pcpu: z.int().min(0).nullable(),
  online: z.boolean(),
  running: z.boolean(),
  blocked: z.boolean(),
  cpuTimeNs: z.number(),
  hard: cpuSet,
  soft: cpuSet,
  /** In the scheduler's own unit; null when it has none. */
  credit: z.number().nullable(),
  /** Percent of one pCPU it may use at the moment. */
  sharePercent: z.number(),
});
export type VcpuView = z.infer<typeof vcpuView>;

export const schedulerName = z.enum(['credit', 'credit2']);
export type SchedulerName = z.infer<typeof schedulerName>;

export const schedulerView = z.object({
  host: hostId,
  /** Epoch ms of the look. */
  at: z.number(),
  pcpus: z.array(z.object({ id: z.int(), pool: z.string().nullable(), busyPercent: z.number() })).max(4096),
  pools: z
    .array(
      z.object({
        id: z.int(),
        name: z.string().max(64),
        scheduler: schedulerName,
        cpus: cpuSet,
        tsliceMs: z.int().nullable(),
        ratelimitUs: z.int(),
        migrationDelayUs: z.int().nullable(),
        domains: z.int(),
      }),
    )
    .max(256),
  domains: z
    .array(
      z.object({
        domid,
        id: z.string().max(80),
        name: z.string().max(256),
        pool: z.string().max(64),
        weight: z.int(),
        cap: z.int(),
        vcpus: z.array(vcpuView).max(128),
      }),
    )
    .max(4096),
});
export type SchedulerView = z.infer<typeof schedulerView>;

/** Values of one domain to change; what is left out stays. Ranges as in behaviour §4. */
export const domainSchedule = z.object({
  weight: z.int().optional(),
  cap: z.int().optional(),
});
export const poolSchedule = z.object({
  tsliceMs: z.int().optional(),
  ratelimitUs: z.int().optional(),
  migrationDelayUs: z.int().optional(),
});

/** One message of the xl.cfg reader, with the place an editor marks. Lines from 1, columns from 0 (end exclusive). */
export const configDiagnostic = z.object({
  severity: z.enum(['error', 'warning']),
  line: z.int().min(1),
  from: z.int().min(0),
  to: z.int().min(0),
  message: z.string().max(1000),
});

/** What `xl create -n` would say about a text. */
export const configCheck = z.object({
  /** xl's exit code: 0 when a domain could be created from it. */
  rc: z.int(),
  /** Lines for stderr, in order. */
  messages: z.array(z.string().max(2000)).max(500),
  diagnostics: z.array(configDiagnostic).max(500),
  /** The dry run's JSON text; empty when rc is not 0. */
  json: z.string(),
});
export type ConfigCheck = z.infer<typeof configCheck>;

export const legacyImport = z.object({
  text: z.string(),
  changes: z
    .array(
      z.object({
        line: z.int(),
        before: z.string().max(2000),
        after: z.string().max(2000),
        why: z.string().max(500),
      }),
    )
    .max(2000),
  /** What could not be converted, one sentence each. */
  problems: z.array(z.string().max(1000)).max(500),
});
export type LegacyImport = z.infer<typeof legacyImport>;

/** An option an xl.cfg may have, for completing and explaining it. */
export const configOption = z.object({
  key: z.string().max(64),
  /** Title of the options it belongs with. */
  group: z.string().max(100),
  kind: z.enum(['text', 'integer', 'boolean', 'choice', 'list', 'either', 'devices']),
  /** Guest types it means something to. */
  guests: z.array(z.enum(['pv', 'pvh', 'hvm'])).max(3),
  /** One line for people. */
  summary: z.string().max(500),
  /** The default as a person would write it. */
  preset: z.string().max(200).optional(),
  /** Of a choice: the words it may be. */
  values: z.array(z.string().max(64)).max(200).optional(),
  unit: z.enum(['MiB', 'KiB', '%', 's']).optional(),
  /** What to use instead of an old option. */
  insteadUse: z.string().max(200).optional(),
});
export type ConfigOption = z.infer<typeof configOption>;

export const triggerName = z.enum(['nmi', 'reset', 'init', 'power', 'sleep', 's3resume']);

/** A value of XenStore is bytes: one character 0..255 each, so that nothing is lost. */
export const xenstoreValue = z
  .string()
  .max(4096)
  .regex(/^[\0-\xff]*$/, 'Values are bytes: one character 0..255 each.');

/** A XenStore node as a browser shows it. */
export const xenstoreNode = z.object({
  path: z.string().max(4096),
  value: xenstoreValue,
  /** As xenstore-ls -p prints them, e.g. `n0,r1`. */
  permissions: z.string().max(200),
  children: z
    .array(z.object({ name: z.string().max(2048), value: xenstoreValue, leaf: z.boolean() }))
    .max(5000),
});
export type XenstoreNode = z.infer<typeof xenstoreNode>;

export const xenstorePath = z
  .string()
  .min(1)
  .max(3072)
  .regex(/^(\/|(\/[A-Za-z0-9\-/_@]+))$/, 'A path has letters, digits and - / _ @ only.')
  .refine((path) => path === '/' || (!path.includes('//') && !path.endsWith('/')), 'No empty parts.');

/** Where log lines come from: the hypervisor's ring, the engine, one domain's toolstack log, one domain's console. */
export const logSource = z.object({
  id: z.string().max(200),
  title: z.string().max(200),
  kind: z.enum(['hypervisor', 'engine', 'toolstack', 'console']),
  domain: z.string().max(80).nullable(),
  bytes: z.number(),
});
export type LogSource = z.infer<typeof logSource>;

/** One entry of a boot loader's menu found on a guest's disk. */
export const bootEntry = z.object({
  title: z.string().max(300),
  kernel: z.string().max(1024),
  ramdisk: z.string().max(1024).nullable(),
  args: z.string().max(4096),
  /** What `--entry=` calls it, where that is not its place in the list: boot loaders count what they cannot start, too. */
  number: z.int().min(0).optional(),
});
export const bootMenu = z.object({
  /** File on the disk it was read from. */
  source: z.string().max(1024),
  entries: z.array(bootEntry).max(200),
  /** Index into `entries`; null: what the boot loader takes by itself starts no kernel. */
  defaultEntry: z.int().min(0).nullable(),
  timeoutSeconds: z.int(),
});
export type BootMenu = z.infer<typeof bootMenu>;

/** What the boot loader of a domain has to choose from, and what to start it with so that it takes one entry. */
export const domainBoot = z.object({
  /** The disk the menu is on, as the configuration has it. */
  disk: z.string().max(4096),
  /** `defaultEntry` is what it would boot by itself, `bootloader_args` included. */
  menu: bootMenu,
  /** `bootloader_args` of the file without what chooses an entry: put `--entry=N` behind them. */
  bootloaderArgs: z.array(z.string().max(4096)).max(64),
  /** Kernel arguments the file adds to those of each entry (`--args=`). */
  kernelArgs: z.string().max(4096),
});
export type DomainBoot = z.infer<typeof domainBoot>;
