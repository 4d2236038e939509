/**
 * Byte streams to programs in the guest: a virtio console with several named ports (virtio 1.2, section 5.3). Port 0 is
 * the XenStore's; the others are a terminal, or channels that come and go while the guest runs. A port is opened and closed by the guest;
 * the host's end is always open. Output nobody takes makes the guest's writer wait, not the guest.
 */
import { MachineError, type PciSlot } from '../../machine.ts';
import type { PciBus } from '../pci-bus.ts';
import { CHANNEL_PORTS, CONSOLE_PORT_BASE, type FromWorker } from '../protocol.ts';
import { ConsolePort, type PortSpec } from './console-ports.ts';
import { VirtioDevice } from './device.ts';

const PORTS = 1 + CHANNEL_PORTS;
const QUEUE_SIZE = 16;
const CONTROL_TO_GUEST = 2;
const CONTROL_FROM_GUEST = 3;
const CONTROL_BYTES = 8;
/** Control messages the guest has not made room for. */
const MAX_CONTROL = 64;
const MAX_CHAIN_BYTES = 64 * 1024;
const MULTIPORT = 1;
const EVENT = { deviceReady: 0, add: 1, remove: 2, portReady: 3, terminal: 4, open: 6, name: 7 };

const toGuest = (port: number): number => (port === 0 ? 0 : 2 * port + 2);
const fromGuest = (port: number): number => toGuest(port) + 1;

export type Post = (message: FromWorker, transfer: ArrayBuffer[]) => void;

export class ConsoleDevice {
  readonly device: VirtioDevice;
  readonly #post: Post;
  readonly #ports: (ConsolePort | undefined)[] = new Array<undefined>(PORTS).fill(undefined);
  #control: Uint8Array[] = [];
  #driverReady = false;

  constructor(bus: PciBus, slot: PciSlot, post: Post, log: (text: string) => void) {
    this.#post = post;
    const field = (name: string, bytes: 2 | 4, value: number) => ({
      bytes,
      name,
      read: () => value,
      write: () => {},
    });
    const behaviour = {
      shape: {
        name: 'console',
        type: 3,
        pciClass: 0x0780,
        queues: new Array<number>(2 * PORTS + 2).fill(QUEUE_SIZE),
        features: [MULTIPORT],
        config: [field('cols', 2, 80), field('rows', 2, 25), field('max_nr_ports', 4, PORTS)],
      },
      limits: { maxBytes: MAX_CHAIN_BYTES },
      onNotify: (queue: number) => this.#notified(queue),
      onReset: () => this.#reset(),
      saveExtra: () => this.#save(),
      restoreExtra: (state: unknown) => this.#restore(state),
    };
    this.device = new VirtioDevice(bus, slot, behaviour, log);
  }

  /** Throws MachineError `failed` when there is one of that name, no room, or the guest does not answer. */
  addPort(spec: PortSpec): number {
    const port = this.#ports.indexOf(undefined);
    if (this.#find(spec.name) >= 0)
      throw new MachineError('failed', `The machine has a channel ${spec.name} already.`);
    if (port < 0)
      throw new MachineError('failed', `The guest's console has ${PORTS} ports, and all are taken.`);
    if (this.#control.length >= MAX_CONTROL)
      throw new MachineError('failed', 'The guest does not answer its console device.');
    this.#ports[port] = new ConsolePort(spec);
    if (this.#driverReady) this.#tell(port, EVENT.add, 0);
    return port;
  }

  /** Throws MachineError `failed` when there is none of that name. */
  removePort(name: string): void {
    const number = this.#find(name);
    const port = this.#ports[number];
    if (!port) throw new MachineError('failed', `The machine has no channel ${name}.`);
    this.#close(number, port);
    this.#ports[number] = undefined;
    if (this.#driverReady) this.#tell(number, EVENT.remove, 0);
  }

  queue(number: number, bytes: Uint8Array): void {
    this.#ports[number]?.queue(bytes);
  }

  acknowledge(number: number, bytes: number): void {
    const port = this.#ports[number];
    if (!port) return;
    port.acknowledge(bytes);
    this.#takeOutput(number, port);
  }

  /** Fills the buffers the guest has ready. True when bytes reached it. */
  feed(): boolean {
    let fed = this.#flushControl();
    for (const [number, port] of this.#ports.entries()) {
      if (port?.open && port.hasInput) fed = this.#feedPort(number, port) || fed;
    }
    return fed;
  }

  #feedPort(number: number, port: ConsolePort): boolean {
    const queue = toGuest(number);
    let fed = false;
    while (port.hasInput && this.device.hasRequest(queue)) {
      const chain = this.device.next(queue);
      if (!chain) break;
      const bytes = port.take(chain.writableBytes);
      chain.write(bytes);
      this.device.give(queue, chain, bytes.length);
      fed = true;
    }
    this.#reportFed(number, port);
    return fed;
  }

  #reportFed(number: number, port: ConsolePort): void {
    const bytes = port.takeFed();
    if (bytes > 0) this.#post({ op: 'serial-fed', port: CONSOLE_PORT_BASE + number, bytes }, []);
  }

  #notified(queue: number): void {
    if (queue === CONTROL_TO_GUEST) this.#flushControl();
    else if (queue === CONTROL_FROM_GUEST) this.#takeControl();
    else {
      const number = queue < 2 ? 0 : (queue - 2) >> 1;
      const port = this.#ports[number];
      if (queue === fromGuest(number)) this.#takeOutput(number, port);
    }
  }

  /** Of a port that is gone, output is thrown away: its writer must not wait for ever. */
  #takeOutput(number: number, port: ConsolePort | undefined): void {
    const queue = fromGuest(number);
    while (!port?.congested) {
      const chain = this.device.next(queue);
      if (!chain) return;
      const bytes = chain.read();
      this.device.give(queue, chain, 0);
      if (!port || bytes.length === 0) continue;
      port.sent(bytes.length);
      const message = { op: 'serial' as const, port: CONSOLE_PORT_BASE + number, bytes };
      this.#post(message, [bytes.buffer as ArrayBuffer]);
    }
  }

  #takeControl(): void {
    for (
      let chain = this.device.next(CONTROL_FROM_GUEST);
      chain;
      chain = this.device.next(CONTROL_FROM_GUEST)
    ) {
      const message = chain.read(0, CONTROL_BYTES);
      this.device.give(CONTROL_FROM_GUEST, chain, 0);
      if (message.length < CONTROL_BYTES) return this.device.abused('a short control message');
      if (this.#control.length > MAX_CONTROL)
        return this.device.abused('control messages without room for answers');
      const view = new DataView(message.buffer);
      this.#obey(view.getUint32(0, true), view.getUint16(4, true), view.getUint16(6, true));
    }
    this.#flushControl();
  }

  #obey(number: number, event: number, value: number): void {
    if (event === EVENT.deviceReady) {
      this.#driverReady = value === 1;
      for (const [at, port] of this.#ports.entries()) if (port && value === 1) this.#tell(at, EVENT.add, 0);
      return;
    }
    const port = this.#ports[number];
    if (!port) return;
    if (event === EVENT.portReady && value === 1) {
      if (port.terminal) this.#tell(number, EVENT.terminal, 1);
      else this.#tell(number, EVENT.name, 1, new TextEncoder().encode(`${port.name}\0`));
      this.#tell(number, EVENT.open, 1);
    } else if (event === EVENT.open) {
      if (value === 1) this.#opened(number, port);
      else this.#close(number, port);
    }
  }

  #opened(number: number, port: ConsolePort): void {
    if (!port.keepsInput) port.dropInput();
    this.#reportFed(number, port);
    port.open = true;
    this.#post({ op: 'port-open', port: CONSOLE_PORT_BASE + number, open: true }, []);
  }

  /** What was meant for the program that had it open is not for the next one. */
  #close(number: number, port: ConsolePort): void {
    if (!port.open) return;
    port.open = false;
    port.dropInput();
    this.#reportFed(number, port);
    this.#post({ op: 'port-open', port: CONSOLE_PORT_BASE + number, open: false }, []);
  }

  #reset(): void {
    this.#driverReady = false;
    this.#control = [];
    for (const [number, port] of this.#ports.entries()) if (port) this.#close(number, port);
  }

  #tell(port: number, event: number, value: number, more: Uint8Array = new Uint8Array(0)): void {
    const message = new Uint8Array(CONTROL_BYTES + more.length);
    const view = new DataView(message.buffer);
    view.setUint32(0, port, true);
    view.setUint16(4, event, true);
    view.setUint16(6, value, true);
    message.set(more, CONTROL_BYTES);
    this.#control.push(message);
  }

  #flushControl(): boolean {
    let told = false;
    while (this.#control.length > 0) {
      const chain = this.device.next(CONTROL_TO_GUEST);
      const message = chain && this.#control.shift();
      if (!chain || !message) break;
      chain.write(message);
      this.device.give(CONTROL_TO_GUEST, chain, Math.min(message.length, chain.writableBytes));
      told = true;
    }
    return told;
  }

  #find(name: string): number {
    return this.#ports.findIndex((port) => port?.name === name);
  }

  #save(): unknown {
    const ports = this.#ports.map((port) => (port ? [port.name, port.open, port.waiting] : null));
    return [this.#driverReady, this.#control, ports];
  }

  /**
   * Ports are found by name: they may have been made in another order here. Their streams go on where they were; those the
   * saved machine had not are new to the guest.
   */
  #restore(state: unknown): void {
    const [driverReady, control, saved] = state as [
      boolean,
      Uint8Array[],
      ([string, boolean, Uint8Array] | null)[],
    ];
    const made = this.#ports.splice(0, PORTS);
    for (let number = 0; number < PORTS; number += 1) {
      const [name, open, waiting] = saved[number] ?? [];
      const spec = made.find((one) => one !== undefined && one.name === name);
      const port = spec && new ConsolePort(spec);
      this.#ports.push(port);
      if (!port) continue;
      port.open = open === true;
      if (waiting instanceof Uint8Array) port.queue(waiting);
      if (number > 0) this.#announce(number, port);
    }
    this.#driverReady = driverReady === true;
    this.#control = control.filter((message) => message instanceof Uint8Array).slice(0, MAX_CONTROL);
    for (const spec of made) if (spec && this.#find(spec.name) < 0) this.#addLate(spec);
  }

  #addLate(spec: PortSpec): void {
    const number = this.addPort(spec);
    const port = this.#ports[number];
    if (port) this.#announce(number, port);
  }

  #announce(number: number, port: ConsolePort): void {
    this.#post({ op: 'channel', name: port.name, port: CONSOLE_PORT_BASE + number }, []);
    this.#post({ op: 'port-open', port: CONSOLE_PORT_BASE + number, open: port.open }, []);
  }
}
