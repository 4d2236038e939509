/**
 * The one place that knows v86 from the inside. v86's types cover its public API only; a machine also needs its main
 * loop, its devices and its I/O ports. Names are those of v86 0.5.462 (its release build does not mangle them).
 * Screen and input are in internals-display.ts. `buildEmulator` checks that all of them are there, so another version fails with a sentence, not strangely later.
 */
import { V86 } from 'v86';
import { NEEDED_FOR_PCI } from './internals-pci.ts';
import { type DisplayDevices, NEEDED_FOR_DISPLAY, provideImageData } from './internals-display.ts';

/** A disk as v86 wants it. Its callbacks carry no error: failing is done on the drive (see block.ts). */
export interface DiskBackend {
  readonly byteLength: number;
  onload: ((event: object) => void) | undefined;
  load(): void;
  get(
    start: number,
    length: number,
    done: (data: Uint8Array) => void,
    options?: { signal: AbortSignal },
  ): void;
  set(start: number, data: Uint8Array, done: () => void): void;
  get_and_cache(start: number, length: number, done: (data: Uint8Array) => void): void;
  /** Synchronous; only asked for the partition table while the machine is built. */
  get_from_cache(start: number, length: number): Uint8Array;
  get_buffer(done: (buffer?: ArrayBuffer) => void): void;
  get_state(): unknown[];
  set_state(state: unknown[]): void;
}

export interface EmulatorOptions {
  readonly wasm_fn: (imports: object) => Promise<Record<string, unknown>>;
  readonly memory_size: number;
  readonly vga_memory_size: number;
  readonly bios: { buffer: ArrayBuffer };
  readonly vga_bios: { buffer: ArrayBuffer };
  readonly bzimage?: { buffer: ArrayBuffer };
  readonly cmdline?: string;
  readonly boot_order?: number;
  readonly acpi: boolean;
  readonly net_device: { type: 'ne2k' | 'none' };
  readonly drives: Readonly<Partial<Record<'hda' | 'hdb' | 'cdrom' | 'fda' | 'fdb', DiskBackend>>>;
}

export interface IoPort {
  read8: (port: number) => number;
  write8: (value: number) => void;
  write16: (value: number) => void;
  readonly device: unknown;
}

/** A 16550A. `ints` holds pending causes, `iir` the one shown to the guest (1 = none). */
export interface Uart {
  readonly ints: number;
  iir: number;
  readonly lsr: number;
  readonly fifo_control: number;
  readonly ier: number;
  readonly line_control: number;
  readonly modem_control: number;
  readonly irq: number;
  readonly input: number[];
  CheckInterrupt(): void;
  ThrowInterrupt(cause: number): void;
  ClearInterrupt(cause: number): void;
  data_received(byte: number): void;
  write_data(byte: number): void;
}

export interface Acpi {
  pm1_status: number;
  readonly pm1_enable: number;
  last_timer: number;
  timer(nowMs: number): number;
  get_timer(nowMs: number): number;
}

export interface IdeDrive {
  status_reg: number;
  error_reg: number;
  current_command: number;
  readonly is_atapi: boolean | undefined;
  readonly buffer: DiskBackend | null;
  readonly channel: { dma_status: number };
  readonly in_progress_io_ids: Map<number, AbortController>;
  atapi_check_condition_response(senseKey: number, additionalSense: number): void;
  push_irq(): void;
  /** Of a CD drive; the guest hears that its medium has changed. */
  set_cdrom(disk: DiskBackend): void;
  eject(): void;
}

export interface FloppyDrive {
  insert_disk(disk: DiskBackend): void;
  eject_disk(): void;
  read_only: boolean;
  readonly buffer: DiskBackend | null;
}

/** `actual` counts the pages the guest's driver holds, `num_pages` those it is asked to hold. */
export interface VirtioBalloon {
  readonly actual: number;
  readonly num_pages: number;
  readonly virtio: {
    readonly queues: readonly { is_configured(): unknown }[];
    readonly device_feature: Uint32Array;
  };
  stats_cb: ((stats: Readonly<Record<string, number | bigint>>) => void) | undefined;
  Inflate(pages: number): void;
  Deflate(pages: number): void;
  GetStats(callback: (stats: Readonly<Record<string, number | bigint>>) => void): void;
}

export interface Ne2k {
  readonly mac: Uint8Array;
  readonly memory: Uint8Array;
  /** Command register; bit 0 = stopped. */
  readonly cr: number;
  readonly curpg: number;
  readonly boundary: number;
  readonly pstart: number;
  readonly pstop: number;
}

export interface Cpu {
  main_loop: () => number;
  reboot_internal: () => void;
  readonly mem8: Uint8Array;
  readonly in_hlt: { readonly [0]: number };
  /** Unsigned; may be written (see slice-guard.ts). */
  readonly instruction_counter: { [0]: number };
  readonly io: { readonly ports: IoPort[] };
  readonly devices: DisplayDevices & {
    readonly uart0: Uart;
    readonly uart1: Uart;
    readonly uart2: Uart;
    readonly uart3: Uart;
    readonly acpi?: Acpi;
    readonly ide: {
      readonly primary?: { readonly master: IdeDrive; readonly slave: IdeDrive };
      readonly secondary: { readonly master: IdeDrive };
    };
    readonly fdc: { readonly drives: readonly [FloppyDrive, FloppyDrive] };
    readonly net?: Ne2k;
    readonly virtio_balloon: VirtioBalloon;
  };
  device_raise_irq(irq: number): void;
  device_lower_irq(irq: number): void;
}

/** v86's driver of the main loop: `next_tick` runs one slice after so many ms, `yield` is how it waits. */
export interface Runner {
  readonly cpu: Cpu;
  run(): void;
  next_tick(ms: number): void;
  yield: (ms: number, tick: number) => void;
  yield_callback(tick: number): void;
}

export interface Emulator {
  readonly v86: Runner;
  readonly bus: { send(event: string, payload?: unknown): void };
  add_listener(event: string, listener: (payload: never) => void): void;
}

/** Paths from the emulator object that must be there, by the type they must have. */
const NEEDED: Readonly<Record<string, 'function' | 'object' | 'number' | 'boolean'>> = {
  'bus.send': 'function',
  'v86.run': 'function',
  'v86.next_tick': 'function',
  'v86.yield': 'function',
  'v86.yield_callback': 'function',
  'v86.cpu.main_loop': 'function',
  'v86.cpu.reboot_internal': 'function',
  'v86.cpu.device_raise_irq': 'function',
  'v86.cpu.device_lower_irq': 'function',
  'v86.cpu.mem8': 'object',
  'v86.cpu.in_hlt.0': 'number',
  'v86.cpu.instruction_counter.0': 'number',
  'v86.cpu.io.ports': 'object',
  'v86.cpu.devices.uart0.write_data': 'function',
  'v86.cpu.devices.uart0.data_received': 'function',
  'v86.cpu.devices.uart0.ThrowInterrupt': 'function',
  'v86.cpu.devices.uart0.ClearInterrupt': 'function',
  'v86.cpu.devices.uart0.CheckInterrupt': 'function',
  'v86.cpu.devices.uart0.input.length': 'number',
  'v86.cpu.devices.uart0.modem_control': 'number',
  'v86.cpu.devices.uart3.irq': 'number',
  'v86.cpu.devices.ide.secondary.master.push_irq': 'function',
  'v86.cpu.devices.ide.secondary.master.atapi_check_condition_response': 'function',
  'v86.cpu.devices.ide.secondary.master.in_progress_io_ids': 'object',
  'v86.cpu.devices.ide.secondary.master.channel.dma_status': 'number',
  'v86.cpu.devices.ide.secondary.master.set_cdrom': 'function',
  'v86.cpu.devices.ide.secondary.master.eject': 'function',
  'v86.cpu.devices.fdc.drives.1': 'object',
  'v86.cpu.devices.fdc.drives.1.insert_disk': 'function',
  'v86.cpu.devices.fdc.drives.1.eject_disk': 'function',
  'v86.cpu.devices.virtio_balloon.actual': 'number',
  'v86.cpu.devices.virtio_balloon.num_pages': 'number',
  'v86.cpu.devices.virtio_balloon.Inflate': 'function',
  'v86.cpu.devices.virtio_balloon.Deflate': 'function',
  'v86.cpu.devices.virtio_balloon.GetStats': 'function',
  'v86.cpu.devices.virtio_balloon.virtio.device_feature': 'object',
};

const NEEDED_WITH: Readonly<Record<string, typeof NEEDED>> = {
  acpi: {
    'v86.cpu.devices.acpi.timer': 'function',
    'v86.cpu.devices.acpi.get_timer': 'function',
    'v86.cpu.devices.acpi.pm1_status': 'number',
    'v86.cpu.devices.acpi.last_timer': 'number',
  },
  ne2k: {
    'v86.cpu.devices.net.mac': 'object',
    'v86.cpu.devices.net.memory': 'object',
    'v86.cpu.devices.net.curpg': 'number',
  },
};

function follow(root: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((at, key) => (at as Record<string, unknown> | null | undefined)?.[key], root);
}

function checkInternals(emulator: unknown, needed: typeof NEEDED): void {
  const missing = Object.entries(needed).find(([path, type]) => typeof follow(emulator, path) !== type);
  if (!missing) return;
  throw new Error(`This v86 is not the version Domus is made for: it has no ${missing[0]} (${missing[1]}).`);
}

/**
 * Builds the emulator and waits until it stands before its first instruction. What goes wrong inside v86 meanwhile
 * surfaces as an uncaught exception or unhandled rejection of the thread: the caller must listen for those.
 */
export async function buildEmulator(options: EmulatorOptions): Promise<Emulator> {
  const { drives, net_device, ...rest } = options;
  provideImageData();
  const emulator = new V86({
    ...rest,
    ...drives,
    net_device,
    preserve_mac_from_state_image: true,
    autostart: false,
    fastboot: true,
    disable_keyboard: true,
    disable_mouse: true,
    disable_speaker: true,
    uart1: true,
    uart2: true,
    uart3: true,
    virtio_balloon: true,
  } as unknown as ConstructorParameters<typeof V86>[0]) as unknown as Emulator;
  await new Promise<void>((resolve) => emulator.add_listener('emulator-loaded', () => resolve()));
  checkInternals(emulator, NEEDED);
  checkInternals(emulator, NEEDED_FOR_PCI);
  checkInternals(emulator, NEEDED_FOR_DISPLAY);
  if (options.acpi) checkInternals(emulator, NEEDED_WITH['acpi']!);
  checkInternals(emulator, NEEDED_WITH[net_device.type] ?? {});
  return emulator;
}
