import { DomusError } from '../api/index.ts';
import type { Machine, MachineFactory, MachineSpec } from '../guest/machine.ts';
import type {
  DomainRecord,
  DomainTable,
  MemoryLedger,
  MemoryRefusal,
  Refusal,
  Scheduler,
} from '../hypervisor/index.ts';
import { abortReason } from '../lib/abort.ts';
import type { Clock } from '../lib/clock.ts';
import { AsyncDisposableStack } from '../lib/disposable.ts';
import type { Bridge } from '../network/bridge.ts';
import type { DiskSharing } from '../storage/sharing.ts';
import type { XenStore } from '../xenstore/index.ts';
import type { BootConsole } from './bootloader/index.ts';
import { ChannelEnds, type PvConsole } from './channels/index.ts';
import { writeTty } from './channels/live.ts';
import type { GuestConfig } from './guest-config.ts';
import { LiveDomain } from './live-domain.ts';
import { fromMachineError } from './machine-errors.ts';
import { loadBoot } from './load-boot.ts';
import { prepareSpec } from './machine-spec.ts';
import { fitSpec } from './save/fit-spec.ts';
import { adoptNodes } from './save/guest-nodes.ts';
import { nothingToBoot, type RestoredState } from './save/restored-state.ts';
import { connectStore } from './store-line.ts';
import { connectDevices, removeDomain, type StoredDomain, writeDomain } from './store-tree.ts';
import { findBridge, Vifs } from './vifs.ts';

/** What the toolstack works with: one per host. */
export interface Toolstack {
  readonly table: DomainTable;
  readonly ledger: MemoryLedger;
  readonly scheduler: Scheduler;
  readonly machines: MachineFactory;
  readonly bridges: ReadonlyMap<string, Bridge>;
  readonly sharing: DiskSharing;
  readonly store: XenStore;
  readonly clock: Clock;
  /** Where this host's `/var/run/xen` is. */
  readonly runDir: string;
  /** Turns a path as configured into one of this computer. */
  resolve(path: string): string;
  /** The same for a file that is to be made. */
  place(path: string): string;
}

export interface CreateSteps {
  /** Honoured until the machine exists. */
  readonly signal: AbortSignal;
  progress(stage: string, fraction?: number): void;
  log(line: string): void;
  /** The domid is taken: make that durable before anything uses it. */
  onDomid(domid: number): Promise<void>;
  /** Connect the consoles before the first instruction. The returned function takes them off again. */
  connect(machine: Machine, domid: number): Promise<() => void>;
  /** The console for the time before there is a machine. */
  bootConsole(domid: number): BootConsole;
  /** The PV console of that number: a channel over a terminal speaks there. */
  pvConsole(number: number): PvConsole;
  /** The guest was saved: it goes on instead of being booted. */
  readonly restore?: RestoredState | undefined;
}

/**
 * Builds a domain up to the point before its first instruction (behaviour §1: domid, memory, kernel, disks, consoles, vifs).
 * Whatever fails or is aborted, nothing of it is left. Errors: those of `prepareSpec`, ERROR_NOMEM with the figures,
 * ERROR_FAIL for a bridge that does not exist, ERROR_ABORTED.
 */
export async function createDomain(
  toolstack: Toolstack,
  config: GuestConfig,
  uuid: string,
  steps: CreateSteps,
): Promise<LiveDomain> {
  const { table, ledger, scheduler, clock } = toolstack;
  const undo = new AsyncDisposableStack();
  try {
    steps.progress('Checking the configuration', 0.05);
    checkBridges(toolstack, config);
    const record = takeDomid(toolstack, uuid, steps.restore?.domid);
    undo.defer(() => {
      table.kill(record.domid);
      scheduler.removeDomain(record.domid);
      ledger.remove(record.domid);
      table.release(record.domid, clock.monotonicNs());
    });
    await steps.onDomid(record.domid);
    steps.progress('Reserving memory', 0.1);
    reserveMemory(toolstack, record.domid, config);
    enterScheduler(toolstack, record.domid, config);
    const stored = { domid: record.domid, uuid, config, startedAtMs: clock.wallMs(), vcpus: 1 };
    undo.defer(() => removeDomain(toolstack.store, record.domid, uuid));
    writeDomain(toolstack.store, stored);
    if (steps.restore) adoptNodes(toolstack.store, record.domid, steps.restore.saved.nodes);
    const live = await buildMachine(toolstack, stored, record, steps);
    undo.move();
    return live;
  } catch (error) {
    await undo.dispose().catch(() => {});
    throw fromMachineError(error);
  }
}

/** A bridge that does not exist is the fault of the file's vif=. */
function checkBridges({ bridges }: Toolstack, config: GuestConfig): void {
  for (const { devid, bridge } of config.nics) {
    try {
      findBridge(bridges, bridge);
    } catch (error) {
      const { fix = '' } = error as DomusError;
      const message = `vif ${devid} of ${config.name} wants the bridge ${bridge}, which does not exist.`;
      throw new DomusError('ERROR_FAIL', message, { field: 'vif', fix });
    }
  }
}

function takeDomid({ table, clock }: Toolstack, uuid: string, exact?: number): DomainRecord {
  const wish = exact === undefined ? {} : { domid: { exact } };
  const created = table.create({ uuid, maxVcpus: 1, ...wish }, clock.monotonicNs());
  if (!created.ok) throw new DomusError('ERROR_FAIL', created.message);
  return created.value;
}

function reserveMemory({ ledger }: Toolstack, domid: number, config: GuestConfig): void {
  const reserved = ledger.reserve(domid, {
    type: config.type,
    targetKiB: config.memoryKiB,
    staticMaxKiB: Math.max(config.memoryKiB, config.maxMemoryKiB),
    maxVcpus: 1,
    ...(config.pagingKiB === null ? {} : { pagingKiB: config.pagingKiB }),
  });
  if (!reserved.ok) throw memoryError(reserved, config, ledger.host().totalKiB);
  ledger.populate(domid);
}

function memoryError(refusal: Refusal | MemoryRefusal, config: GuestConfig, totalKiB: number): DomusError {
  if (!('needKiB' in refusal)) return new DomusError('ERROR_INVAL', refusal.message, { field: 'memory' });
  const mib = (kib: number): string => `${Math.round(kib / 102.4) / 10} MiB`;
  return new DomusError(
    'ERROR_NOMEM',
    `${config.name} needs ${mib(refusal.needKiB)} (its ${mib(config.memoryKiB)} and what the host needs around it), but of the host's ${mib(totalKiB)} only ${mib(refusal.freeKiB)} are free.`,
    {
      field: 'memory',
      fix: `Give it less memory, shut another domain down, or give the host at least ${mib(refusal.shortfallKiB)} more.`,
    },
  );
}

/** One vCPU cannot use more than one CPU, whatever cap its configuration sets for several. */
function enterScheduler({ scheduler }: Toolstack, domid: number, config: GuestConfig): void {
  const params = { weight: config.cpuWeight, cap: Math.min(100, config.capPercent) };
  const added = scheduler.addDomain({ domid, vcpus: 1, params });
  if (!added.ok)
    throw new DomusError('ERROR_INVAL', `${config.name}: ${added.message}`, { field: 'cpu_weight' });
}

async function buildMachine(
  toolstack: Toolstack,
  stored: StoredDomain,
  record: DomainRecord,
  steps: CreateSteps,
): Promise<LiveDomain> {
  const { config, uuid } = stored;
  const resources = new AsyncDisposableStack();
  try {
    const { restore } = steps;
    const boot = restore ? nothingToBoot(config) : await loadBoot(toolstack, config, record.domid, steps);
    resources.defer(() => boot.loaded());
    steps.progress('Opening kernel and disks', 0.2);
    const owner = restore?.incomingOf;
    const prepared = await prepareSpec(boot.config, owner ?? uuid, {
      ...toolstack,
      incoming: owner !== undefined,
    });
    resources.use(prepared.images);
    const spec = restore ? fitSpec(prepared.spec, restore.saved) : prepared.spec;
    if (!restore) prepared.notes.forEach((note) => steps.log(note));
    steps.progress('Building the machine', 0.4);
    const machine = await createUnlessAborted(toolstack.machines, spec, restore, steps.signal);
    resources.defer(() => machine.destroy());
    resources.defer(await steps.connect(machine, record.domid));
    await boot.loaded();
    const vifs = resources.use(new Vifs(toolstack.bridges, machine, record.domid));
    for (const nic of config.nics) vifs.plug(nic);
    const line = connectStore(toolstack.store, record.domid, machine, restore?.saved.connection);
    resources.defer(() => line.close());
    connectDevices(toolstack.store, stored, machine);
    const ends = resources.use(openEnds(toolstack, record.domid, machine, steps));
    for (const channel of config.channels)
      writeTty(toolstack.store, record.domid, channel, await ends.open(channel));
    const { images } = prepared;
    return new LiveDomain({ record, stored, machine, spec, line, images, vifs, ends, resources, toolstack });
  } catch (error) {
    await resources.dispose().catch(() => {});
    throw error;
  }
}

const openEnds = (toolstack: Toolstack, domid: number, machine: Machine, steps: CreateSteps): ChannelEnds =>
  new ChannelEnds({
    domid,
    machine,
    clock: toolstack.clock,
    place: (path) => toolstack.place(path),
    console: (number) => steps.pvConsole(number),
  });

/** A machine that is finished after the abort is thrown away. */
async function createUnlessAborted(
  machines: MachineFactory,
  spec: MachineSpec,
  restore: RestoredState | undefined,
  signal: AbortSignal,
): Promise<Machine> {
  signal.throwIfAborted();
  const creating = machines.create(spec, restore && { restore: restore.parts });
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      reject(abortReason(signal));
      creating.then(
        (machine) => machine.destroy(),
        () => {},
      );
    };
    signal.addEventListener('abort', onAbort, { once: true });
    creating.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
