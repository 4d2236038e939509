import {
  type Machine,
  type MachineChannel,
  type MachineCounters,
  type MachineCreateOptions,
  type MachineDisk,
  MachineError,
  type MachineExit,
  type MachineFactory,
  type MachineFolder,
  type MachineNic,
  type MachinePlug,
  type MachineShare,
  type MachineSpec,
  type MachineStatePart,
  type MachineXenStore,
} from '../../engine/guest/machine.ts';
import { Emitter } from '../../engine/lib/emitter.ts';

/** What the guest inside a `MemoryMachine` does when somebody presses its power button. */
export type PowerButtonHabit = 'poweroff' | 'reboot' | 'crash' | 'ignore';

type States = 'created' | 'running' | 'gone';

interface Events {
  serial: { port: number; bytes: Uint8Array };
  drain: number;
  frame: { devid: number; frame: Uint8Array };
  exit: MachineExit;
  storeData: Uint8Array;
  storeRestart: void;
}

/**
 * A machine without a processor, for tests of everything above `Machine`: it keeps the interface's rules (order,
 * errors, exactly one exit), prints a prompt when it starts, echoes what is typed, and does what the test says.
 */
export class MemoryMachine implements Machine {
  readonly kind = 'v86' as const;
  readonly spec: MachineSpec;
  powerButtonHabit: PowerButtonHabit = 'poweroff';
  state: States = 'created';
  paused = false;
  /** Executing at the moment of the look (as opposed to waiting for something). */
  busy = false;
  cpuTimeNs = 0;
  share: MachineShare = { capPercent: 100 };
  shareChanges = 0;
  /** What the guest's balloon was last asked to leave it; it obeys at once unless `deafToBalloon`. */
  targetKiB: number;
  deafToBalloon = false;
  /** First bytes of its memory; the rest is zero. */
  memoryHead: Uint8Array = new Uint8Array(0);
  /** What the host sent over the XenStore line. */
  readonly storeReceived: number[] = [];
  readonly xenStore: MachineXenStore;
  /** How many bytes the serial queue takes before it says "full". */
  serialRoom = 64 * 1024;
  readonly typed: number[] = [];
  readonly received: { devid: number; frame: Uint8Array }[] = [];
  vbds: MachineCounters['vbds'];
  vifs: MachineCounters['vifs'];
  /** What is in each drive. */
  readonly media = new Map<string, string | null>();
  /** Cards whose cable is out. */
  readonly unplugged = new Set<number>();
  /** Makes the next plug of a device fail. */
  plugFailure: MachineError | null = null;
  /** Devices on the bus, by slot. */
  readonly #slots = new Map<string, number>();
  readonly #channels = new Map<string, MachineChannel>();
  #greeted = false;
  readonly #events = new Emitter<Events>();
  readonly #serialListeners = new Set<(port: number, bytes: Uint8Array) => void | Promise<void>>();

  constructor(spec: MachineSpec) {
    this.spec = spec;
    this.targetKiB = spec.memoryTargetKiB ?? spec.memoryKiB;
    this.xenStore = {
      send: (bytes) => this.storeReceived.push(...bytes) && bytes.length,
      onDrain: () => () => {},
      onData: (listener) => this.#events.on('storeData', (bytes) => void listener(bytes)),
      onRestart: (listener) => this.#events.on('storeRestart', listener),
    };
    this.vbds = spec.disks.map(newVbd);
    this.vifs = spec.nics.map(newVif);
    for (const disk of spec.disks) this.media.set(disk.vdev, disk.path ?? null);
    for (const { vdev, pciSlot } of spec.disks) if (vdev.startsWith('xvd')) this.#plug(vdev, pciSlot);
    for (const { devid, model, pciSlot } of spec.nics)
      if (model === 'virtio') this.#plug(`vif ${devid}`, pciSlot);
    for (const { tag } of spec.folders ?? []) this.#plug(`9p ${tag}`);
    for (const name of spec.channels ?? []) this.#channels.set(name, silent(name));
  }

  async start(): Promise<void> {
    this.#alive();
    if (this.state === 'running') throw new MachineError('state', 'The machine runs already.');
    this.state = 'running';
    if (!this.paused) this.#greet();
  }

  async pause(): Promise<void> {
    this.#alive();
    this.paused = true;
  }

  async unpause(): Promise<void> {
    this.#alive();
    if (!this.paused) return;
    this.paused = false;
    if (this.state === 'running') this.#greet();
  }

  async powerButton(): Promise<void> {
    this.#alive();
    const habit = this.powerButtonHabit;
    if (habit === 'ignore' || this.paused) return;
    setImmediate(() => this.exit({ reason: habit, detail: `The guest chose to ${habit}.` }));
  }

  async setShare(share: MachineShare): Promise<void> {
    this.#alive();
    this.share = share;
    this.shareChanges += 1;
  }

  async counters(): Promise<MachineCounters> {
    this.#alive();
    return {
      cpuTimeNs: this.cpuTimeNs,
      memoryKiB: this.deafToBalloon ? this.spec.memoryKiB : this.targetKiB,
      running: this.busy && !this.paused,
      vbds: this.vbds,
      vifs: this.vifs,
    };
  }

  async attachChannel(name: string): Promise<void> {
    this.#alive();
    this.#channels.set(name, silent(name));
  }

  async detachChannel(name: string): Promise<void> {
    this.#channels.delete(name);
  }

  channel(name: string): MachineChannel | undefined {
    return this.#channels.get(name);
  }

  async attachDisk(disk: MachineDisk): Promise<MachinePlug> {
    const plug = this.#plug(disk.vdev, disk.pciSlot);
    this.media.set(disk.vdev, disk.path ?? null);
    this.vbds = [...this.vbds, newVbd(disk)];
    return plug;
  }

  async detachDisk(vdev: string): Promise<void> {
    this.#unplug(vdev);
    this.media.delete(vdev);
    this.vbds = this.vbds.filter((vbd) => vbd.vdev !== vdev);
  }

  async insertMedium(vdev: string, path: string | null): Promise<void> {
    this.#alive();
    this.media.set(vdev, path);
  }

  async attachNic(nic: MachineNic): Promise<MachinePlug> {
    const plug = this.#plug(`vif ${nic.devid}`, nic.pciSlot);
    this.vifs = [...this.vifs, newVif(nic)];
    return plug;
  }

  async detachNic(devid: number): Promise<void> {
    this.#unplug(`vif ${devid}`);
    this.vifs = this.vifs.filter((vif) => vif.devid !== devid);
  }

  async setLink(devid: number, up: boolean): Promise<void> {
    this.#alive();
    if (up) this.unplugged.delete(devid);
    else this.unplugged.add(devid);
  }

  async attachFolder({ tag, pciSlot }: MachineFolder): Promise<MachinePlug> {
    return this.#plug(`9p ${tag}`, pciSlot);
  }

  async detachFolder(tag: string): Promise<void> {
    this.#unplug(`9p ${tag}`);
  }

  plugOf(device: { vdev: string } | { devid: number } | { tag: string }): MachinePlug | null {
    const name =
      'vdev' in device ? device.vdev : 'tag' in device ? `9p ${device.tag}` : `vif ${device.devid}`;
    const slot = this.#slots.get(name);
    return slot === undefined ? null : plugAt(slot);
  }

  get memoryBytes(): number {
    return this.spec.memoryKiB * 1024;
  }

  async setMemoryTarget(targetKiB: number): Promise<void> {
    this.#alive();
    this.targetKiB = targetKiB;
  }

  async readMemory(offset: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    bytes.set(this.memoryHead.subarray(offset, offset + length));
    return bytes;
  }

  /** What is in its memory, and what it did last. */
  async *save(): AsyncGenerator<MachineStatePart> {
    if (!this.paused) throw new MachineError('state', 'The machine is not paused.');
    const bytes = new Uint8Array(4096);
    bytes.set(this.memoryHead);
    yield { kind: 'pages', numbers: Uint32Array.of(0), bytes };
    yield { kind: 'devices', bytes: new TextEncoder().encode(JSON.stringify({ greeted: this.#greeted })) };
  }

  async restore(parts: AsyncIterable<MachineStatePart>): Promise<void> {
    for await (const { kind, bytes } of parts) {
      if (kind === 'pages') this.memoryHead = bytes;
      else this.#greeted = (JSON.parse(new TextDecoder().decode(bytes)) as { greeted: boolean }).greeted;
    }
  }

  /** The guest writes into its XenStore line. */
  storeSend(bytes: Uint8Array): void {
    this.#events.emit('storeData', bytes);
  }

  sendSerial(port: number, bytes: Uint8Array): number {
    if (this.state === 'gone') return 0;
    const taken = Math.min(bytes.length, this.serialRoom);
    this.serialRoom -= taken;
    this.typed.push(...bytes.subarray(0, taken));
    if (!this.paused && this.state === 'running') void this.print(bytes.slice(0, taken), port);
    return taken;
  }

  onSerialDrain(listener: (port: number) => void): () => void {
    return this.#events.on('drain', listener);
  }

  onSerial(listener: (port: number, bytes: Uint8Array) => void | Promise<void>): () => void {
    this.#serialListeners.add(listener);
    return () => void this.#serialListeners.delete(listener);
  }

  onFrame(listener: (devid: number, frame: Uint8Array) => void): () => void {
    return this.#events.on('frame', ({ devid, frame }) => listener(devid, frame));
  }

  sendFrame(devid: number, frame: Uint8Array): void {
    if (this.state !== 'gone') this.received.push({ devid, frame: frame.slice() });
  }

  onExit(listener: (exit: MachineExit) => void): () => void {
    return this.#events.on('exit', listener);
  }

  async destroy(): Promise<void> {
    this.state = 'gone';
    this.#events.dispose();
    this.#serialListeners.clear();
  }

  /** The guest prints. Resolves when every listener has taken it. */
  async print(text: string | Uint8Array, port = 0): Promise<void> {
    const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
    for (const listener of [...this.#serialListeners]) await listener(port, bytes);
  }

  /** The guest has read what was typed: there is room again. */
  drain(port = 0, room = 64 * 1024): void {
    this.serialRoom = room;
    this.#events.emit('drain', port);
  }

  /** The guest sends an Ethernet frame. */
  transmit(devid: number, frame: Uint8Array): void {
    this.#events.emit('frame', { devid, frame });
  }

  /** The guest stops by itself. */
  exit(exit: MachineExit): void {
    if (this.state === 'gone') return;
    this.state = 'gone';
    this.#events.emit('exit', exit);
  }

  #plug(name: string, wanted?: number): MachinePlug {
    this.#alive();
    const failure = this.plugFailure;
    this.plugFailure = null;
    if (failure) throw failure;
    const taken = new Set(this.#slots.values());
    const free = Array.from({ length: 26 }, (_, at) => at + 3).find((slot) => !taken.has(slot));
    const slot = wanted ?? free;
    if (slot === undefined) throw new MachineError('failed', 'The machine has no free slot.');
    this.#slots.set(name, slot);
    return plugAt(slot);
  }

  #unplug(name: string): void {
    this.#alive();
    if (!this.#slots.delete(name)) throw new MachineError('failed', `There is no ${name} to unplug.`);
  }

  #greet(): void {
    if (this.#greeted) return;
    this.#greeted = true;
    void this.print(`Welcome to ${this.spec.name}\r\n~ # `);
  }

  #alive(): void {
    if (this.state === 'gone') throw new MachineError('gone', 'The machine is gone.');
  }
}

const plugAt = (slot: number): MachinePlug => ({
  pci: `0000:00:${slot.toString(16).padStart(2, '0')}.0`,
  slot,
});

const newVbd = ({ vdev }: Pick<MachineDisk, 'vdev'>): MachineCounters['vbds'][number] => ({
  vdev,
  readOps: 0,
  writeOps: 0,
  readBytes: 0,
  writeBytes: 0,
});

const newVif = ({ devid }: Pick<MachineNic, 'devid'>): MachineCounters['vifs'][number] => ({
  devid,
  rxBytes: 0,
  txBytes: 0,
  rxPackets: 0,
  txPackets: 0,
  rxDrops: 0,
  txDrops: 0,
});

/** Makes `MemoryMachine`s and remembers them. */
export class MemoryMachineFactory implements MachineFactory {
  readonly kind = 'v86' as const;
  readonly created: MemoryMachine[] = [];
  disposed = false;
  /** Called for each new machine before anybody sees it; may throw to make the creation fail. */
  prepare: (machine: MemoryMachine) => void | Promise<void> = () => {};

  async create(spec: MachineSpec, { restore }: MachineCreateOptions = {}): Promise<MemoryMachine> {
    const machine = new MemoryMachine(spec);
    await this.prepare(machine);
    if (restore) await machine.restore(restore);
    this.created.push(machine);
    return machine;
  }

  /** The newest machine of the domain called `name`. Throws when there never was one. */
  machine(name: string): MemoryMachine {
    const found = this.created.findLast((machine) => machine.spec.name === name);
    if (!found) throw new Error(`No machine was created for ${name}`);
    return found;
  }

  /** Machines not yet destroyed. */
  get alive(): readonly MemoryMachine[] {
    return this.created.filter((machine) => machine.state !== 'gone');
  }

  async dispose(): Promise<void> {
    this.disposed = true;
  }
}

/** A channel that nobody in the guest has open. */
const silent = (name: string): MachineChannel => ({
  name,
  open: false,
  send: (bytes) => bytes.length,
  onDrain: () => () => {},
  onData: () => () => {},
  onRestart: () => () => {},
});
