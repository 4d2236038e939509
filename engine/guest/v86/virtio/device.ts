/**
 * A virtio device of ours: v86's registers, our own handling of the queues. A driver that breaks the rules of its
 * queues finds the device in need of a reset (virtio 1.2, 2.1.2); until then nothing is taken from it or given to it.
 */
import type { PciSlot } from '../../machine.ts';
import type { VirtIo } from '../internals-pci.ts';
import type { PciBus, VirtioShape } from '../pci-bus.ts';
import { Ring, RingError, type Chain, type ChainLimits } from './ring.ts';

const DRIVER_OK = 4;
const NEEDS_RESET = 64;
const QUEUE_INTERRUPT = 1;

/** What a kind of device does. All of it runs between or inside guest instructions and must be quick. */
export interface DeviceBehaviour {
  readonly shape: Omit<VirtioShape, 'onNotify'>;
  readonly limits: ChainLimits;
  /** The driver has put something into a queue. May throw RingError. */
  onNotify(queue: number): void;
  /** The driver has reset the device, or it is taken away: what was asked before is void. */
  onReset(): void;
  /** What to keep beside the registers; arrays, numbers, strings, booleans and typed arrays. */
  saveExtra?(): unknown;
  restoreExtra?(state: unknown): void;
}

export class VirtioDevice {
  readonly slot: PciSlot;
  readonly #bus: PciBus;
  readonly #registers: VirtIo;
  readonly #rings: readonly Ring[];
  readonly #behaviour: DeviceBehaviour;
  readonly #log: (text: string) => void;
  #plugged = true;
  #epoch = 0;

  /** Plugs it in. `log` hears of drivers that break the rules. */
  constructor(bus: PciBus, slot: PciSlot, behaviour: DeviceBehaviour, log: (text: string) => void) {
    this.slot = slot;
    this.#bus = bus;
    this.#behaviour = behaviour;
    this.#log = log;
    const onNotify = (queue: number): void => this.#guarded(() => this.#notified(queue));
    this.#registers = bus.plug(slot, { ...behaviour.shape, onNotify });
    const { memory } = bus;
    this.#rings = this.#registers.queues.map((queue) => new Ring(queue, memory, behaviour.limits));
    const reset = this.#registers.reset.bind(this.#registers);
    this.#registers.reset = () => {
      reset();
      this.#void();
    };
  }

  /** Changes whenever everything asked before is void; answers to what was asked in another epoch must be dropped. */
  get epoch(): number {
    return this.#epoch;
  }

  /** A driver works with it and has kept to the rules. */
  get live(): boolean {
    const status = this.#registers.device_status;
    return this.#plugged && (status & DRIVER_OK) !== 0 && (status & NEEDS_RESET) === 0;
  }

  /** A queue is set up and the device live. */
  isReady(queue: number): boolean {
    return this.live && (this.#rings[queue]?.ready ?? false);
  }

  /** The driver has given something to this queue. */
  hasRequest(queue: number): boolean {
    if (!this.live) return false;
    return this.#guarded(() => (this.#rings[queue]?.waiting ?? 0) > 0) ?? false;
  }

  /** The next request of a queue; undefined also when the driver breaks the rules (it finds out). */
  next(queue: number): Chain | undefined {
    if (!this.live) return undefined;
    return this.#guarded(() => this.#rings[queue]?.next());
  }

  /** Gives a request back; `written` bytes of it were answered. Tell the guest with `interrupt` when it wants that. */
  give(queue: number, chain: Chain, written: number): void {
    if (!this.live) return;
    this.#guarded(() => {
      if (this.#rings[queue]?.give(chain, written)) this.#registers.raise_irq(QUEUE_INTERRUPT);
    });
  }

  /** The device's configuration has changed: the driver reads it again. */
  configChanged(): void {
    if (this.live) this.#registers.notify_config_changes();
  }

  /** The driver broke the rules in a way the queues cannot know of. */
  abused(why: string): void {
    if (!this.live) return;
    this.#log(
      `the driver of the ${this.#behaviour.shape.name} breaks the rules (${why}); it must reset the device`,
    );
    this.#registers.needs_reset();
    this.#void();
  }

  /** Takes it off the bus. Idempotent. */
  unplug(): void {
    if (!this.#plugged) return;
    this.#plugged = false;
    this.#bus.unplug(this.slot);
    this.#void();
  }

  /** For v86's saved states; restored into a device of the same kind in the same slot. */
  get_state(): unknown[] {
    return [this.#registers, this.#behaviour.saveExtra?.() ?? null];
  }

  set_state(state: unknown[]): void {
    this.#registers.set_state(state[0] as unknown[]);
    this.#void();
    this.#behaviour.restoreExtra?.(state[1]);
  }

  #notified(queue: number): void {
    if (this.isReady(queue)) this.#behaviour.onNotify(queue);
  }

  #void(): void {
    this.#epoch += 1;
    this.#behaviour.onReset();
  }

  #guarded<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof RingError)) throw error;
      this.abused(error.message);
      return undefined;
    }
  }
}
