/** One machine on the worker's side: emulator, vCPU, devices, and the calls the engine may make. */
import { MachineError, type MachineExit } from '../machine.ts';
import { loadRamdisk, readDirectBoot, type DirectBoot } from './boot.ts';
import { Balloon } from './balloon.ts';
import { Drives } from './drives.ts';
import { InputDevices } from './input.ts';
import { buildEmulator, type Emulator } from './internals.ts';
import { clockImports, setDeviceClock } from './internals-state.ts';
import { Nic } from './nic.ts';
import { PowerButton, watchPower } from './power.ts';
import {
  MEMORY_READ_LIMIT,
  XENSTORE_PORT,
  type CallName,
  type Calls,
  type FromWorker,
  type LogLevel,
  type ToWorker,
  type WorkerBirth,
} from './protocol.ts';
import { Screen } from './screen.ts';
import { SerialBoard } from './serial.ts';
import { MachineClock } from './state-clock.ts';
import { firmwarePart, MachineState, statePlaces } from './state.ts';
import { Vcpu } from './vcpu.ts';
import { XenStorePort } from './xenstore-port.ts';

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
  readonly #nic: Nic | undefined;
  readonly #button: PowerButton | undefined;
  readonly #vcpu: Vcpu;
  readonly #balloon: Balloon;
  readonly #xenStore: XenStorePort;
  readonly #state: MachineState;
  /** Born to get a saved state, which must come before the start. */
  readonly #restorable: boolean;
  readonly #screen: Screen;
  readonly #input: InputDevices;
  /** All of the guest's memory. */
  readonly #memory: () => Uint8Array;
  #exited = false;

  /** Loads everything and stands before the first instruction. Throws MachineError. */
  static async load(birth: WorkerBirth, port: GuestPort): Promise<Guest> {
    const direct = birth.restore ? undefined : await readDirectBoot(birth.plan);
    const clock = new MachineClock();
    const drives = new Drives(birth.plan.drives, (text) => port.log('warn', text));
    try {
      const emulator = await buildEmulator(emulatorOptions(birth, direct, drives, clock));
      setDeviceClock(emulator, clock.now);
      drives.attach(emulator.v86.cpu);
      if (direct) loadRamdisk(emulator.v86.cpu, direct);
      return new Guest(birth, port, drives, emulator, clock);
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
  ) {
    const { cpu } = emulator.v86;
    const { post } = port;
    this.#port = port;
    this.#drives = drives;
    this.#memory = () => cpu.mem8.subarray(0, plan.memoryBytes);
    this.#balloon = new Balloon(cpu.devices.virtio_balloon, plan.memoryBytes / 1024);
    this.#balloon.setTarget(plan.memoryTargetKiB);
    this.#xenStore = new XenStorePort(cpu.devices.virtio_console, emulator, post);
    this.#serial = new SerialBoard(cpu, post, this.#xenStore);
    this.#nic = plan.nic ? new Nic(plan.nic, emulator, post) : undefined;
    this.#screen = new Screen(cpu.devices, (update) => post({ op: 'screen', update }, []));
    this.#input = new InputDevices(emulator);
    this.#button = cpu.devices.acpi ? new PowerButton(cpu, cpu.devices.acpi) : undefined;
    this.#vcpu = new Vcpu(emulator.v86, this.#hooks(), (error) => this.crash(describe(error)));
    watchPower(emulator, (exit) => this.#exit(exit));
    const parts = new Map([
      [statePlaces.clock, clock],
      [statePlaces.serial, this.#serial],
      [statePlaces.xenStore, this.#xenStore],
      [statePlaces.balloon, this.#balloon],
      [statePlaces.firmware, firmwarePart(emulator)],
    ]);
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
        if (message.port === XENSTORE_PORT) this.#xenStore.queue(message.bytes);
        else this.#serial.queue(message.port, message.bytes);
        break;
      case 'serial-ack':
        if (!this.#serial.acknowledge(message.bytes)) return;
        break;
      case 'frames':
        this.#nic?.receive(message.batch);
        break;
      case 'frames-ack':
        this.#nic?.acknowledge(message.bytes);
        return;
      case 'screen-watch':
        this.#screen.watch(message.on);
        return;
      case 'screen-taken':
        this.#screen.taken();
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
    await this.#drives.close();
  }

  #hooks(): ConstructorParameters<typeof Vcpu>[1] {
    return {
      before: () => {
        this.#serial.feed();
        this.#xenStore.feed();
        this.#nic?.deliver();
      },
      after: (nowMs, idle) => {
        this.#serial.flushIfDue(nowMs, idle);
        this.#nic?.flush();
        this.#screen.tick(nowMs, idle);
      },
      congested: () => this.#serial.congested,
      refill: () => {
        const fed = this.#serial.feed();
        return this.#xenStore.feed() || fed;
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
      await this.#drives.settled();
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
    },
    screen: () => this.#screen.state(),
    screenText: () => this.#screen.text(),
    screenPicture: (request) => this.#screen.picture(request),
    counters: () => ({
      cpuTimeNs: Math.round(this.#vcpu.usedMs * 1e6),
      memoryKiB: this.#balloon.memoryKiB,
      running: this.#vcpu.running,
      instructionsLow32: this.#vcpu.instructions,
      vbds: this.#drives.counters,
      vifs: this.#nic ? [this.#nic.counters] : [],
    }),
  };

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

/** A MachineError keeps its code; anything else is `failed`. */
export function refusalOf(error: unknown): { code: MachineError['code']; message: string } {
  const code = error instanceof MachineError ? error.code : 'failed';
  return { code, message: error instanceof Error ? error.message : String(error) };
}

/** A trap of the emulator in a sentence. */
export function describe(error: unknown): string {
  const what = error instanceof Error ? error.message : String(error);
  return what === 'unreachable'
    ? 'The processor gave up (triple fault or an instruction it does not have).'
    : `The machine failed: ${what}`;
}

function emulatorOptions(
  birth: WorkerBirth,
  direct: DirectBoot | undefined,
  drives: Drives,
  clock: MachineClock,
): Parameters<typeof buildEmulator>[0] {
  const { plan } = birth;
  const whole = (bytes: Uint8Array): { buffer: ArrayBuffer } => ({ buffer: bytes.slice().buffer });
  return {
    wasm_fn: async (imports) =>
      (await WebAssembly.instantiate(birth.wasm, clockImports(imports, clock.now))).exports,
    memory_size: plan.memoryBytes,
    vga_memory_size: plan.videoRamBytes,
    bios: whole(birth.bios),
    vga_bios: whole(birth.vgaBios),
    acpi: plan.acpi,
    net_device: { type: plan.nic?.model ?? 'none' },
    drives: drives.backends,
    ...(plan.bootOrder > 0 ? { boot_order: plan.bootOrder } : {}),
    ...(direct ? { bzimage: { buffer: direct.kernel.buffer }, cmdline: direct.cmdline } : {}),
  };
}
