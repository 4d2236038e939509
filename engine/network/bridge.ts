import type { Clock } from '../lib/clock.ts';
import { ForwardingTable, isGroupAddress } from './forwarding-table.ts';
import { type FrameRate, RateLimit } from './rate-limit.ts';

/** An Ethernet header: destination, source, type. */
export const minFrameBytes = 14;
/** MTU 1500 with header and one VLAN tag. */
export const maxFrameBytes = 1518;

/** Frames a port may flood per second (broadcast, multicast, unknown destination) before the rest is dropped. */
const floodsPerSecond = 10_000;

/** Directions are the bridge's own, as `ip -s link` shows them for a vif: rx came from the guest, tx went to it. */
export interface PortCounters {
  rxFrames: number;
  rxBytes: number;
  txFrames: number;
  txBytes: number;
  /** Not forwarded: bad size, a flood or a rate beyond the limit, or the link is down. */
  rxDropped: number;
}

/** Takes a frame for the guest. It may keep the frame and must not change it: several ports get the same one. */
export type Deliver = (frame: Uint8Array) => void;

export interface BridgePort {
  readonly name: string;
  readonly counters: Readonly<PortCounters>;
  /** Is the cable plugged in? */
  readonly link: boolean;
  /** A frame from the guest. Never throws; what cannot be forwarded is counted. After `detach` it does nothing. */
  send(frame: Uint8Array): void;
  /** A port whose link is down neither sends nor receives. */
  setLink(up: boolean): void;
  /** Limits what comes from the guest; null: no limit. */
  setRate(rate: FrameRate | null): void;
  /** Idempotent. */
  detach(): void;
}

/**
 * A learning Ethernet switch, like a Linux bridge without spanning tree: it learns which station is behind which port,
 * sends frames for a known station there only, and everything else to all other ports. Delivery is synchronous.
 * The bridge's guests are hostile: frame sizes, stations per port and floods per second are bounded.
 */
export class Bridge {
  readonly name: string;
  readonly #clock: Clock;
  readonly #ports = new Set<Port>();
  readonly #stations: ForwardingTable<Port>;

  constructor(name: string, clock: Clock) {
    this.name = name;
    this.#clock = clock;
    this.#stations = new ForwardingTable();
  }

  get ports(): readonly BridgePort[] {
    return [...this.#ports];
  }

  /** Stations learnt: address (`00:16:3e:00:00:01`) and port, as `bridge fdb show` lists them. */
  stations(): readonly { mac: string; port: string }[] {
    return this.#stations.list(this.#nowMs()).map(({ mac, at }) => ({ mac, port: at.name }));
  }

  /** Plugs something in. Throws when a port of that name is there already. */
  attach(name: string, deliver: Deliver): BridgePort {
    if ([...this.#ports].some((port) => port.name === name)) {
      throw new Error(`Bridge ${this.name} has a port ${name} already.`);
    }
    const port = new Port(name, deliver, this.#clock, (from, frame) => this.#forward(from, frame));
    port.onDetach = () => {
      this.#ports.delete(port);
      this.#stations.forget(port);
    };
    this.#ports.add(port);
    return port;
  }

  #forward(from: Port, frame: Uint8Array): void {
    const nowMs = this.#nowMs();
    this.#stations.learn(frame, from, nowMs);
    const to = isGroupAddress(frame) ? undefined : this.#stations.find(frame, nowMs);
    if (to === from || isLinkLocal(frame)) return;
    if (to) {
      to.deliver(frame);
      return;
    }
    if (!from.mayFlood(nowMs)) return;
    for (const port of this.#ports) if (port !== from) port.deliver(frame);
  }

  #nowMs(): number {
    return this.#clock.monotonicNs() / 1e6;
  }
}

/** 01:80:c2:00:00:0x is between neighbours on one wire (spanning tree, pause, LLDP): a bridge does not pass it on. */
function isLinkLocal(frame: Uint8Array): boolean {
  return (
    frame[0] === 0x01 &&
    frame[1] === 0x80 &&
    frame[2] === 0xc2 &&
    frame[3] === 0 &&
    frame[4] === 0 &&
    ((frame[5] ?? 0) & 0xf0) === 0
  );
}

class Port implements BridgePort {
  readonly name: string;
  readonly counters: PortCounters = { rxFrames: 0, rxBytes: 0, txFrames: 0, txBytes: 0, rxDropped: 0 };
  onDetach: () => void = () => {};
  readonly #deliver: Deliver;
  readonly #limit: RateLimit;
  #attached = true;
  #up = true;
  #floodSecond = -1;
  #floods = 0;

  constructor(
    name: string,
    deliver: Deliver,
    clock: Clock,
    forward: (from: Port, frame: Uint8Array) => void,
  ) {
    this.name = name;
    this.#deliver = deliver;
    this.#limit = new RateLimit(clock, (frame) => this.#pass(frame, forward));
  }

  get link(): boolean {
    return this.#up;
  }

  send(frame: Uint8Array): void {
    if (!this.#attached) return;
    if (!this.#up || frame.length < minFrameBytes || frame.length > maxFrameBytes) {
      this.counters.rxDropped += 1;
      return;
    }
    if (!this.#limit.send(frame)) this.counters.rxDropped += 1;
  }

  deliver(frame: Uint8Array): void {
    if (!this.#up) return;
    this.counters.txFrames += 1;
    this.counters.txBytes += frame.length;
    this.#deliver(frame);
  }

  mayFlood(nowMs: number): boolean {
    const second = Math.floor(nowMs / 1000);
    if (second !== this.#floodSecond) {
      this.#floodSecond = second;
      this.#floods = 0;
    }
    this.#floods += 1;
    if (this.#floods <= floodsPerSecond) return true;
    this.counters.rxDropped += 1;
    return false;
  }

  setLink(up: boolean): void {
    this.#up = up;
    if (!up) this.#limit.clear();
  }

  setRate(rate: FrameRate | null): void {
    this.#limit.set(rate);
  }

  detach(): void {
    if (!this.#attached) return;
    this.#attached = false;
    this.#limit.clear();
    this.onDetach();
  }

  #pass(frame: Uint8Array, forward: (from: Port, frame: Uint8Array) => void): void {
    this.counters.rxFrames += 1;
    this.counters.rxBytes += frame.length;
    forward(this, frame);
  }
}
