/** A machine executed by v86 in a worker thread of its own, as the toolstack sees it. */
import { Emitter, type Unsubscribe } from '../../lib/emitter.ts';
import {
  MachineError,
  type Machine,
  type MachineCreateOptions,
  type MachineExit,
  type MachineShare,
  type MachineSpec,
  type MachineStatePart,
  type MachineXenStore,
} from '../machine.ts';
import { DisplayLink } from './display-link.ts';
import { FrameFlow } from './frame-flow.ts';
import { type MachinePlan, planMachine } from './plan.ts';
import {
  XENSTORE_PORT,
  type CallName,
  type Calls,
  type LogLevel,
  type V86Counters,
  type WorkerBirth,
} from './protocol.ts';
import { SerialFlow } from './serial-flow.ts';
import { restoreState, saveState } from './state-transfer.ts';
import { WorkerLink, type StreamMessage } from './worker-link.ts';

/** What all machines of a factory share. */
export interface V86Common extends Omit<WorkerBirth, 'plan'> {
  readonly workerUrl: URL;
  log(level: LogLevel, text: string): void;
}

export class V86Machine implements Machine {
  readonly kind = 'v86';
  readonly #devid: number | undefined;
  readonly #serial: SerialFlow;
  readonly #frames: FrameFlow;
  readonly #exits: Emitter<{ exit: MachineExit; storeRestart: void }>;
  readonly xenStore: MachineXenStore;
  readonly display: DisplayLink;
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
    this.#devid = plan.nic?.devid;
    this.memoryBytes = plan.memoryBytes;
    this.#exits = new Emitter(onListenerError);
    this.#serial = new SerialFlow((message) => this.#link?.post(message), onListenerError, XENSTORE_PORT + 1);
    this.xenStore = this.#storePort();
    this.display = new DisplayLink({
      call: (name, argument) => this.#call(name, argument),
      post: (message) => {
        if (!this.#over) this.#link?.post(message);
      },
      onListenerError,
    });
    this.#frames = new FrameFlow((message, transfer) => this.#link?.post(message, transfer), onListenerError);
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
    const vifs = counters.vifs.map((vif) => ({ ...vif, rxDrops: vif.rxDrops + this.#frames.drops }));
    return { ...counters, vifs };
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
    const devid = this.#devid;
    return devid === undefined ? () => {} : this.#frames.onFrame((frame) => listener(devid, frame));
  }

  sendFrame(devid: number, frame: Uint8Array): void {
    if (!this.#over && devid === this.#devid) this.#frames.send(frame);
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

  #storePort(): MachineXenStore {
    return {
      send: (bytes) => (this.#over ? 0 : this.#serial.send(XENSTORE_PORT, bytes)),
      onDrain: (listener) =>
        this.#serial.onDrain((port) => {
          if (port === XENSTORE_PORT) listener();
        }),
      onData: (listener) =>
        this.#serial.onOutput((port, bytes) => (port === XENSTORE_PORT ? listener(bytes) : undefined)),
      onRestart: (listener) => this.#exits.on('storeRestart', listener),
    };
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
        this.#frames.output(message.batch);
        break;
      case 'frames-ack':
        this.#frames.acknowledged(message.bytes);
        break;
      case 'xenstore-restart':
        this.#exits.emit('storeRestart');
        break;
      case 'screen':
        this.display.receive(message.update);
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
