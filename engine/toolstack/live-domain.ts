import { DomusError } from '../api/index.ts';
import type { Machine, MachineSpec } from '../guest/machine.ts';
import { type DomainRecord, shutdownCodes } from '../hypervisor/index.ts';
import { Emitter, type Unsubscribe } from '../lib/emitter.ts';
import type { XenStore } from '../xenstore/index.ts';
import type { GuestConfig } from './guest-config.ts';
import { Ballooning } from './ballooning.ts';
import { type DomainExit, machineEnded } from './domain-exit.ts';
import { GuestCalls } from './guest-calls.ts';
import { withDevices } from './guest-devices.ts';
import { askAgent, deafToButton, forgetOrder } from './guest-orders.ts';
import { LiveDevices } from './live-devices.ts';
import type { LiveParts } from './live-parts.ts';
import { fromMachineError } from './machine-errors.ts';
import { PanicWatch } from './panic-watch.ts';
import type { StoreLine } from './store-line.ts';
import { moveVm, removeDomain, renameDomain, type StoredDomain } from './store-tree.ts';

/**
 * One incarnation of a domain: it has a domid, memory and a machine from its creation until `destroy`.
 * It is created paused, before its first instruction.
 */
export class LiveDomain {
  readonly machine: Machine;
  readonly memory: Ballooning;
  readonly devices: LiveDevices;
  /** Epoch ms of the creation. */
  readonly startedAt: number;
  readonly #parts: LiveParts;
  readonly #events = new Emitter<{ exit: DomainExit; devices: void }>();
  readonly #calls: GuestCalls;
  #startedNs: number;
  #config: GuestConfig;
  #uuid: string;
  #exit: DomainExit | null = null;
  #halted = false;
  #begun = false;
  #destroying: Promise<void> | null = null;

  constructor(parts: LiveParts) {
    this.#parts = parts;
    this.#config = parts.stored.config;
    this.#uuid = parts.stored.uuid;
    this.machine = parts.machine;
    this.memory = new Ballooning(parts.record.domid, parts.machine, parts.toolstack.ledger);
    this.startedAt = parts.stored.startedAtMs;
    this.#startedNs = parts.toolstack.clock.monotonicNs();
    this.devices = this.#openDevices();
    const panic = new PanicWatch();
    parts.machine.onSerial((_port, bytes) => panic.feed(bytes));
    parts.machine.onExit((exit) => this.#stopped(machineEnded(panic.judge(exit))));
    this.#calls = this.#hearCalls();
  }

  get domid(): number {
    return this.#parts.record.domid;
  }

  /** What it was made from. */
  get origin(): GuestConfig {
    return this.#parts.stored.config;
  }

  /** What it is now: under its present name, with the devices it has at the moment. */
  get config(): GuestConfig {
    return this.#config;
  }

  get store(): XenStore {
    return this.#parts.toolstack.store;
  }

  get record(): DomainRecord {
    return this.#parts.record;
  }

  /** How the guest ended by itself, once it has. */
  get exit(): DomainExit | null {
    return this.#exit;
  }

  get paused(): boolean {
    return this.record.pauseCount > 0;
  }

  /** The guest has been stopped from outside and waits to be resumed or saved (`---ss-`). */
  get suspended(): boolean {
    return this.#exit === null && this.record.shutdownCode === shutdownCodes.suspend;
  }

  get spec(): MachineSpec {
    return this.#parts.spec;
  }

  get line(): StoreLine {
    return this.#parts.line;
  }

  /** What the store was told of it, as it is called now. */
  get stored(): StoredDomain {
    return { ...this.#parts.stored, config: this.#config, uuid: this.#uuid };
  }

  /** True while the guest may run: neither ended nor being destroyed. */
  get alive(): boolean {
    return this.#exit === null && this.#destroying === null;
  }

  get ranMs(): number {
    return (this.#parts.toolstack.clock.monotonicNs() - this.#startedNs) / 1e6;
  }

  /** Calls `listener` once when the guest ends by itself; at once if it has already. */
  onExit(listener: (exit: DomainExit) => void): Unsubscribe {
    if (this.#exit) {
      listener(this.#exit);
      return () => {};
    }
    return this.#events.on('exit', listener);
  }

  /** Calls `listener` when a device has come, gone or changed. */
  onDevices(listener: () => void): Unsubscribe {
    return this.#events.on('devices', listener);
  }

  /** Legal when running. When it resolves no further guest instruction runs. */
  async pause(): Promise<void> {
    const { table } = this.#parts.toolstack;
    must(table.check(this.domid, 'pause'));
    await this.#drive(() => this.machine.pause());
    must(table.pause(this.domid));
  }

  /** Legal when paused; the first one after the creation starts the guest. */
  async unpause(): Promise<void> {
    const { table } = this.#parts.toolstack;
    must(table.unpause(this.domid));
    try {
      if (!this.suspended) await this.#go();
    } catch (error) {
      table.pause(this.domid);
      throw error;
    }
  }

  /** Legal when neither ended nor suspended. When it resolves no further guest instruction runs. */
  async suspend(): Promise<void> {
    const { table, store } = this.#parts.toolstack;
    must(table.check(this.domid, 'shutdown'));
    await this.#drive(() => this.machine.pause());
    must(table.shutdown(this.domid, shutdownCodes.suspend));
    store.domainShutDown(this.domid);
  }

  /** Legal when suspended: the guest goes on, unless it is paused as well. */
  async resume(): Promise<void> {
    const { table, store } = this.#parts.toolstack;
    must(table.resume(this.domid));
    store.resume(this.domid);
    if (!this.paused) await this.#go();
  }

  /** Presses the ACPI power button. ERROR_NOPARAVIRT when the domain has no ACPI to hear it. */
  async powerButton(): Promise<void> {
    if (!this.config.acpi) throw deafToButton(this.config.name);
    await this.#drive(() => this.machine.powerButton());
  }

  /** Force off and give everything back. Legal always, idempotent; never rejects. */
  destroy(): Promise<void> {
    this.#destroying ??= this.#teardown();
    return this.#destroying;
  }

  /** Gives the live domain another name; the caller has seen to it that nobody else has it. */
  rename(name: string): void {
    this.#config = { ...this.#config, name };
    renameDomain(this.#parts.toolstack.store, this.domid, this.#uuid, name);
  }

  /** Gives the domain another identity (rename-restart does that to the dead one). */
  setUuid(uuid: string): void {
    const { table, store } = this.#parts.toolstack;
    table.setUuid(this.domid, uuid);
    moveVm(store, { ...this.#parts.stored, config: this.#config, uuid: this.#uuid }, uuid);
    this.#uuid = uuid;
  }

  /** See `askAgent`. */
  askAgent(order: 'poweroff' | 'reboot' | 'suspend'): boolean {
    return askAgent(this.store, this.domid, order);
  }

  /** The guest has ended but its machine stands still in the middle of its work: it could go on. */
  get resettable(): boolean {
    return this.#halted;
  }

  /**
   * Legal when `resettable`: the guest goes on where it asked for its end, with its domid, memory and devices, which are
   * emulated hardware. ERROR_INVAL for a PV domain, which Xen does not reset.
   */
  async softReset(): Promise<void> {
    const { table, store, clock } = this.#parts.toolstack;
    if (this.config.type === 'pv') throw new DomusError('ERROR_INVAL', 'A PV domain cannot be reset softly.');
    must(table.softReset(this.domid));
    store.resume(this.domid);
    this.#exit = null;
    this.#halted = false;
    this.#startedNs = clock.monotonicNs();
    forgetOrder(store, this.domid);
    if (!this.paused) await this.#go();
  }

  /** The dead guest's processor and images are no longer needed; its domid and memory stay, as Xen's do. */
  async freeze(): Promise<void> {
    await this.machine.destroy();
  }

  #openDevices(): LiveDevices {
    const { record, stored, machine, images, vifs, ends, toolstack } = this.#parts;
    const { store, clock } = toolstack;
    const { domid } = record;
    const { uuid, config } = stored;
    const devices = new LiveDevices(
      { domid, uuid, config, machine, store, clock, images, vifs, ends },
      () => this.paused,
      (lists) => {
        this.#config = withDevices(this.#config, lists);
        this.#events.emit('devices');
      },
    );
    this.#config = withDevices(this.#config, devices.lists);
    return devices;
  }

  async #teardown(): Promise<void> {
    this.devices.dispose();
    this.#calls.dispose();
    const { table, scheduler, ledger, store, clock } = this.#parts.toolstack;
    table.kill(this.domid);
    await this.#parts.resources.dispose().catch(() => {});
    removeDomain(store, this.domid, this.#uuid);
    scheduler.removeDomain(this.domid);
    ledger.remove(this.domid);
    table.release(this.domid, clock.monotonicNs());
    this.#events.dispose();
  }

  #hearCalls(): GuestCalls {
    return new GuestCalls({
      ...this.#parts.toolstack,
      domid: this.domid,
      alive: () => this.alive && !this.suspended,
      paused: () => this.paused,
      end: (exit) => void this.#halt(exit),
      suspend: () => void this.suspend().catch(() => {}),
    });
  }

  /** Stops the machine where it is. One that has ended meanwhile has said so by itself. */
  async #halt(exit: DomainExit): Promise<void> {
    await this.machine.pause().catch(() => {});
    if (!this.alive || this.suspended) return;
    this.#halted = true;
    this.#stopped(exit);
  }

  #stopped(exit: DomainExit): void {
    if (this.#exit) return;
    this.#exit = exit;
    const { table, store } = this.#parts.toolstack;
    table.shutdown(this.domid, exit.code);
    store.domainShutDown(this.domid);
    this.#events.emit('exit', exit);
  }

  async #go(): Promise<void> {
    await this.#drive(async () => {
      await this.machine.unpause();
      if (!this.#begun) await this.machine.start();
    });
    this.#begun = true;
  }

  /** An answer of the machine as ours: its errors translated, and a guest that ended meanwhile said as such. */
  async #drive(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      const why = this.#exit && `${this.config.name} has stopped: ${this.#exit.detail}`;
      throw why ? new DomusError('ERROR_FAIL', why) : fromMachineError(error);
    }
  }
}

function must(result: { ok: true } | { ok: false; message: string }): void {
  if (!result.ok) throw new DomusError('ERROR_INVAL', result.message);
}
