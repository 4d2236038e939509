/** A machine executed by v86 in a worker thread of its own, as the toolstack sees it. */
import { Emitter, type Unsubscribe } from '../../lib/emitter.ts';
import {
  MachineError,
  type Machine,
  type MachineChannel,
  type MachineCreateOptions,
  type MachineDisk,
  type MachineExit,
  type MachineNic,
  type MachinePlug,
  type MachineShare,
  type MachineSpec,
  type MachineStatePart,
  type MachineXenStore,
} from '../machine.ts';
import { DisplayLink } from './display-link.ts';
import { ConsoleStreams } from './console-streams.ts';
import { NicFlows } from './nic-flows.ts';
import { type MachinePlan, planChannel, planDisk, planMachine, planNic } from './plan.ts';
import {
  TERMINAL_NAME,
  XENSTORE_PORT,
  type CallName,
  type Calls,
  type LogLevel,
  type PlugName,
  type ToWorker,
  type V86Counters,
  type WorkerBirth,
} from './protocol.ts';
import { SerialFlow } from './serial-flow.ts';
import { SoundLink } from './sound-link.ts';
import { restoreState, saveState } from './state-transfer.ts';
import { WorkerLink, type StreamMessage } from './worker-link.ts';

/** What all machines of a factory share. */
export interface V86Common extends Omit<WorkerBirth, 'plan'> {
  readonly workerUrl: URL;
  log(level: LogLevel, text: string): void;
}

export class V86Machine implements Machine {
  readonly kind = 'v86';
  readonly #serial: SerialFlow;
  readonly #frames: NicFlows;
  readonly #streams: ConsoleStreams;
  readonly #plugs = new Map<PlugName, MachinePlug>();
  readonly #exits: Emitter<{ exit: MachineExit }>;
  readonly xenStore: MachineXenStore;
  readonly display: DisplayLink;
  readonly sound?: SoundLink;
  readonly memoryBytes: number;
  #link: WorkerLink | undefined;
  #exited = false;
  #destroyed: Promise<void> | undefined;

  /** Rejects with MachineError; no thread is left then. */
  static async create(
    common: V86Common,
    spec: MachineSpec,
    { restore }: MachineCreateOptions = {},
  ): Promise<V86Machine> {
    const plan = planMachine(spec);
    const log = (level: LogLevel, text: string): void => common.log(level, `${spec.name}: ${text}`);
    const machine = new V86Machine(plan, log);
    const { workerUrl, wasm, bios, vgaBios } = common;
    machine.#link = await WorkerLink.open(
      workerUrl,
      { wasm, bios, vgaBios, plan, ...(restore && { restore: true }) },
      spec.name,
      {
        onMessage: (message) => machine.#receive(message),
        onLost: (detail) => machine.#exit({ reason: 'crash', detail }),
      },
      log,
    );
    try {
      if (restore) await restoreState(machine.#link, restore);
      return machine;
    } catch (error) {
      await machine.destroy();
      throw error;
    }
  }

  private constructor(plan: MachinePlan, log: (level: LogLevel, text: string) => void) {
    const onListenerError = (error: unknown): void =>
      log('error', `a listener failed: ${error instanceof Error ? error.stack : String(error)}`);
    this.memoryBytes = plan.memoryBytes;
    this.#exits = new Emitter(onListenerError);
    this.#serial = new SerialFlow((message) => this.#link?.post(message), onListenerError);
    this.#streams = new ConsoleStreams(this.#serial, () => this.#over, onListenerError);
    this.xenStore = this.#streams.stream(XENSTORE_PORT);
    const post = (message: ToWorker): void => {
      if (!this.#over) this.#link?.post(message);
    };
    this.display = new DisplayLink({
      call: (name, argument) => this.#call(name, argument),
      post,
      onListenerError,
    });
    if (plan.sound) this.sound = new SoundLink({ post, onListenerError });
    this.#frames = new NicFlows((message, transfer) => this.#link?.post(message, transfer), onListenerError);
    for (const nic of [...plan.nics, ...(plan.ne2k ? [plan.ne2k] : [])]) this.#frames.add(nic.devid);
  }

  start(): Promise<void> {
    return this.#call('start', undefined);
  }

  pause(): Promise<void> {
    return this.#call('pause', undefined);
  }

  unpause(): Promise<void> {
    return this.#call('unpause', undefined);
  }

  /** Rejects with `failed` when the machine has no ACPI. */
  powerButton(): Promise<void> {
    return this.#call('powerButton', undefined);
  }

  async setShare({ capPercent }: MachineShare): Promise<void> {
    if (!(capPercent >= 1 && capPercent <= 100)) {
      throw new MachineError('failed', `A CPU cap is 1 to 100 percent, not ${capPercent}.`);
    }
    await this.#call('setCap', capPercent);
  }

  async counters(): Promise<V86Counters> {
    const counters = await this.#call('counters', undefined);
    const vifs = counters.vifs.map((vif) => ({
      ...vif,
      rxDrops: vif.rxDrops + this.#frames.drops(vif.devid),
    }));
    return { ...counters, vifs };
  }

  async attachDisk(disk: MachineDisk): Promise<MachinePlug> {
    return this.#call('attachDisk', planDisk(disk));
  }

  async detachDisk(vdev: string): Promise<void> {
    await this.#call('detachDisk', vdev);
    this.#plugs.delete(`disk ${vdev}`);
  }

  insertMedium(vdev: string, path: string | null): Promise<void> {
    return this.#call('insertMedium', { vdev, path });
  }

  async attachNic(nic: MachineNic): Promise<MachinePlug> {
    const planned = planNic(nic);
    const known = this.#frames.has(nic.devid);
    this.#frames.add(nic.devid);
    try {
      return await this.#call('attachNic', planned);
    } catch (error) {
      if (!known) this.#frames.remove(nic.devid);
      throw error;
    }
  }

  async detachNic(devid: number): Promise<void> {
    await this.#call('detachNic', devid);
    this.#plugs.delete(`nic ${devid}`);
    this.#frames.remove(devid);
  }

  setLink(devid: number, up: boolean): Promise<void> {
    return this.#call('setLink', { devid, up });
  }

  async attachChannel(name: string): Promise<void> {
    await this.#call('attachChannel', planChannel(name));
  }

  async detachChannel(name: string): Promise<void> {
    await this.#call('detachChannel', name);
    this.#streams.forget(name);
  }

  channel(name: string): MachineChannel | undefined {
    return this.#streams.channel(name);
  }

  get pvConsole(): MachineXenStore | undefined {
    return this.#streams.channel(TERMINAL_NAME);
  }

  plugOf(device: { vdev: string } | { devid: number } | { tag: string }): MachinePlug | null {
    if ('vdev' in device) return this.#plugs.get(`disk ${device.vdev}`) ?? null;
    const name: PlugName = 'tag' in device ? `folder ${device.tag}` : `nic ${device.devid}`;
    return this.#plugs.get(name) ?? null;
  }

  setMemoryTarget(targetKiB: number): Promise<void> {
    return this.#call('setMemoryTarget', targetKiB);
  }

  async readMemory(offset: number, length: number): Promise<Uint8Array> {
    if (this.#destroyed || !this.#link) throw new MachineError('gone', 'The machine is gone.');
    return this.#link.call('readMemory', { offset, length });
  }

  async *save(): AsyncGenerator<MachineStatePart> {
    yield* saveState({ call: (name, argument) => this.#call(name, argument) });
  }

  sendSerial(port: number, bytes: Uint8Array): number {
    return this.#over || port >= XENSTORE_PORT ? 0 : this.#serial.send(port, bytes);
  }

  onSerialDrain(listener: (port: number) => void): Unsubscribe {
    return this.#serial.onDrain((port) => {
      if (port < XENSTORE_PORT) listener(port);
    });
  }

  onSerial(listener: (port: number, bytes: Uint8Array) => void | Promise<void>): Unsubscribe {
    return this.#serial.onOutput((port, bytes) => (port < XENSTORE_PORT ? listener(port, bytes) : undefined));
  }

  onFrame(listener: (devid: number, frame: Uint8Array) => void): Unsubscribe {
    return this.#frames.onFrame(listener);
  }

  sendFrame(devid: number, frame: Uint8Array): void {
    if (!this.#over) this.#frames.send(devid, frame);
  }

  onExit(listener: (exit: MachineExit) => void): Unsubscribe {
    return this.#exits.on('exit', listener);
  }

  destroy(): Promise<void> {
    this.#destroyed ??= this.#link?.close() ?? Promise.resolve();
    return this.#destroyed;
  }

  /** Resolves when its thread has ended. */
  get ended(): Promise<void> {
    return this.#link?.ended ?? Promise.resolve();
  }

  get #over(): boolean {
    return this.#exited || this.#destroyed !== undefined;
  }

  async #call<Name extends CallName>(
    name: Name,
    argument: Calls[Name]['argument'],
  ): Promise<Calls[Name]['result']> {
    if (this.#over || !this.#link) throw new MachineError('gone', 'The machine is gone.');
    return this.#link.call(name, argument);
  }

  #receive(message: StreamMessage): void {
    switch (message.op) {
      case 'serial':
        this.#serial.output(message.port, message.bytes);
        break;
      case 'serial-fed':
        this.#serial.fed(message.port, message.bytes);
        break;
      case 'frames':
        this.#frames.output(message.devid, message.batch);
        break;
      case 'frames-ack':
        this.#frames.acknowledged(message.devid, message.bytes);
        break;
      case 'port-open':
        this.#streams.opened(message.port, message.open);
        break;
      case 'channel':
        this.#streams.named(message.name, message.port);
        break;
      case 'plugged':
        this.#plugs.set(message.device, message.plug);
        break;
      case 'screen':
        this.display.receive(message.update);
        break;
      case 'sound':
        this.sound?.receive(message.chunk);
        break;
      case 'exit':
        this.#exit(message.exit);
    }
  }

  #exit(exit: MachineExit): void {
    if (this.#over) return;
    this.#exited = true;
    this.#exits.emit('exit', exit);
  }
}
