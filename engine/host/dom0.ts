import type { z } from 'zod';
import type {
  BootMenu,
  DomainBoot,
  ConfigCheck,
  ConfigOption,
  DomainRow,
  LegacyImport,
  LogSource,
  PhysicalInfo,
  SchedulerName,
  SchedulerView,
  triggerName,
  XenstoreNode,
} from '../api/index.ts';
import type { ByteStream, Operation } from './operation.ts';

export type TriggerName = z.infer<typeof triggerName>;

export interface PoolParameters {
  readonly tsliceMs?: number | undefined;
  readonly ratelimitUs?: number | undefined;
  readonly migrationDelayUs?: number | undefined;
}

/**
 * What dom0's own tools do on a host beyond the life cycle: one method per call of `dom0Contract`. All failures are
 * `DomusError` with libxl's sentences. `domain` is the contract's identity, Domain-0's included where that makes sense.
 */
export interface Dom0Tools {
  physical(): Promise<PhysicalInfo>;
  /** Live domains by domid, Domain-0 first. */
  domains(): Promise<DomainRow[]>;
  /** The hypervisor's ring; `clear` empties it after reading. */
  dmesg(clear: boolean): Promise<string>;
  debugKeys(keys: string): Promise<void>;
  /** A shell in dom0. ERROR_NI when this computer cannot give one. */
  openTerminal(size: { columns: number; rows: number }): Promise<ByteStream>;

  checkConfig(text: string, source: string): Promise<ConfigCheck>;
  /** Every option a file may have. */
  configOptions(): Promise<ConfigOption[]>;
  /** Legal for a configured domain in every state; takes effect at its next start. */
  writeConfig(domain: string, text: string, op: Operation): Promise<void>;
  /** Legal when live. */
  longConfig(domain: string): Promise<string>;
  importLegacy(text: string): Promise<LegacyImport>;
  createFromText(
    request: { text: string; source: string; paused: boolean },
    op: Operation,
  ): Promise<{ domain: string; domid: number }>;

  rename(domain: string, name: string, op: Operation): Promise<void>;
  /** Legal when live and not ended, as are the ones up to `setVcpus`. */
  trigger(domain: string, trigger: TriggerName, op: Operation): Promise<void>;
  sysrq(domain: string, letter: string, op: Operation): Promise<void>;
  dumpCore(domain: string, path: string, op: Operation): Promise<{ bytes: number }>;
  setMemory(domain: string, memoryKiB: number, op: Operation): Promise<void>;
  setMaxMemory(domain: string, memoryKiB: number, op: Operation): Promise<void>;
  setVcpus(domain: string, count: number, op: Operation): Promise<void>;
  pinVcpu(
    domain: string,
    pinning: {
      vcpu: number | null;
      hard?: readonly number[] | undefined;
      soft?: readonly number[] | undefined;
    },
    op: Operation,
  ): Promise<void>;
  /** Legal for a configured domain in every state. */
  setAutostart(domain: string, autostart: boolean, op: Operation): Promise<void>;

  schedulerView(): Promise<SchedulerView>;
  setDomainSchedule(
    domain: string,
    change: { weight?: number | undefined; cap?: number | undefined },
    op: Operation,
  ): Promise<void>;
  /** `pool` is a name or, all digits, an id; so everywhere. */
  setPoolSchedule(pool: string, change: PoolParameters, op: Operation): Promise<void>;
  createPool(
    pool: { name: string; scheduler: SchedulerName; cpus: readonly number[] },
    op: Operation,
  ): Promise<{ id: number }>;
  destroyPool(pool: string, op: Operation): Promise<void>;
  renamePool(pool: string, name: string, op: Operation): Promise<void>;
  addPoolCpus(pool: string, cpus: readonly number[], op: Operation): Promise<void>;
  removePoolCpus(pool: string, cpus: readonly number[], op: Operation): Promise<void>;
  moveDomain(domain: string, pool: string, op: Operation): Promise<void>;

  xenstoreNode(path: string): Promise<XenstoreNode>;
  /** Waits up to 30 s; see the contract. */
  xenstoreChanges(
    path: string,
    cursor: number,
    signal: AbortSignal | undefined,
  ): Promise<{ cursor: number; paths: string[]; lost: boolean }>;
  xenstoreWrite(path: string, value: string): Promise<void>;
  xenstoreRemove(path: string): Promise<void>;
  /** `permissions` as xenstore-ls prints them: `n0,r1`. */
  xenstoreSetPermissions(path: string, permissions: string): Promise<void>;

  logSources(): Promise<LogSource[]>;
  openLog(source: string): Promise<ByteStream>;
  /** The menu of the boot loader configuration on a disk image. The signal: its caller has gone. */
  bootMenu(disk: string, signal?: AbortSignal): Promise<BootMenu>;
  domainBoot(domain: string, signal?: AbortSignal): Promise<DomainBoot>;
}
