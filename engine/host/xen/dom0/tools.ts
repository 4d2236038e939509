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
import {
  checkConfig,
  checkReplacement,
  configOptions,
  importLegacy,
} from '../../../toolstack/config-text.ts';
import type { Dom0Tools, PoolParameters, TriggerName } from '../../dom0.ts';
import type { ByteStream, Operation } from '../../operation.ts';
import type { XenAuthoring } from '../authoring.ts';
import type { XenContext } from '../host-context.ts';
import type { HostImages } from '../media/host-images.ts';
import { parseInfo } from '../parse/xl-info.ts';
import { byteStream } from '../streams/duplex-stream.ts';
import { bootMenu, domainBoot } from './boot-menu.ts';
import { domainRows } from './domain-rows.ts';
import { createFromText } from './live-create.ts';
import { logSources, openLog } from './logs.ts';
import { SchedulerLook } from './scheduler-view.ts';
import { Scheduling } from './scheduling.ts';
import { readNode, removeNode, setPermissions, writeNode } from './store.ts';
import type { StoreWatches } from './store-watch.ts';
import { liveTarget } from './target.ts';
import * as tuning from './tuning.ts';

/** Dom0's tools of a real host: its own. */
export class XenTools implements Dom0Tools {
  readonly #host: XenContext;
  readonly #authoring: XenAuthoring;
  readonly #watches: StoreWatches;
  readonly #images: HostImages;
  readonly #look: SchedulerLook;
  readonly #scheduling: Scheduling;

  constructor(host: XenContext, authoring: XenAuthoring, watches: StoreWatches, images: HostImages) {
    this.#host = host;
    this.#authoring = authoring;
    this.#watches = watches;
    this.#images = images;
    this.#look = new SchedulerLook(host);
    this.#scheduling = new Scheduling(host, this.#look);
  }

  async physical(): Promise<PhysicalInfo> {
    return parseInfo(await this.#host.xl.run(['xl', 'info', '-n'])).physical;
  }

  async domains(): Promise<DomainRow[]> {
    return domainRows(this.#host);
  }

  dmesg(clear: boolean): Promise<string> {
    return this.#host.xl.run(['xl', 'dmesg', ...(clear ? ['-c'] : [])]);
  }

  async debugKeys(keys: string): Promise<void> {
    await this.#host.xl.strict(['xl', 'debug-keys', keys]);
  }

  /** As whoever logged in: what a person would have typed `ssh` for. */
  async openTerminal(size: { columns: number; rows: number }): Promise<ByteStream> {
    const process = await this.#host.xl.open({ script: 'exec "${SHELL:-/bin/sh}" -l', as: 'own' }, size);
    process.stdin.on('error', () => undefined);
    const ends = {
      from: process.stdout,
      to: process.stdin,
      resize: (to: { columns: number; rows: number }) => process.resize(to),
      close: () => process.kill(),
    };
    return byteStream(
      ends,
      process.ended.then(({ code }) => `The shell has ended${code === null ? '' : ` with code ${code}`}.`),
    );
  }

  async checkConfig(text: string, source: string): Promise<ConfigCheck> {
    return checkConfig(this.#pcpus, text, source);
  }

  async configOptions(): Promise<ConfigOption[]> {
    return configOptions();
  }

  async writeConfig(id: string, text: string, op: Operation): Promise<void> {
    const domain = this.#host.domains.get(id);
    const { path } = this.#authoring.configText(id);
    if (domain.definition) {
      for (const warning of checkReplacement(domain.definition, text, this.#pcpus)) op.log(warning);
    }
    await domain.exclusive.run('configuring', op.signal, () => this.#authoring.replace(domain, text));
    op.log(`Wrote ${path}.`);
    if (domain.live) op.log('It takes effect at the next start.');
  }

  async longConfig(id: string): Promise<string> {
    return this.#host.xl.run(['xl', 'list', '-l', liveTarget(this.#host, id).domid]);
  }

  async importLegacy(text: string): Promise<LegacyImport> {
    return importLegacy(text);
  }

  createFromText(
    request: { text: string; source: string; paused: boolean },
    op: Operation,
  ): Promise<{ domain: string; domid: number }> {
    return createFromText(this.#host, request, op);
  }

  rename(domain: string, name: string, op: Operation): Promise<void> {
    return tuning.rename(this.#host, this.#authoring, domain, name, op);
  }

  trigger(domain: string, name: TriggerName): Promise<void> {
    return tuning.trigger(this.#host, domain, name);
  }

  sysrq(domain: string, letter: string, op: Operation): Promise<void> {
    return tuning.sysrq(this.#host, domain, letter, op);
  }

  dumpCore(domain: string, path: string, op: Operation): Promise<{ bytes: number }> {
    return tuning.dumpCore(this.#host, domain, path, op);
  }

  setMemory(domain: string, memoryKiB: number): Promise<void> {
    return tuning.setMemory(this.#host, domain, memoryKiB);
  }

  setMaxMemory(domain: string, memoryKiB: number): Promise<void> {
    return tuning.setMaxMemory(this.#host, domain, memoryKiB);
  }

  setVcpus(domain: string, count: number, op: Operation): Promise<void> {
    return tuning.setVcpus(this.#host, domain, count, op);
  }

  pinVcpu(domain: string, pinning: Parameters<Dom0Tools['pinVcpu']>[1], op: Operation): Promise<void> {
    return this.#scheduling.pin(domain, pinning, op);
  }

  setAutostart(domain: string, autostart: boolean, op: Operation): Promise<void> {
    return tuning.setAutostart(this.#host, domain, autostart, op);
  }

  schedulerView(): Promise<SchedulerView> {
    return this.#look.view();
  }

  setDomainSchedule(
    domain: string,
    change: { weight?: number | undefined; cap?: number | undefined },
    op: Operation,
  ): Promise<void> {
    return this.#scheduling.setDomain(domain, change, op);
  }

  setPoolSchedule(pool: string, change: PoolParameters, op: Operation): Promise<void> {
    return this.#scheduling.setPool(pool, change, op);
  }

  createPool(
    pool: { name: string; scheduler: SchedulerName; cpus: readonly number[] },
    op: Operation,
  ): Promise<{ id: number }> {
    return this.#scheduling.createPool(pool, op);
  }

  destroyPool(pool: string): Promise<void> {
    return this.#scheduling.destroyPool(pool);
  }

  renamePool(pool: string, name: string): Promise<void> {
    return this.#scheduling.renamePool(pool, name);
  }

  addPoolCpus(pool: string, cpus: readonly number[], op: Operation): Promise<void> {
    return this.#scheduling.poolCpus('add', pool, cpus, op);
  }

  removePoolCpus(pool: string, cpus: readonly number[], op: Operation): Promise<void> {
    return this.#scheduling.poolCpus('remove', pool, cpus, op);
  }

  moveDomain(domain: string, pool: string, op: Operation): Promise<void> {
    return this.#scheduling.moveDomain(domain, pool, op);
  }

  xenstoreNode(path: string): Promise<XenstoreNode> {
    return readNode(this.#host.xl, path);
  }

  xenstoreChanges(
    path: string,
    cursor: number,
    signal: AbortSignal | undefined,
  ): Promise<{ cursor: number; paths: string[]; lost: boolean }> {
    return this.#watches.changes(path, cursor, signal);
  }

  xenstoreWrite(path: string, value: string): Promise<void> {
    return writeNode(this.#host.xl, path, value);
  }

  xenstoreRemove(path: string): Promise<void> {
    return removeNode(this.#host.xl, path);
  }

  xenstoreSetPermissions(path: string, permissions: string): Promise<void> {
    return setPermissions(this.#host.xl, path, permissions);
  }

  logSources(): Promise<LogSource[]> {
    return logSources(this.#host);
  }

  openLog(source: string): Promise<ByteStream> {
    return openLog(this.#host, source);
  }

  bootMenu(disk: string, signal?: AbortSignal): Promise<BootMenu> {
    return bootMenu(this.#images, disk, signal);
  }

  domainBoot(domain: string, signal?: AbortSignal): Promise<DomainBoot> {
    return domainBoot(this.#host, this.#images, domain, signal);
  }

  get #pcpus(): number {
    return Math.max(1, this.#host.facts()?.physical.nrCpus ?? 1);
  }
}
