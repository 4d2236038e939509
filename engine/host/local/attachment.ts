import type { Machine } from '../../guest/machine.ts';
import type { PvConsole } from '../../toolstack/channels/index.ts';
import type { GuestConfig } from '../../toolstack/guest-config.ts';
import type { JoinedRun, ManagedDomain } from './managed-domain.ts';
import { type DoorHost, openDoor } from './vnc/open-door.ts';

/** Joins one machine to the consoles, the screen and the sound of the domain whose run it is, one domain at a time. */
export class Attachment implements JoinedRun {
  readonly #host: DoorHost;
  readonly #machine: Machine;
  readonly #domid: number;
  readonly #channels: MovingConsole[] = [];
  #domain: ManagedDomain | null = null;
  #offs: (() => void)[] = [];

  constructor(host: DoorHost, machine: Machine, domid: number) {
    this.#host = host;
    this.#machine = machine;
    this.#domid = domid;
  }

  /** The console of a channel, wherever the run is joined to. */
  pvConsole(number: number): PvConsole {
    const console = new MovingConsole(number);
    this.#channels.push(console);
    if (this.#domain) console.moveTo(this.#domain);
    return console;
  }

  async attach(domain: ManagedDomain, config: GuestConfig, { door }: { door: boolean }): Promise<void> {
    const machine = this.#machine;
    const shut = door
      ? await openDoor(this.#host, domain, { domid: this.#domid, machine, config })
      : (): void => {};
    this.#domain = domain;
    this.#offs = [
      domain.consoles.connect(machine, this.#domid),
      domain.display.connect(machine),
      domain.sound.connect(machine),
      shut,
    ];
    for (const console of this.#channels) console.moveTo(domain);
  }

  detach(): void {
    this.#domain = null;
    for (const console of this.#channels) console.leave();
    for (const off of this.#offs.splice(0)) off();
  }
}

type Input = Parameters<PvConsole['attach']>[0];

/** A channel's console that goes where its run goes; what comes while it is nowhere is lost. */
class MovingConsole implements PvConsole {
  readonly #number: number;
  #place: PvConsole | null = null;
  #attached: { readonly input: Input; readonly detail: string } | null = null;

  constructor(number: number) {
    this.#number = number;
  }

  moveTo(domain: ManagedDomain): void {
    this.leave();
    this.#place = domain.consoles.channel(this.#number);
    if (this.#attached) this.#place.attach(this.#attached.input, this.#attached.detail);
  }

  leave(): void {
    if (this.#attached) this.#place?.detachFrom(this.#attached.input, 'The domain is off.');
    this.#place = null;
  }

  attach(input: Input, detail: string): void {
    this.#attached = { input, detail };
    this.#place?.attach(input, detail);
  }

  detachFrom(input: Input, detail: string): void {
    this.#attached = null;
    this.#place?.detachFrom(input, detail);
  }

  push(bytes: Uint8Array): void {
    this.#place?.push(bytes);
  }

  drained(): void {
    this.#place?.drained();
  }
}
