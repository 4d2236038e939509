/**
 * What plugging devices of our own needs to know of v86's inside: its PCI bus, its I/O ports, and the class its virtio
 * devices are made of, which the release build reaches through the balloon. Checked at load like the rest (internals.ts).
 */
import type { QueueRegisters } from './virtio/ring.ts';

/** A virtio device's registers. The class puts itself on the bus when it is constructed. */
export interface VirtIo {
  readonly pci_id: number;
  readonly queues: readonly QueueRegisters[];
  /** Status as the driver sees it: 4 = driver ready, 64 = needs reset. */
  device_status: number;
  isr_status: number;
  /** Called when the driver writes 0 to the status, and by v86 itself. May be replaced on the object. */
  reset: () => void;
  /** 1 = a queue, 2 = the configuration. */
  raise_irq(cause: number): void;
  lower_irq(): void;
  /** Only while the driver is ready. */
  notify_config_changes(): void;
  needs_reset(): void;
  get_state(): unknown[];
  set_state(state: unknown[]): void;
}

/** A register of a device's own configuration. */
export interface VirtIoField {
  readonly bytes: 1 | 2 | 4;
  readonly name: string;
  readonly read: () => number;
  readonly write: (value: number) => void;
}

export interface VirtIoOptions {
  readonly name: string;
  readonly pci_id: number;
  readonly device_id: number;
  readonly subsystem_device_id: number;
  readonly common: {
    readonly initial_port: number;
    readonly queues: readonly { readonly size_supported: number; readonly notify_offset: number }[];
    readonly features: readonly number[];
    readonly on_driver_ok: () => void;
  };
  readonly notification: {
    readonly initial_port: number;
    readonly single_handler: boolean;
    readonly handlers: readonly ((queue: number) => void)[];
  };
  readonly isr_status: { readonly initial_port: number };
  readonly device_specific?: { readonly initial_port: number; readonly struct: readonly VirtIoField[] };
}

/** A device on the bus; `isr_status` is a virtio device's, `isr` and `imr` are an NE2000's. */
export interface PciDevice {
  readonly pci_id: number;
  readonly pci_bars: readonly ({ readonly size: number } | undefined)[];
  readonly isr_status?: number;
  readonly isr?: number;
  readonly imr?: number;
}

/** Indexed by `slot << 3`. */
export interface Pci {
  readonly devices: (PciDevice | undefined)[];
  /** Configuration space, 64 words each. */
  readonly device_spaces: (Int32Array | undefined)[];
  readonly isa_bridge_space8: Uint8Array;
  pci_write8: (address: number, value: number) => void;
  pci_write16: (address: number, value: number) => void;
  lower_irq: (pciId: number) => void;
}

export interface PciPort {
  read8: (port: number) => number;
  read16: (port: number) => number;
  read32: (port: number) => number;
  readonly device: unknown;
}

export interface PciCpu {
  readonly mem8: Uint8Array;
  readonly io: { readonly ports: PciPort[]; create_empty_entry(): PciPort };
  readonly devices: {
    readonly pci: Pci;
    readonly virtio_balloon: { readonly virtio: object };
  };
  get_state: () => unknown[];
  set_state: (state: unknown[]) => void;
  write_blob(data: Uint8Array, address: number): void;
  device_raise_irq(irq: number): void;
}

export const NEEDED_FOR_PCI = {
  'v86.cpu.io.create_empty_entry': 'function',
  'v86.cpu.get_state': 'function',
  'v86.cpu.set_state': 'function',
  'v86.cpu.write_blob': 'function',
  'v86.cpu.devices.pci.devices.0': 'object',
  'v86.cpu.devices.pci.device_spaces.0': 'object',
  'v86.cpu.devices.pci.isa_bridge_space8': 'object',
  'v86.cpu.devices.pci.pci_write8': 'function',
  'v86.cpu.devices.pci.pci_write16': 'function',
  'v86.cpu.devices.pci.lower_irq': 'function',
  'v86.cpu.devices.virtio_balloon.virtio.constructor': 'function',
  'v86.cpu.devices.virtio_balloon.virtio.isr_status': 'number',
  'v86.cpu.devices.virtio_balloon.virtio.device_status': 'number',
  'v86.cpu.devices.virtio_balloon.virtio.raise_irq': 'function',
  'v86.cpu.devices.virtio_balloon.virtio.needs_reset': 'function',
  'v86.cpu.devices.virtio_balloon.virtio.notify_config_changes': 'function',
  'v86.cpu.devices.virtio_balloon.virtio.queues.0.avail_last_idx': 'number',
  'v86.cpu.devices.virtio_balloon.virtio.queues.0.desc_addr': 'number',
} as const;

/** The class of v86's virtio devices. */
export function virtIoClass(cpu: PciCpu): new (cpu: PciCpu, options: VirtIoOptions) => VirtIo {
  return cpu.devices.virtio_balloon.virtio.constructor as new (cpu: PciCpu, options: VirtIoOptions) => VirtIo;
}
