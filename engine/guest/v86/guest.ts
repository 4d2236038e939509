/** One machine on the worker's side: emulator, vCPU, devices, and the calls the engine may make. */
import { MachineError, type MachineExit } from '../machine.ts';
import { loadRamdisk, readDirectBoot } from './boot.ts';
import { Balloon } from './balloon.ts';
import { Board } from './board.ts';
import { Drives } from './drives.ts';
import { emulatorOptions } from './emulator-options.ts';
import { describe, refusalOf } from './failures.ts';
import { InputDevices } from './input.ts';
import { buildEmulator, type Emulator } from './internals.ts';
import { setDeviceClock, type StatePart } from './internals-state.ts';
import { PowerButton, watchPower } from './power.ts';
import {
  CONSOLE_PORT_BASE,
  MEMORY_READ_LIMIT,
  type CallName,
  type Calls,
  type FromWorker,
  type LogLevel,
  type ToWorker,
  type WorkerBirth,
} from './protocol.ts';
import { Screen } from './screen.ts';
import { SerialBoard } from './serial.ts';
import { SliceGuard } from './slice-guard.ts';
import { fitSound, type Sound } from './sound.ts';
import { MachineClock } from './state-clock.ts';
import { firmwarePart, MachineState, statePlaces } from './state.ts';
import { type SliceHooks, Vcpu } from './vcpu.ts';

/** How a machine reaches the world. */
export interface GuestPort {
  readonly post: (message: FromWorker, transfer: ArrayBuffer[]) => void;
  readonly log: (level: LogLevel, text: string) => void;
}

type CallHandlers = {
  readonly [Name in CallName]: (
    argument: Calls[Name]['argument'],
  ) => Calls[Name]['result'] | Promise<Calls[Name]['result']>;
};

export class Guest {
  readonly #port: GuestPort;
  readonly #drives: Drives;
  readonly #serial: SerialBoard;
  readonly #board: Board;
  readonly #button: PowerButton | undefined;
  readonly #vcpu: Vcpu;
  readonly #balloon: Balloon;
  readonly #state: MachineState;
  /** Born to get a saved state, which must come before the start. */
  readonly #restorable: boolean;
  readonly #screen: Screen;
  readonly #input: InputDevices;
  readonly #sound: Sound | undefined;
  /** All of the guest's memory. */
  readonly #memory: () => Uint8Array;
  #exited = false;

  /** Loads everything and stands before the first instruction. Throws MachineError. */
  static async load(birth: WorkerBirth, port: GuestPort): Promise<Guest> {
    const direct = birth.restore ? undefined : await readDirectBoot(birth.plan);
    const clock = new MachineClock();
    const guard = new SliceGuard();
    const drives = new Drives(birth.plan.drives, (text) => port.log('warn', text));
    try {
      const emulator = await buildEmulator(emulatorOptions(birth, direct, drives, clock, guard));
      setDeviceClock(emulator, clock.now);
      drives.attach(emulator.v86.cpu);
      if (direct) loadRamdisk(emulator.v86.cpu, direct);
      return new Guest(birth, port, drives, emulator, clock, guard);
    } catch (error) {
      await drives.close();
      throw error;
    }
  }

  private constructor(
    { plan, restore = false }: WorkerBirth,
    port: GuestPort,
    drives: Drives,
    emulator: Emulator,
    clock: MachineClock,
    guard: SliceGuard,
  ) {
    const { cpu } = emulator.v86;
    const { post } = port;
    this.#port = port;
    this.#drives = drives;
    this.#memory = () => cpu.mem8.subarray(0, plan.memoryBytes);
    this.#balloon = new Balloon(cpu.devices.virtio_balloon, plan.memoryBytes / 1024);
    this.#balloon.setTarget(plan.memoryTargetKiB);
    this.#serial = new SerialBoard(cpu, post);
    this.#screen = new Screen(cpu.devices, (update) => post({ op: 'screen', update }, []));
    this.#input = new InputDevices(emulator);
    this.#button = cpu.devices.acpi ? new PowerButton(cpu, cpu.devices.acpi) : undefined;
    this.#vcpu = new Vcpu(emulator.v86, guard, this.#hooks(), (error) => this.crash(describe(error)));
    this.#sound = fitSound(emulator, plan.sound, post, this.#vcpu);
    watchPower(emulator, (exit) => this.#exit(exit));
    const parts = new Map<number, StatePart>([
      [statePlaces.clock, clock],
      [statePlaces.serial, this.#serial],
      [statePlaces.balloon, this.#balloon],
      [statePlaces.firmware, firmwarePart(emulator)],
    ]);
    this.#board = new Board(emulator, parts, { post, warn: (text) => port.log('warn', text) });
    this.#board.fill(plan, emulator, restore);
    this.#state = new MachineState(emulator, parts, plan.videoRamBytes);
    this.#restorable = restore;
    if (restore) this.#state.clearMemory();
  }

  /** The machine cannot go on. Reported once; an exit already reported stays the truth. */
  crash(detail: string): void {
    this.#exit({ reason: 'crash', detail });
  }

  handle(message: ToWorker): void {
    switch (message.op) {
      case 'call':
        void this.#answer(message.id, message.name, message.argument);
        return;
      case 'serial':
        this.#takeInput(message.port, message.bytes);
        break;
      case 'serial-ack':
        if (!this.#acknowledged(message.port, message.bytes)) return;
        break;
      case 'frames':
        this.#board.card(message.devid)?.receive(message.batch);
        break;
      case 'frames-ack':
        this.#board.card(message.devid)?.acknowledge(message.bytes);
        return;
      case 'screen-watch':
        this.#screen.watch(message.on);
        return;
      case 'screen-taken':
        this.#screen.taken();
        return;
      case 'sound':
        this.#sound?.hear(message.say);
        return;
      case 'key':
        this.#input.key(message.key, message.down);
        break;
      case 'pointer':
        this.#input.point(message.pointer, this.#screen.state());
        break;
    }
    this.#vcpu.kick();
  }

  /** Stops for good; resolves when writes under way are in their files and these are closed. */
  async close(): Promise<void> {
    this.#vcpu.stop();
    this.#screen.close();
    this.#sound?.close();
    await Promise.all([this.#drives.close(), this.#board.close()]);
  }

  /** Ports behind the serial ones are the console device's. */
  #takeInput(port: number, bytes: Uint8Array): void {
    if (port < CONSOLE_PORT_BASE) this.#serial.queue(port, bytes);
    else this.#board.console.queue(port - CONSOLE_PORT_BASE, bytes);
  }

  /** True when the guest may go on because of it. */
  #acknowledged(port: number, bytes: number): boolean {
    if (port < CONSOLE_PORT_BASE) return this.#serial.acknowledge(bytes);
    this.#board.console.acknowledge(port - CONSOLE_PORT_BASE, bytes);
    return true;
  }

  #hooks(): SliceHooks {
    return {
      before: () => {
        this.#serial.feed();
        this.#board.feed();
      },
      after: (nowMs, idle) => {
        this.#serial.flushIfDue(nowMs, idle);
        this.#board.flush();
        this.#screen.tick(nowMs, idle);
        this.#sound?.tick(nowMs);
      },
      congested: () => this.#serial.congested,
      refill: () => {
        const fed = this.#serial.feed();
        return this.#board.console.feed() || fed;
      },
    };
  }

  #exit(exit: MachineExit): void {
    if (this.#exited) return;
    this.#exited = true;
    this.#vcpu.stop();
    this.#port.post({ op: 'exit', exit }, []);
  }

  readonly #calls: Omit<CallHandlers, 'shutdown'> = {
    start: () => {
      if (this.#vcpu.started) throw new MachineError('state', 'The machine has been started already.');
      this.#vcpu.start();
    },
    pause: () => this.#vcpu.pause(),
    unpause: () => this.#vcpu.unpause(),
    powerButton: () => {
      if (!this.#button) throw new MachineError('failed', 'A machine without ACPI has no power button.');
      this.#button.press();
      this.#vcpu.kick();
    },
    setCap: (capPercent) => this.#vcpu.setCap(capPercent),
    setMemoryTarget: (targetKiB) => {
      this.#balloon.setTarget(targetKiB);
      this.#vcpu.kick();
    },
    readMemory: ({ offset, length }) => {
      const memory = this.#memory();
      const inside = Number.isInteger(offset) && Number.isInteger(length) && offset >= 0 && length >= 0;
      if (!inside || length > MEMORY_READ_LIMIT || offset + length > memory.length) {
        throw new MachineError('failed', `There is no memory at ${offset}, ${length} bytes.`);
      }
      return memory.slice(offset, offset + length);
    },
    saveDevices: async () => {
      this.#mustBePaused();
      await Promise.all([this.#drives.settled(), this.#board.settled()]);
      return this.#state.saveDevices();
    },
    readPages: (from) => {
      this.#mustBePaused();
      return this.#state.readPages(from);
    },
    writePages: (pages) => {
      this.#mustBeRestorable();
      this.#state.writePages(pages);
    },
    restoreDevices: (devices) => {
      this.#mustBeRestorable();
      this.#state.restoreDevices(devices);
      this.#board.addNew();
    },
    attachDisk: (disk) => {
      if (this.#drives.has(disk.vdev))
        throw new MachineError('failed', `The machine has a disk ${disk.vdev} already.`);
      return this.#board.attachDisk(disk);
    },
    detachDisk: (vdev) => this.#board.detachDisk(vdev),
    insertMedium: ({ vdev, path }) => this.#drives.insert(vdev, path),
    attachNic: (nic) => this.#board.attachNic(nic),
    detachNic: (devid) => this.#board.detachNic(devid),
    setLink: ({ devid, up }) => this.#board.setLink(devid, up),
    attachChannel: (name) => this.#kicked(() => this.#board.attachChannel(name)),
    detachChannel: (name) => this.#kicked(() => this.#board.detachChannel(name)),
    screen: () => this.#screen.state(),
    screenText: () => this.#screen.text(),
    screenPicture: (request) => this.#screen.picture(request),
    counters: () => ({
      cpuTimeNs: Math.round(this.#vcpu.usedMs * 1e6),
      memoryKiB: this.#balloon.memoryKiB,
      running: this.#vcpu.running,
      instructionsLow32: this.#vcpu.instructions,
      vbds: [...this.#drives.counters, ...this.#board.vbds],
      vifs: this.#board.vifs,
    }),
  };

  /** The guest hears of it although it sleeps. */
  #kicked(work: () => void): void {
    work();
    this.#vcpu.kick();
  }

  #mustBePaused(): void {
    if (!this.#vcpu.paused) throw new MachineError('state', 'Only a paused machine can be saved.');
  }

  #mustBeRestorable(): void {
    if (this.#restorable && !this.#vcpu.started) return;
    throw new MachineError('state', 'This machine was not made to be restored.');
  }

  async #answer(id: number, name: CallName, argument: unknown): Promise<void> {
    try {
      const handler = this.#calls[name as Exclude<CallName, 'shutdown'>] as (argument: unknown) => unknown;
      const result = await handler(argument);
      this.#port.post({ op: 'reply', id, result }, []);
    } catch (error) {
      this.#port.post({ op: 'reply', id, refusal: refusalOf(error) }, []);
    }
  }
}
