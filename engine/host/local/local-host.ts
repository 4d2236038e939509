import { totalmem } from 'node:os';
import {
  dom0Uuid,
  type DomainDraft,
  type DomainInfo,
  type DomainVolume,
  DomusError,
  type History,
  type HistoryRange,
  type HostInfo,
  type MediumInfo,
  type ReadyImage,
} from '../../api/index.ts';
import type { MachineFactory } from '../../guest/machine.ts';
import type { Clock } from '../../lib/clock.ts';
import type { DisplayTools } from '../display.ts';
import type { Dom0Tools } from '../dom0.ts';
import type { HardwareTools } from '../hardware.ts';
import type { InventoryTools } from '../inventory.ts';
import type { ByteStream, CreateOptions, Host, HostSink, Operation, Removed } from '../host.ts';
import type { XenStore } from '../../xenstore/index.ts';
import type { MigrationTools } from '../migrate.ts';
import type { SaveTools } from '../save.ts';
import type { HostStop, StartupStep } from '../host.ts';
import { LocalInventory } from './inventory/index.ts';
import { LocalMigrations } from './migration/index.ts';
import { LocalSaves } from './saves/index.ts';
import type { SaveParts } from './saves/save.ts';
import type { Authoring } from './authoring.ts';
import type { Commands } from './commands.ts';
import { LocalDisplays } from './display-tools.ts';
import type { HostContext, HostLog, Timing } from './context.ts';
import { pvConsoles } from './domain-info.ts';
import type { Images } from './images.ts';
import { inspectMedium } from './media.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { Pulse } from './pulse.ts';
import type { Reporting } from './reporting.ts';
import { volumesOf } from './volumes.ts';
import type { Watcher } from './watcher.ts';

export interface LocalHostOptions {
  /** `local` unless there are several. */
  readonly id: string;
  /** The host's own directory, made when missing; its tree is Domain-0's file system. */
  readonly stateDir: string;
  readonly sink: HostSink;
  /** Stays the caller's: `close` ends the machines, not the factory. */
  readonly machineFactory: MachineFactory;
  /** The directory with `guest/`, the files of the ready-made images. */
  readonly assetsDir: string;
  readonly clock?: Clock;
  readonly log?: HostLog;
  /** Memory of the host when nobody configured another: default half of the computer's. At least 256 MiB. */
  readonly hostMemoryKiB?: number;
  /** Default: the CPUs this process may use. */
  readonly pcpus?: number;
  readonly timing?: Partial<Timing>;
  /** The engine's own log file, if it has one. */
  readonly engineLog?: string;
  /** The directory programs find this engine by (DOMUS_STATE). Default: two levels above `stateDir`. */
  readonly engineDirectory?: string;
  /** The built command line, for the tools of dom0's shell; without it there are none. */
  readonly cli?: string;
  /** The host's XenStore, to be served by whoever may open sockets. Default: one that nobody else sees. */
  readonly store?: XenStore;
  /** Of Domus, for people. */
  readonly version?: string;
}

export const defaultHostMemoryKiB = (): number =>
  Math.max(256 * 1024, Math.floor(totalmem() / 2 / 2 ** 20) * 1024);

/** The parts a host is made of (see createLocalHost). */
export interface LocalHostParts {
  readonly context: HostContext;
  readonly lifecycle: Lifecycle;
  readonly commands: Commands;
  readonly authoring: Authoring;
  readonly images: Images;
  readonly reporting: Reporting;
  readonly pulse: Pulse;
  readonly watcher: Watcher;
  readonly dom0: Dom0Tools;
  readonly hardware: HardwareTools;
  readonly saves: SaveParts;
  readonly startup: () => Promise<readonly StartupStep[]>;
  /** What is to be done with running domains before the host ends. */
  readonly shutdown: () => Promise<HostStop>;
  /** What else is to be ended with the host. */
  readonly closers: readonly (() => void)[];
}

/** The embedded Xen host. */
export class LocalHost implements Host {
  readonly id: string;
  readonly dom0: Dom0Tools;
  readonly hardware: HardwareTools;
  readonly inventory: InventoryTools;
  readonly display: DisplayTools;
  readonly saves: SaveTools;
  readonly migrations: MigrationTools;
  readonly #parts: LocalHostParts;
  #closing: Promise<void> | null = null;

  constructor(parts: LocalHostParts) {
    this.id = parts.context.id;
    this.dom0 = parts.dom0;
    this.hardware = parts.hardware;
    this.inventory = new LocalInventory(parts.context);
    this.display = new LocalDisplays(parts.context);
    this.saves = new LocalSaves(parts.saves);
    this.migrations = new LocalMigrations(parts.saves);
    this.#parts = parts;
  }

  info(): HostInfo {
    return this.#parts.reporting.hostInfo();
  }

  domains(): readonly DomainInfo[] {
    return this.#parts.reporting.domainInfos();
  }

  async configure(settings: { memoryMiB: number }, op: Operation): Promise<void> {
    const { context } = this.#parts;
    const memoryKiB = settings.memoryMiB * 1024;
    const changed = context.toolstack.ledger.setTotal(memoryKiB);
    if (!changed.ok) {
      const used = 'needKiB' in changed ? `${Math.ceil(changed.needKiB / 1024)} MiB` : 'more';
      throw new DomusError(
        'ERROR_NOMEM',
        `The host cannot have ${settings.memoryMiB} MiB: Domain-0 and the domains that run now have ${used}.`,
        { field: 'memoryMiB', fix: 'Shut domains down first, or choose a larger amount.' },
      );
    }
    op.log(`The host has ${settings.memoryMiB} MiB now.`);
    context.hostChanged();
    await context.settings.update({ memoryKiB });
  }

  images(): Promise<readonly ReadyImage[]> {
    return this.#parts.images.list();
  }

  preview(draft: DomainDraft): Promise<string> {
    return this.#parts.authoring.preview(draft);
  }

  create(draft: DomainDraft, options: CreateOptions, op: Operation): Promise<{ domain: string }> {
    return this.#parts.authoring.create(draft, options, op);
  }

  define(text: string, op: Operation): Promise<{ domain: string }> {
    return this.#parts.authoring.define(text, op);
  }

  configText(domain: string): Promise<{ path: string; text: string }> {
    return this.#parts.authoring.configText(domain);
  }

  async inspect(path: string): Promise<MediumInfo> {
    return inspectMedium(path, this.#parts.context);
  }

  start(domain: string, options: { paused: boolean }, op: Operation): Promise<void> {
    return this.#parts.commands.start(domain, options, op);
  }

  pause(domain: string, op: Operation): Promise<void> {
    return this.#parts.commands.pause(domain, op);
  }

  unpause(domain: string, op: Operation): Promise<void> {
    return this.#parts.commands.unpause(domain, op);
  }

  shutdown(domain: string, op: Operation): Promise<void> {
    return this.#parts.commands.shutdown(domain, op);
  }

  reboot(domain: string, op: Operation): Promise<void> {
    return this.#parts.commands.reboot(domain, op);
  }

  destroy(domain: string, op: Operation): Promise<void> {
    return this.#parts.commands.destroy(domain, op);
  }

  volumes(domain: string): Promise<readonly DomainVolume[]> {
    return volumesOf(this.#parts.context, domain);
  }

  remove(domain: string, op: Operation, volumes: readonly string[] = []): Promise<Removed> {
    return this.#parts.authoring.remove(domain, op, volumes);
  }

  async history(domain: string | null, range: HistoryRange): Promise<History> {
    const { context, reporting } = this.#parts;
    if (domain === null) return reporting.history(null, range);
    return reporting.history(domain === dom0Uuid ? 'dom0' : context.domains.get(domain), range);
  }

  async openSerial(domain: string, port: number): Promise<ByteStream> {
    const managed = this.#parts.context.domains.get(domain);
    const config = managed.live?.config ?? managed.definition?.config;
    if (!Number.isInteger(port) || port < 0 || port >= (config?.serialPorts ?? 0)) {
      throw new DomusError('ERROR_INVAL', `${managed.name} has no serial port ${port}.`, { field: 'port' });
    }
    return managed.consoles.open(port);
  }

  async openPvConsole(domain: string, number: number): Promise<ByteStream> {
    const managed = this.#parts.context.domains.get(domain);
    const config = managed.live?.config ?? managed.definition?.config;
    if (config && pvConsoles(config).some((console) => console.number === number))
      return managed.consoles.openPv(number);
    throw new DomusError('ERROR_INVAL', `${managed.name} has no PV console ${number}.`, { field: 'port' });
  }

  async startup(): Promise<readonly StartupStep[]> {
    // Domains learn of their saves.
    await this.saves.list();
    return this.#parts.startup();
  }

  beforeStop(): Promise<HostStop> {
    return this.#parts.shutdown();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { context, lifecycle, watcher, pulse } = this.#parts;
    watcher.close();
    lifecycle.exits.close();
    await Promise.all(
      context.domains.all.map(async (domain) => {
        await domain.exclusive.take('destroying', null, () => lifecycle.tearDown(domain)).catch(() => {});
        await domain.exclusive.idle();
      }),
    );
    pulse.close();
    for (const close of this.#parts.closers) close();
    await lifecycle.noteLive();
    await Promise.all(context.domains.all.map((domain) => domain.consoles.settled()));
    await lifecycle.logs.settled();
  }
}
