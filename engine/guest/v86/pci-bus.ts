/**
 * The PCI bus of one machine: devices of ours come and go while the guest runs. v86's bus was made for devices that
 * stay; what it lacks is added here: free slots, ports that become silent, interrupts that devices share.
 */
import { MachineError, type MachinePlug, type PciSlot } from '../machine.ts';
import { virtIoClass, type PciCpu, type PciDevice, type VirtIo, type VirtIoField } from './internals-pci.ts';
import type { GuestMemory } from './virtio/ring.ts';

/** What a virtio device is, apart from what it does. */
export interface VirtioShape {
  readonly name: string;
  /** As virtio numbers them: 1 network card, 2 disk … */
  readonly type: number;
  /** PCI class and subclass. */
  readonly pciClass: number;
  /** The size of each queue. */
  readonly queues: readonly number[];
  /** Feature bits, without that of virtio 1. */
  readonly features: readonly number[];
  readonly config: readonly VirtIoField[];
  readonly onNotify: (queue: number) => void;
}

const SLOTS = 32;
const VIRTIO_1 = 32;
const INTERRUPT_LINE = 0x3c;
const FIRST_BAR = 4;
/** Interrupt lines of the bus, as the firmware has set them in the ISA bridge. */
const PIRQ = 0x60;
/** Each slot has 256 ports for its registers until the guest puts them elsewhere; guests do so far below. */
const PORT_BASE = 0xe000;
const PORTS_PER_SLOT = 0x100;
const PORTS = { common: 0, notification: 0x40, isr: 0x80, config: 0xc0 };

export class PciBus {
  readonly #cpu: PciCpu;
  readonly #reserved: ReadonlySet<PciSlot>;

  /** `reserved` slots are taken only by who asks for them. */
  constructor(cpu: PciCpu, reserved: readonly PciSlot[]) {
    this.#cpu = cpu;
    this.#reserved = new Set(reserved);
    this.#ignoreMissingDevices();
    this.#shareInterrupts();
  }

  get memory(): GuestMemory {
    return {
      bytes: () => this.#cpu.mem8.subarray(0),
      write: (address, data) => this.#cpu.write_blob(data, address),
    };
  }

  /** `wish`, or the lowest free slot. Throws MachineError `failed` when it is taken, or none is free. */
  freeSlot(wish?: PciSlot): PciSlot {
    if (wish !== undefined) {
      const possible = Number.isInteger(wish) && wish > 0 && wish < SLOTS;
      if (possible && !this.#device(wish)) return wish;
      throw new MachineError('failed', `The PCI slot ${wish} is not free.`);
    }
    for (let slot = 1; slot < SLOTS; slot += 1) {
      if (!this.#device(slot) && !this.#reserved.has(slot) && this.#portsFree(slot)) return slot;
    }
    throw new MachineError('failed', 'The machine has no free PCI slot for a further device.');
  }

  /** Puts a device into a free slot. A running guest finds it when it searches the bus. */
  plug(slot: PciSlot, shape: VirtioShape): VirtIo {
    const base = PORT_BASE + slot * PORTS_PER_SLOT;
    const device = new (virtIoClass(this.#cpu))(this.#cpu, {
      name: shape.name,
      pci_id: slot << 3,
      device_id: 0x1040 + shape.type,
      subsystem_device_id: shape.type,
      common: {
        initial_port: base + PORTS.common,
        queues: shape.queues.map((size) => ({ size_supported: size, notify_offset: 0 })),
        features: [...shape.features, VIRTIO_1],
        on_driver_ok: () => {},
      },
      notification: {
        initial_port: base + PORTS.notification,
        single_handler: true,
        handlers: [shape.onNotify],
      },
      isr_status: { initial_port: base + PORTS.isr },
      ...(shape.config.length > 0
        ? { device_specific: { initial_port: base + PORTS.config, struct: shape.config } }
        : {}),
    });
    const space = new Uint8Array(this.#space(slot)!.buffer);
    space[0x0a] = shape.pciClass & 0xff;
    space[0x0b] = shape.pciClass >> 8;
    // The firmware sets this for devices it finds at boot; later there is nobody else to do it.
    space[INTERRUPT_LINE] = this.#line(slot << 3);
    return device;
  }

  /** Takes the device out of its slot, whatever the guest is doing with it. */
  unplug(slot: PciSlot): void {
    const device = this.#device(slot);
    const space = this.#space(slot);
    if (!device || !space) return;
    const { pci } = this.#cpu.devices;
    pci.lower_irq(slot << 3);
    for (const [bar, { size } = { size: 0 }] of device.pci_bars.entries())
      this.#silence((space[FIRST_BAR + bar] ?? 0) & 0xfffe, size);
    pci.devices[slot << 3] = undefined;
    pci.device_spaces[slot << 3] = undefined;
  }

  static plugAt(slot: PciSlot): MachinePlug {
    return { pci: `0000:00:${slot.toString(16).padStart(2, '0')}.0`, slot };
  }

  #device(slot: PciSlot): PciDevice | undefined {
    return this.#cpu.devices.pci.devices[slot << 3];
  }

  #space(slot: PciSlot): Int32Array | undefined {
    return this.#cpu.devices.pci.device_spaces[slot << 3];
  }

  /** A guest may have moved something else there. */
  #portsFree(slot: PciSlot): boolean {
    const base = PORT_BASE + slot * PORTS_PER_SLOT;
    const ports = this.#cpu.io.ports.slice(base, base + PORTS_PER_SLOT);
    return ports.every((port) => port.device === undefined);
  }

  /** A driver that resets a device already gone waits for its status to read 0, for ever if need be (Linux does). */
  #silence(port: number, count: number): void {
    const { io } = this.#cpu;
    for (let at = port; at < port + count; at += 1) {
      const entry = io.create_empty_entry();
      entry.read8 = entry.read16 = entry.read32 = () => 0;
      io.ports[at] = entry;
    }
  }

  /** v86 fails when a guest writes into the configuration of a device that is not there. */
  #ignoreMissingDevices(): void {
    const { pci } = this.#cpu.devices;
    const isThere = (address: number): boolean => pci.device_spaces[(address >> 8) & 0xffff] !== undefined;
    const write8 = pci.pci_write8.bind(pci);
    const write16 = pci.pci_write16.bind(pci);
    pci.pci_write8 = (address, value) => void (isThere(address) && write8(address, value));
    pci.pci_write16 = (address, value) => void (isThere(address) && write16(address, value));
  }

  /**
   * Four interrupt lines serve all slots. v86 lets each device lower its line, which loses the interrupt of another
   * one on it; here such a line goes up again while any device has something to say.
   */
  #shareInterrupts(): void {
    const { pci } = this.#cpu.devices;
    const lower = pci.lower_irq.bind(pci);
    pci.lower_irq = (pciId) => {
      if (!pci.device_spaces[pciId]) return;
      lower(pciId);
      const line = this.#line(pciId);
      const others = pci.devices.some(
        (device) =>
          device && device.pci_id !== pciId && isPending(device) && this.#line(device.pci_id) === line,
      );
      if (others) this.#cpu.device_raise_irq(line);
    };
  }

  /** Only for a device on the bus. All of ours use interrupt pin A. */
  #line(pciId: number): number {
    const { device_spaces, isa_bridge_space8 } = this.#cpu.devices.pci;
    const pin = ((device_spaces[pciId]?.[INTERRUPT_LINE >> 2] ?? 0) >> 8) & 0xff;
    return isa_bridge_space8[PIRQ + ((pin + (pciId >> 3) - 2) & 3)] ?? 0;
  }
}

function isPending(device: PciDevice): boolean {
  if (device.isr_status !== undefined) return device.isr_status !== 0;
  return ((device.isr ?? 0) & (device.imr ?? 0)) !== 0;
}
