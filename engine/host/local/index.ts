import {
  ConsoleRing,
  DomainTable,
  MemoryLedger,
  minDom0KiB,
  Scheduler,
  Topology,
} from '../../hypervisor/index.ts';
import { systemClock } from '../../lib/clock.ts';
import { Bridge } from '../../network/bridge.ts';
import { DiskSharing } from '../../storage/sharing.ts';
import type { Toolstack } from '../../toolstack/create.ts';
import { writeDom0 } from '../../toolstack/store-tree.ts';
import { XenStore } from '../../xenstore/index.ts';
import { removeBootLeftovers } from '../../toolstack/bootloader/index.ts';
import { readGuestConfig } from '../../toolstack/read-config.ts';
import type { Host } from '../host.ts';
import { Authoring } from './authoring.ts';
import { Commands } from './commands.ts';
import { defaultTiming, type HostContext } from './context.ts';
import { autostartSteps } from './dom0/autostart.ts';
import { logBoot } from './dom0/hypervisor-log.ts';
import { createTools } from './dom0/index.ts';
import { LocalHardware } from './hardware/index.ts';
import { Definitions } from './definitions.ts';
import { DomainRegistry } from './domain-registry.ts';
import { Images } from './images.ts';
import { Lifecycle } from './lifecycle.ts';
import { defaultHostMemoryKiB, LocalHost, type LocalHostOptions } from './local-host.ts';
import { Pulse } from './pulse.ts';
import { defaultPcpus, Reporting } from './reporting.ts';
import type { SaveParts } from './saves/save.ts';
import { restoreSteps, stopSteps, xendomainsOf } from './saves/xendomains.ts';
import { SettingsFile } from './settings.ts';
import { StateDir } from './state-dir.ts';
import { Warnings } from '../warnings.ts';
import { Watcher } from './watcher.ts';

export type { HostLog, Timing } from './context.ts';
export type { LocalHostOptions } from './local-host.ts';

const defaultBridge = 'xenbr0';

function createToolstack(options: LocalHostOptions, settings: SettingsFile, stateDir: StateDir): Toolstack {
  const { machineFactory: machines, clock = systemClock, pcpus = defaultPcpus() } = options;
  const nowNs = clock.monotonicNs();
  const totalKiB = settings.value.memoryKiB ?? options.hostMemoryKiB ?? defaultHostMemoryKiB();
  const scheduler = new Scheduler({ pcpus, nowNs });
  scheduler.addDomain({ domid: 0, vcpus: pcpus, throttled: false });
  return {
    table: new DomainTable({ dom0Vcpus: pcpus, nowNs, lastDomid: settings.value.lastDomid }),
    ledger: new MemoryLedger({ totalKiB, dom0KiB: minDom0KiB }),
    scheduler,
    machines,
    bridges: new Map([[defaultBridge, new Bridge(defaultBridge, clock)]]),
    sharing: new DiskSharing(),
    store: options.store ?? new XenStore({ clock }),
    clock,
    runDir: stateDir.real('/var/run/xen'),
    resolve: (path) => stateDir.resolve(path),
    place: (path) => stateDir.place(path),
  };
}

/** Domains that were alive when the engine was killed: they are off now, and say why. */
async function reportLost(context: HostContext): Promise<void> {
  const { live } = context.settings.value;
  if (live.length === 0) return;
  const at = context.toolstack.clock.wallMs();
  for (const { uuid, name } of live) {
    const domain = context.domains.find(uuid);
    const detail = 'The engine ended while the domain was running.';
    if (domain) domain.lastExit = { at, reason: 'engine-lost', detail };
    context.warnings.add(`The engine ended while ${name} was running; it is off now.`);
  }
  await context.settings.update({ live: [] });
}

/**
 * Opens (or makes) the embedded host in its state directory: reads its configurations, repairs what a killed engine left,
 * installs the ready-made images. No domain is started. Everything is reported to the sink before it resolves.
 */
export async function createLocalHost(options: LocalHostOptions): Promise<Host> {
  const { id, sink, pcpus = defaultPcpus(), log = () => {} } = options;
  const stateDir = new StateDir(options.stateDir);
  const repaired = await stateDir.prepare();
  await removeBootLeftovers(stateDir.real('/var/run/xen'));
  const settings = new SettingsFile(stateDir);
  const settingsProblems = await settings.load();
  let hostChanged = (): void => {};
  const warnings = new Warnings(() => hostChanged());
  const domains = new DomainRegistry(stateDir, {
    changed: (domain) => reporting.publishDomain(domain),
    removed: (domain) => sink.domainRemoved(id, domain),
    logFailed: (error) => warnings.add(`A console log could not be written: ${error.message}.`),
  });
  const context: HostContext = {
    id,
    pcpus,
    stateDir,
    settings,
    definitions: new Definitions(stateDir, id, (text, source) => readGuestConfig(text, source, pcpus).config),
    domains,
    toolstack: createToolstack(options, settings, stateDir),
    topology: new Topology({ pcpus }),
    ring: new ConsoleRing(),
    startedAt: (options.clock ?? systemClock).wallMs(),
    replaceDefinition: async (definition, text) => {
      await context.definitions.replace(definition, text);
      await authoring.rescan();
    },
    rescan: () => authoring.rescan(),
    warnings,
    sink,
    timing: { ...defaultTiming, ...options.timing },
    log,
    hostChanged: () => hostChanged(),
  };
  const version = options.version ?? 'development';
  const reporting = new Reporting(context, version);
  writeDom0(context.toolstack.store, context.toolstack.ledger.host().dom0KiB);
  logBoot(context, version);
  const images = new Images(stateDir, options.assetsDir);
  const lifecycle = new Lifecycle(context);
  const commands = new Commands(context, lifecycle);
  const authoring = new Authoring(context, lifecycle, images);
  warnings.add(...repaired, ...settingsProblems, ...(await images.install()));
  await authoring.rescan();
  await reportLost(context);
  const pulse = new Pulse(context, context.toolstack.scheduler, (samples, dom0) =>
    reporting.second(samples, dom0),
  );
  hostChanged = () => {
    reporting.publishHost();
    pulse.kick();
  };
  reporting.publishAll();
  pulse.kick();
  const watcher = new Watcher(stateDir.real('/etc/xen'), context.toolstack.clock, () => authoring.rescan());
  const { dom0, closers } = await createTools(options, { context, lifecycle, pulse, version });
  const saves: SaveParts = { host: context, lifecycle, version };
  const startup = async () => [
    ...(await restoreSteps(saves)),
    ...(await autostartSteps(context, commands, lifecycle)),
  ];
  const shutdown = async () => ({
    steps: await stopSteps(saves, commands),
    maxWaitMs: (await xendomainsOf(context)).maxWaitSeconds * 1000,
  });
  return new LocalHost({
    context,
    lifecycle,
    commands,
    authoring,
    images,
    reporting,
    pulse,
    watcher,
    dom0,
    hardware: new LocalHardware(context),
    saves,
    startup,
    shutdown,
    closers,
  });
}
