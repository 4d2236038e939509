import { z } from 'zod';
import { hostConnection, hostFeature } from './hosts.ts';
import { hostId } from './names.ts';

export const hostState = z.enum(['online', 'connecting', 'offline']);

export const hostInfo = z.object({
  id: hostId,
  /** What the person calls it, else what dom0 calls itself. */
  name: z.string().max(256),
  kind: z.enum(['embedded', 'xen']),
  state: hostState,
  /** Hosts of one group stand together; '' = none. */
  group: z.string().max(64),
  /** How it is reached; null for the embedded host, which is always there. */
  connection: hostConnection.nullable(),
  /** What this host cannot do, each with the reason as a sentence. A feature that is not named here can be used. */
  lacks: z.partialRecord(hostFeature, z.string().max(400)),
  /** e.g. `Domus 0.1.0 (as Xen 4.17)` or what a real host says. */
  version: z.string().max(200),
  cpuModel: z.string().max(200),
  /** Physical CPUs that domains share. */
  pcpus: z.int().min(0),
  memoryTotalKiB: z.int().min(0),
  memoryDom0KiB: z.int().min(0),
  memoryFreeKiB: z.int().min(0),
  /** Epoch ms since when this host is up (embedded: since the engine runs). */
  startedAt: z.number().nullable(),
  /** Where its files are on this computer; null for remote hosts. */
  stateDirectory: z.string().max(4096).nullable(),
  bridges: z.array(z.string().max(15)).max(64),
  /** Sentences a person should see, e.g. a configuration file that could not be read. */
  warnings: z.array(z.string().max(1000)).max(50),
});
export type HostInfo = z.infer<typeof hostInfo>;

/** Figures of one domain over the last sampling interval. Rates are bytes per second, seen from the guest. */
export const sample = z.object({
  /** Percent of one physical CPU (can exceed 100 with several vCPUs). */
  cpuPercent: z.number().min(0),
  memoryKiB: z.number().min(0),
  readBps: z.number().min(0),
  writeBps: z.number().min(0),
  rxBps: z.number().min(0),
  txBps: z.number().min(0),
  /** CPU time used since the domain was created, in seconds: the `Time(s)` of `xl list`. Not kept in histories. */
  cpuSeconds: z.number().min(0).optional(),
});
export type Sample = z.infer<typeof sample>;

/** The newest figures of a host and all its live domains, as one object so that a thousand domains stay one event. */
export const hostSamples = z.object({
  host: hostId,
  /** Epoch ms of the sample. */
  at: z.number(),
  /** The computer as a whole: CPU percent is of all CPUs together (0..100), memory is what is in use. */
  whole: sample,
  domains: z.record(z.string(), sample),
});
export type HostSamples = z.infer<typeof hostSamples>;

export const historyRange = z.enum(['5m', '1h', '24h']);
export type HistoryRange = z.infer<typeof historyRange>;

/** Seconds between points of each range; the engine keeps 300, 360 and 1440 points. */
export const historyStepSeconds: Record<HistoryRange, number> = { '5m': 1, '1h': 10, '24h': 60 };

const column = z.array(z.number().nullable()).max(2000);

/** Columns of equal length; `at` in epoch ms ascending at fixed steps; null where nothing was measured: a gap, not a zero. */
export const history = z.object({
  range: historyRange,
  stepSeconds: z.number(),
  at: z.array(z.number()).max(2000),
  cpuPercent: column,
  memoryKiB: column,
  readBps: column,
  writeBps: column,
  rxBps: column,
  txBps: column,
});
export type History = z.infer<typeof history>;
