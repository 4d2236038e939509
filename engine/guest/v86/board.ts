/**
 * The devices of ours in one machine: what it begins with, what is plugged in later, where each sits, and what all of
 * them do between slices.
 */
import {
  MachineError,
  type MachinePlug,
  type MachineVbdCounters,
  type MachineVifCounters,
  type PciSlot,
} from '../machine.ts';
import { FileDisk } from './block.ts';
import type { Emulator } from './internals.ts';
import type { PciCpu } from './internals-pci.ts';
import type { StatePart } from './internals-state.ts';
import { ne2kCard } from './ne2k.ts';
import { Nic } from './nic.ts';
import { PciBus } from './pci-bus.ts';
import type { MachinePlan, PlannedDisk, PlannedFolder, PlannedNic } from './plan.ts';
import {
  CONSOLE_PORT_BASE,
  type FromWorker,
  isConsolePort,
  type PlugName,
  TERMINAL_NAME,
  XENSTORE_NAME,
} from './protocol.ts';
import { statePlaces } from './state.ts';
import { BlockDevice } from './virtio/block-device.ts';
import { ConsoleDevice } from './virtio/console-device.ts';
import { FolderDevice } from './virtio/folder-device.ts';
import { plugEntropy } from './virtio/entropy.ts';
import type { VirtioDevice } from './virtio/device.ts';
import { VirtioCard } from './virtio/net-card.ts';

/** The same in every machine, so that a saved guest finds them where they were. */
const CONSOLE_SLOT = 2;
const ENTROPY_SLOT = 3;

export interface BoardPort {
  readonly post: (message: FromWorker, transfer: ArrayBuffer[]) => void;
  readonly warn: (text: string) => void;
}

interface CardInSlot {
  readonly nic: Nic;
  /** Undefined: the board's own. */
  readonly card?: VirtioCard;
}

export class Board {
  readonly console: ConsoleDevice;
  readonly #bus: PciBus;
  readonly #port: BoardPort;
  /** All that is plugged in, for saved states. */
  readonly #parts: Map<number, StatePart>;
  readonly #disks = new Map<string, BlockDevice>();
  readonly #cards = new Map<number, CardInSlot>();
  readonly #folders: FolderDevice[] = [];
  readonly #newFolders: PlannedFolder[] = [];
  /** Images of disks that were taken away and are still being written. */
  readonly #closing = new Set<Promise<void>>();

  /** `parts` is kept up to date with what is plugged in. Call `fill` next. */
  constructor(emulator: Emulator, parts: Map<number, StatePart>, port: BoardPort) {
    this.#port = port;
    this.#parts = parts;
    this.#bus = new PciBus(emulator.v86.cpu as unknown as PciCpu, [CONSOLE_SLOT, ENTROPY_SLOT]);
    this.console = new ConsoleDevice(this.#bus, CONSOLE_SLOT, port.post, port.warn);
    this.console.addPort({ name: XENSTORE_NAME, keepsInput: false });
    this.#add(this.console.device);
  }

  /**
   * Puts in what the machine begins with. Throws MachineError; call `close` then. `restore`: folders without a place, which the
   * saved machine had not, come with `addNew`.
   */
  fill(plan: MachinePlan, emulator: Emulator, restore = false): void {
    if (plan.rng) this.#add(plugEntropy(this.#bus, ENTROPY_SLOT, this.#port.warn));
    if (plan.ne2k) this.#addNe2k(plan.ne2k, emulator);
    if (plan.pvConsole) this.#addPort(TERMINAL_NAME, true);
    for (const name of plan.channels) this.attachChannel(name);
    // Those who have a place take it before others choose theirs.
    for (const nic of placedFirst(plan.nics)) this.attachNic(nic);
    for (const disk of placedFirst(plan.disks)) this.attachDisk(disk);
    for (const folder of placedFirst(plan.folders)) {
      if (restore && folder.pciSlot === undefined) this.#newFolders.push(folder);
      else this.#addFolder(folder);
    }
  }

  /** Plugs in what the saved guest has never seen, once its state is back: it finds it when it searches its bus. */
  addNew(): void {
    for (const folder of this.#newFolders.splice(0)) this.#addFolder(folder);
  }

  get vbds(): MachineVbdCounters[] {
    return [...this.#disks.values()].map(({ disk }) => disk.counters);
  }

  get vifs(): MachineVifCounters[] {
    return [...this.#cards.values()].map(({ nic }) => nic.counters);
  }

  hasDisk(vdev: string): boolean {
    return this.#disks.has(vdev);
  }

  card(devid: number): Nic | undefined {
    return this.#cards.get(devid)?.nic;
  }

  /** Before a slice: brings frames and bytes to the guest. */
  feed(): boolean {
    for (const { nic } of this.#cards.values()) nic.deliver();
    return this.console.feed();
  }

  /** After a slice: takes frames away. */
  flush(): void {
    for (const { nic } of this.#cards.values()) nic.flush();
  }

  /** Throws MachineError `disk-unreadable`, or `failed` for a name that is there already and when no slot is free. */
  attachDisk(planned: PlannedDisk): MachinePlug {
    const { vdev, pciSlot } = planned;
    if (this.#disks.has(vdev)) throw new MachineError('failed', `The machine has a disk ${vdev} already.`);
    const slot = this.#bus.freeSlot(pciSlot);
    const disk = new FileDisk({ ...planned, slot: 'virtio' }, this.#port.warn);
    const block = new BlockDevice(this.#bus, slot, disk, this.#port.warn);
    this.#disks.set(vdev, block);
    return this.#plugged(`disk ${vdev}`, block.device);
  }

  /** Resolves when its image is closed. Rejects with MachineError `failed` when there is no such disk. */
  async detachDisk(vdev: string): Promise<void> {
    const block = this.#disks.get(vdev);
    if (!block) throw new MachineError('failed', `The machine has no disk ${vdev} that can be taken away.`);
    this.#disks.delete(vdev);
    this.#remove(block.device.slot);
    const closed = block.leave();
    this.#closing.add(closed);
    await closed.finally(() => this.#closing.delete(closed));
  }

  attachNic(planned: PlannedNic): MachinePlug {
    const { devid, pciSlot } = planned;
    this.#checkNewCard(devid);
    const slot = this.#bus.freeSlot(pciSlot);
    let card: VirtioCard | undefined;
    const makeCard = (onSend: (frame: Uint8Array) => void): VirtioCard =>
      (card = new VirtioCard(this.#bus, slot, planned, onSend, this.#port.warn));
    const nic = new Nic(planned, makeCard, this.#port.post);
    this.#cards.set(devid, { nic, ...(card ? { card } : {}) });
    return this.#plugged(`nic ${devid}`, card!.device);
  }

  detachNic(devid: number): void {
    const entry = this.#cards.get(devid);
    if (!entry) throw noCard(devid);
    if (!entry.card) throw new MachineError('failed', `Network card ${devid} is part of the board.`);
    entry.nic.flush();
    entry.card.device.unplug();
    this.#cards.delete(devid);
    this.#remove(entry.card.device.slot);
  }

  setLink(devid: number, up: boolean): void {
    const nic = this.card(devid);
    if (!nic) throw noCard(devid);
    nic.setLink(up);
  }

  attachChannel(name: string): void {
    this.#addPort(name, false);
  }

  detachChannel(name: string): void {
    if (isConsolePort(name)) throw new MachineError('failed', `${name} is no channel.`);
    this.console.removePort(name);
  }

  /** Resolves when nothing is under way in any image or folder. The guest must stand still. */
  async settled(): Promise<void> {
    await Promise.all([...this.#disks.values()].map(({ disk }) => disk.settled()));
    await Promise.all(this.#folders.map((folder) => folder.settled()));
    await Promise.all(this.#closing);
  }

  async close(): Promise<void> {
    const closing = [...this.#disks.values(), ...this.#folders].map((device) => device.close());
    await Promise.all([...closing, ...this.#closing]);
  }

  #addPort(name: string, terminal: boolean): void {
    const port = this.console.addPort({ name, keepsInput: true, terminal });
    this.#port.post({ op: 'channel', name, port: CONSOLE_PORT_BASE + port }, []);
  }

  #addNe2k(planned: PlannedNic, emulator: Emulator): void {
    this.#checkNewCard(planned.devid);
    const nic = new Nic(planned, (onSend) => ne2kCard(emulator, planned.mac, onSend), this.#port.post);
    this.#cards.set(planned.devid, { nic });
  }

  #addFolder(planned: PlannedFolder): void {
    const slot = this.#bus.freeSlot(planned.pciSlot);
    const folder = new FolderDevice(this.#bus, slot, planned, this.#port.warn);
    this.#folders.push(folder);
    this.#plugged(`folder ${planned.tag}`, folder.device);
  }

  #checkNewCard(devid: number): void {
    if (this.#cards.has(devid))
      throw new MachineError('failed', `The machine has a network card ${devid} already.`);
  }

  #plugged(name: PlugName, device: VirtioDevice): MachinePlug {
    this.#add(device);
    const plug = PciBus.plugAt(device.slot);
    this.#port.post({ op: 'plugged', device: name, plug }, []);
    return plug;
  }

  #add(device: VirtioDevice): void {
    this.#parts.set(statePlaces.plugged + device.slot, device);
  }

  #remove(slot: PciSlot): void {
    this.#parts.delete(statePlaces.plugged + slot);
  }
}

function placedFirst<T extends { readonly pciSlot?: PciSlot }>(devices: readonly T[]): T[] {
  const hasPlace = ({ pciSlot }: T): boolean => pciSlot !== undefined;
  return [...devices.filter(hasPlace), ...devices.filter((device) => !hasPlace(device))];
}

function noCard(devid: number): MachineError {
  return new MachineError('failed', `The machine has no network card ${devid}.`);
}
