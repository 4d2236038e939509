import { oc } from '@orpc/contract';
import { z } from 'zod';
import {
  bootMenu,
  domainBoot,
  configCheck,
  configOption,
  cpuSet,
  domainRow,
  domainSchedule,
  legacyImport,
  logSource,
  physicalInfo,
  poolSchedule,
  schedulerName,
  schedulerView,
  triggerName,
  xenstoreNode,
  xenstorePath,
  xenstoreValue,
} from './dom0.ts';
import { errorData } from './error.ts';
import { domainId, filePath, hostId, xlLine } from './names.ts';

/**
 * The part of the contract behind dom0's own tools: what `xl`, `xentop` and the pages for scheduler, XenStore, logs,
 * configuration and terminal use beyond the life cycle.
 */
const base = oc.errors({ DOMUS: { status: 400, data: errorData } });
const onHost = z.object({ host: hostId });
const onDomain = z.object({ host: hostId, domain: domainId, command: xlLine.optional() });
const ended = z.object({ task: z.string() });
const configText = z.string().max(1 << 20, 'A configuration file has at most 1 MiB.');
const poolName = z.string().min(1).max(64);
const onPool = z.object({ host: hostId, pool: poolName, command: xlLine.optional() });
const memoryKiB = z
  .int()
  .min(0)
  .max(2 ** 40);
const ticket = z.object({ ticket: z.string() });

export const dom0Contract = {
  dom0: {
    physical: base.input(onHost).output(physicalInfo),
    /** Live domains by domid, Domain-0 first. */
    domains: base.input(onHost).output(z.array(domainRow)),
    dmesg: base
      .input(onHost.extend({ clear: z.boolean().default(false) }))
      .output(z.object({ text: z.string() })),
    /** Each letter writes its report to the hypervisor's ring. */
    debugKeys: base.input(onHost.extend({ keys: z.string().min(1).max(64) })).output(z.object({})),
    terminal: base
      .input(onHost.extend({ columns: z.int().min(2).max(1000), rows: z.int().min(2).max(1000) }))
      .output(ticket),
  },
  config: {
    /** What `xl create -n` says of a text; `source` is the name used in messages. */
    check: base
      .input(onHost.extend({ text: configText, source: z.string().max(4096).default('config') }))
      .output(configCheck),
    /** Every option a file may have, in the order of forms. */
    options: base.input(onHost).output(z.array(configOption).max(2000)),
    /** Replaces the file of a configured domain; refused when `check` refuses it or the name changes. */
    write: base.input(onDomain.extend({ text: configText })).output(ended),
    /** The running configuration as `xl list -l` prints it. */
    long: base.input(onDomain).output(z.object({ json: z.string() })),
    importLegacy: base.input(onHost.extend({ text: configText })).output(legacyImport),
  },
  live: {
    /** `xl create`: starts a domain from a text; it is configured (kept when off) only if the text is a file of etc/xen. */
    create: base
      .input(
        onHost.extend({
          text: configText,
          source: z.string().max(4096),
          paused: z.boolean().default(false),
          command: xlLine.optional(),
        }),
      )
      .output(ended.extend({ domain: domainId, domid: z.int() })),
    rename: base.input(onDomain.extend({ name: z.string().min(1).max(256) })).output(ended),
    trigger: base.input(onDomain.extend({ trigger: triggerName })).output(ended),
    sysrq: base.input(onDomain.extend({ letter: z.string().length(1) })).output(ended),
    dumpCore: base.input(onDomain.extend({ path: filePath })).output(ended.extend({ bytes: z.number() })),
    setMemory: base.input(onDomain.extend({ memoryKiB })).output(ended),
    setMaxMemory: base.input(onDomain.extend({ memoryKiB })).output(ended),
    setVcpus: base.input(onDomain.extend({ count: z.int().min(0).max(1024) })).output(ended),
    /** `vcpu` null: all; a set left out stays as it is. */
    pinVcpu: base
      .input(
        onDomain.extend({
          vcpu: z.int().min(0).nullable(),
          hard: cpuSet.optional(),
          soft: cpuSet.optional(),
        }),
      )
      .output(ended),
    setAutostart: base.input(onDomain.extend({ autostart: z.boolean() })).output(ended),
  },
  scheduler: {
    view: base.input(onHost).output(schedulerView),
    setDomain: base.input(onDomain.extend(domainSchedule.shape)).output(ended),
    setPool: base.input(onPool.extend(poolSchedule.shape)).output(ended),
  },
  pool: {
    create: base
      .input(onPool.extend({ scheduler: schedulerName, cpus: cpuSet }))
      .output(ended.extend({ id: z.int() })),
    destroy: base.input(onPool).output(ended),
    rename: base.input(onPool.extend({ name: poolName })).output(ended),
    addCpus: base.input(onPool.extend({ cpus: cpuSet })).output(ended),
    removeCpus: base.input(onPool.extend({ cpus: cpuSet })).output(ended),
    moveDomain: base.input(onDomain.extend({ pool: poolName })).output(ended),
  },
  xenstore: {
    node: base.input(onHost.extend({ path: xenstorePath })).output(xenstoreNode),
    /** Waits up to 30 s for changes at or below `path` since `cursor` (0 = from now). `lost`: too many, read again. */
    changes: base
      .input(onHost.extend({ path: xenstorePath, cursor: z.int().min(0) }))
      .output(z.object({ cursor: z.int(), paths: z.array(z.string()).max(1000), lost: z.boolean() })),
    write: base.input(onHost.extend({ path: xenstorePath, value: xenstoreValue })).output(z.object({})),
    remove: base.input(onHost.extend({ path: xenstorePath })).output(z.object({})),
    setPermissions: base
      .input(onHost.extend({ path: xenstorePath, permissions: z.string().max(200) }))
      .output(z.object({})),
  },
  log: {
    sources: base.input(onHost).output(z.array(logSource)),
    /** A raw channel with the newest 256 KiB and then what is appended. */
    open: base.input(onHost.extend({ source: z.string().max(200) })).output(ticket),
  },
  boot: {
    /** The menu of the boot loader configuration found on a disk image. */
    menu: base.input(onHost.extend({ disk: filePath })).output(bootMenu),
    /** The menu of a domain that boots through a boot loader; ERROR_INVAL for others, or when its file names the kernel itself. */
    ofDomain: base.input(z.object({ host: hostId, domain: domainId })).output(domainBoot),
  },
};
export type Dom0Contract = typeof dom0Contract;
