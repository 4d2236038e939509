import {
  type BootMenu,
  type ConfigCheck,
  type ConfigOption,
  type DomainBoot,
  type DomainRow,
  type LegacyImport,
  type LogSource,
  type PhysicalInfo,
  type SchedulerName,
  type SchedulerView,
  type XenstoreNode,
} from '../../../api/index.ts';
import { checkConfig, configOptions, importLegacy } from '../../../toolstack/config-text.ts';
import type { Dom0Tools, PoolParameters, TriggerName } from '../../dom0.ts';
import type { ByteStream, Operation } from '../../host.ts';
import type { HostContext } from '../context.ts';
import type { Lifecycle } from '../lifecycle.ts';
import type { Pulse } from '../pulse.ts';
import { setAutostart } from './autostart.ts';
import { bootMenu, domainBoot } from './boot-menu.ts';
import { longConfig, writeConfig } from './config.ts';
import { domainRows } from './domain-rows.ts';
import { dumpCore } from './dump-core.ts';
import { pressDebugKeys } from './hypervisor-log.ts';
import { createFromText } from './live-create.ts';
import { logSources, openLog } from './logs.ts';
import { setMaxMemory, setMemory } from './memory.ts';
import { physicalInfo } from './physical.ts';
import { addPoolCpus, createPool, destroyPool, moveDomain, removePoolCpus, renamePool } from './pools.ts';
import { renameDomain } from './rename.ts';
import { schedulerView } from './scheduler-view.ts';
import { setDomainSchedule, setPoolSchedule } from './scheduling.ts';
import type { Terminals } from './terminal.ts';
import { sysrq, trigger } from './triggers.ts';
import { pinVcpu, setVcpus } from './vcpus.ts';
import { readNode, removeNode, setNodePermissions, type StoreJournal, writeNode } from './xenstore-view.ts';

export interface LocalToolsParts {
  readonly context: HostContext;
  readonly lifecycle: Lifecycle;
  readonly pulse: Pulse;
  readonly journal: StoreJournal;
  readonly terminals: Terminals;
  readonly engineLog: string | null;
  readonly version: string;
}

/** Dom0's tools of the embedded host: each method is a function of its own file. */
export class LocalTools implements Dom0Tools {
  readonly #parts: LocalToolsParts;
  readonly #host: HostContext;

  constructor(parts: LocalToolsParts) {
    this.#parts = parts;
    this.#host = parts.context;
  }

  async physical(): Promise<PhysicalInfo> {
    return physicalInfo(this.#host, this.#parts.version);
  }

  async domains(): Promise<DomainRow[]> {
    return domainRows(this.#host, (live) => this.#parts.pulse.counters(live));
  }

  async dmesg(clear: boolean): Promise<string> {
    const text = this.#host.ring.text();
    if (clear) this.#host.ring.clear();
    return text;
  }

  async debugKeys(keys: string): Promise<void> {
    pressDebugKeys(this.#host, keys);
  }

  async openTerminal(size: { columns: number; rows: number }): Promise<ByteStream> {
    return this.#parts.terminals.open(size);
  }

  async checkConfig(text: string, source: string): Promise<ConfigCheck> {
    return checkConfig(this.#host.pcpus, text, source);
  }

  async configOptions(): Promise<ConfigOption[]> {
    return configOptions();
  }

  writeConfig(domain: string, text: string, op: Operation): Promise<void> {
    return writeConfig(this.#host, domain, text, op);
  }

  async longConfig(domain: string): Promise<string> {
    return longConfig(this.#host, domain);
  }

  async importLegacy(text: string): Promise<LegacyImport> {
    return importLegacy(text);
  }

  createFromText(
    request: { text: string; source: string; paused: boolean },
    op: Operation,
  ): Promise<{ domain: string; domid: number }> {
    return createFromText(this.#host, this.#parts.lifecycle, request, op);
  }

  rename(domain: string, name: string, op: Operation): Promise<void> {
    return renameDomain(this.#host, domain, name, op);
  }

  trigger(domain: string, name: TriggerName, op: Operation): Promise<void> {
    return trigger(this.#host, this.#parts.lifecycle, domain, name, op);
  }

  async sysrq(domain: string, letter: string, op: Operation): Promise<void> {
    sysrq(this.#host, domain, letter, op);
  }

  dumpCore(domain: string, path: string, op: Operation): Promise<{ bytes: number }> {
    return dumpCore(this.#host, domain, path, op);
  }

  setMemory(domain: string, memoryKiB: number, op: Operation): Promise<void> {
    return setMemory(this.#host, domain, memoryKiB, op);
  }

  async setMaxMemory(domain: string, memoryKiB: number, op: Operation): Promise<void> {
    setMaxMemory(this.#host, domain, memoryKiB, op);
  }

  async setVcpus(domain: string, count: number, op: Operation): Promise<void> {
    setVcpus(this.#host, domain, count, op);
  }

  async pinVcpu(domain: string, pinning: Parameters<Dom0Tools['pinVcpu']>[1], op: Operation): Promise<void> {
    pinVcpu(this.#host, domain, pinning, op);
  }

  async setAutostart(domain: string, autostart: boolean, op: Operation): Promise<void> {
    await setAutostart(this.#host, this.#host.domains.get(domain), autostart, op);
  }

  async schedulerView(): Promise<SchedulerView> {
    return schedulerView(this.#host);
  }

  async setDomainSchedule(
    domain: string,
    change: { weight?: number | undefined; cap?: number | undefined },
    op: Operation,
  ): Promise<void> {
    setDomainSchedule(this.#host, domain, change, op);
  }

  async setPoolSchedule(pool: string, change: PoolParameters, op: Operation): Promise<void> {
    setPoolSchedule(this.#host, pool, change, op);
  }

  async createPool(
    pool: { name: string; scheduler: SchedulerName; cpus: readonly number[] },
    op: Operation,
  ): Promise<{ id: number }> {
    return createPool(this.#host, pool, op);
  }

  async destroyPool(pool: string): Promise<void> {
    destroyPool(this.#host, pool);
  }

  async renamePool(pool: string, name: string): Promise<void> {
    renamePool(this.#host, pool, name);
  }

  async addPoolCpus(pool: string, cpus: readonly number[], op: Operation): Promise<void> {
    addPoolCpus(this.#host, pool, cpus, op);
  }

  async removePoolCpus(pool: string, cpus: readonly number[], op: Operation): Promise<void> {
    removePoolCpus(this.#host, pool, cpus, op);
  }

  async moveDomain(domain: string, pool: string, op: Operation): Promise<void> {
    moveDomain(this.#host, domain, pool, op);
  }

  async xenstoreNode(path: string): Promise<XenstoreNode> {
    return readNode(this.#host.toolstack.store, path);
  }

  xenstoreChanges(
    path: string,
    cursor: number,
    signal: AbortSignal | undefined,
  ): Promise<{ cursor: number; paths: string[]; lost: boolean }> {
    return this.#parts.journal.changes(path, cursor, signal);
  }

  async xenstoreWrite(path: string, value: string): Promise<void> {
    writeNode(this.#host.toolstack.store, path, value);
  }

  async xenstoreRemove(path: string): Promise<void> {
    removeNode(this.#host.toolstack.store, path);
  }

  async xenstoreSetPermissions(path: string, permissions: string): Promise<void> {
    setNodePermissions(this.#host.toolstack.store, path, permissions);
  }

  logSources(): Promise<LogSource[]> {
    return logSources(this.#host, this.#parts.engineLog);
  }

  openLog(source: string): Promise<ByteStream> {
    return openLog(this.#host, this.#parts.engineLog, source);
  }

  bootMenu(disk: string): Promise<BootMenu> {
    return bootMenu(this.#host, disk);
  }

  domainBoot(domain: string): Promise<DomainBoot> {
    return domainBoot(this.#host, domain);
  }
}
