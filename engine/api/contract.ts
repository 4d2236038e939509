import { oc } from '@orpc/contract';
import { z } from 'zod';
import { displayContract } from './contract-display.ts';
import { dom0Contract } from './contract-dom0.ts';
import { hardwareContract } from './contract-hardware.ts';
import { hostsContract } from './contract-hosts.ts';
import { inventoryContract } from './contract-inventory.ts';
import { migrateContract } from './contract-migrate.ts';
import { saveContract } from './contract-save.ts';
import { labContract } from './contract-lab.ts';
import { domainVolume, readyImage } from './domain.ts';
import { domainDraft, mostCopies } from './draft.ts';
import { errorData } from './error.ts';
import { history, historyRange } from './host.ts';
import { mediumInfo } from './medium.ts';
import { domainId, filePath, hostId, xlLine } from './names.ts';
import { stateChanges, stateCursor, stateSnapshot } from './state.ts';

/**
 * THE contract: every call a window, a browser tab or a command line can make. Calls that change something run as a task
 * in the engine (visible to everybody, surviving the caller) and resolve when the task has ended.
 * Every failure is the one declared error `DOMUS` with `ErrorData`.
 */
const base = oc.errors({ DOMUS: { status: 400, data: errorData } });

/** Target of a command, and the `xl` line the person is shown for it. */
const onDomain = z.object({ host: hostId, domain: domainId, command: xlLine.optional() });
const ended = z.object({ task: z.string() });

export const engineInfo = z.object({
  version: z.string(),
  /** Same as the state cursor's epoch. */
  epoch: z.string(),
  startedAt: z.number(),
  pid: z.int(),
  /** True when the engine was started again after it died with guests running. */
  recovered: z.boolean(),
  /** The computer's path separator and home, for file choosers in the browser. */
  home: z.string(),
});
export type EngineInfo = z.infer<typeof engineInfo>;

export const directoryListing = z.object({
  path: z.string(),
  parent: z.string().nullable(),
  entries: z
    .array(z.object({ name: z.string(), kind: z.enum(['directory', 'file']), bytes: z.number().nullable() }))
    .max(5000),
  /** True when the directory has more entries than are listed. */
  truncated: z.boolean(),
});
export type DirectoryListing = z.infer<typeof directoryListing>;

export const contract = {
  ...dom0Contract,
  ...hardwareContract,
  ...displayContract,
  ...saveContract,
  ...migrateContract,
  ...labContract,
  ...inventoryContract,
  engine: {
    info: base.output(engineInfo),
  },
  state: {
    snapshot: base.output(stateSnapshot),
    /** Waits up to 30 s for a change, then answers with what there is (maybe nothing). */
    changes: base.input(stateCursor).output(stateChanges),
  },
  host: {
    ...hostsContract.host,
    /** Memory the embedded host has for Domain-0 and all guests; refused below what is in use. Kept over restarts. */
    configure: base
      .input(
        z.object({
          host: hostId,
          memoryMiB: z
            .int()
            .min(256)
            .max(1 << 24),
          command: xlLine.optional(),
        }),
      )
      .output(ended),
  },
  domain: {
    /** Writes etc/xen/NAME.cfg, then starts it unless `start` is false; `paused` leaves it before its first instruction. */
    create: base
      .input(
        z.object({
          host: hostId,
          draft: domainDraft,
          start: z.boolean().default(true),
          paused: z.boolean().default(false),
          command: xlLine.optional(),
        }),
      )
      .output(ended.extend({ domain: domainId })),
    /**
     * The draft several times, as NAME-1, NAME-2 …, each with name, UUID, MACs and new images of its own. One that fails ends it:
     * those before stay, and the error names them.
     */
    createCopies: base
      .input(
        z.object({
          host: hostId,
          draft: domainDraft,
          count: z.int().min(1).max(mostCopies),
          first: z.int().min(0).max(100_000).default(1),
          start: z.boolean().default(true),
          paused: z.boolean().default(false),
          command: xlLine.optional(),
        }),
      )
      .output(ended.extend({ domains: z.array(domainId) })),
    /** The xl.cfg text `create` would write. */
    preview: base
      .input(z.object({ host: hostId, draft: domainDraft }))
      .output(z.object({ text: z.string() })),
    /** The text of its file in etc/xen. */
    configText: base.input(onDomain).output(z.object({ path: z.string(), text: z.string() })),
    start: base.input(onDomain.extend({ paused: z.boolean().default(false) })).output(ended),
    pause: base.input(onDomain).output(ended),
    unpause: base.input(onDomain).output(ended),
    /** Asks the guest (ACPI power button) and waits for it to be off, up to 60 s: then ERROR_GUEST_TIMEDOUT, still running. */
    shutdown: base.input(onDomain).output(ended),
    reboot: base.input(onDomain).output(ended),
    /** Force off at once. The definition stays. */
    destroy: base.input(onDomain).output(ended),
    /** The files behind its disks; none for a host that does not look at them. */
    volumes: base
      .input(z.object({ host: hostId, domain: domainId }))
      .output(z.object({ volumes: z.array(domainVolume).max(64) })),
    /**
     * Deletes the definition of a domain that is off. The text is returned so that it can be put back. Disks stay, except
     * `volumes` (paths that `volumes` tells nothing against): they are gone for good. `problem`: which of them could not be
     * deleted, and why; the definition is gone all the same.
     */
    remove: base
      .input(onDomain.extend({ volumes: z.array(z.string().max(4096)).max(64).default([]) }))
      .output(ended.extend({ text: z.string(), problem: z.string().optional() })),
    /** Defines a domain from xl.cfg text without starting it (undo of `remove`). */
    define: base
      .input(z.object({ host: hostId, text: z.string().max(1 << 20), command: xlLine.optional() }))
      .output(ended.extend({ domain: domainId })),
  },
  stats: {
    /** `domain` null: the host as a whole. */
    history: base
      .input(z.object({ host: hostId, domain: domainId.nullable(), range: historyRange }))
      .output(history),
  },
  console: {
    /** A ticket for a raw channel (see channel.ts) to serial port or PV console `port`; the last 256 KiB come first. */
    open: base
      .input(
        z.object({
          host: hostId,
          domain: domainId,
          port: z.int().min(0).max(64).default(0),
          type: z.enum(['serial', 'pv']).default('serial'),
        }),
      )
      .output(z.object({ ticket: z.string() })),
  },
  image: {
    list: base.input(z.object({ host: hostId })).output(z.array(readyImage)),
  },
  file: {
    /** Directories and files, for choosing kernels and disks: those of the host's Domain-0 where they are not this computer's. */
    browse: base
      .input(z.object({ host: hostId.optional(), path: filePath.optional() }))
      .output(directoryListing),
    /** What a kernel, a disk or a CD image holds. */
    inspect: base.input(z.object({ host: hostId, path: filePath })).output(mediumInfo),
  },
  task: {
    /** May lose the race against the task's own end; then it does nothing. */
    cancel: base.input(z.object({ task: z.string().max(64) })).output(z.object({ cancelled: z.boolean() })),
    /** Forgets tasks that have ended. */
    clear: base.output(z.object({ removed: z.int() })),
  },
};
export type Contract = typeof contract;
