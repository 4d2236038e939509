/** v86's own network card on the worker's side: its address, frames both ways, bounded, counted. */
import type { MachineVifCounters } from '../machine.ts';
import { FrameBatch, MAX_FRAME_BYTES, MIN_FRAME_BYTES, unpackFrames } from './frame-batch.ts';
import type { Emulator, Ne2k, VirtioNet } from './internals.ts';
import type { PlannedNic } from './plan.ts';
import { FRAME_WINDOW, type FromWorker } from './protocol.ts';

/** Frames waiting for room in the guest. */
const RECEIVE_QUEUE = 256;
/** Longest descriptor chain content a driver has reason to send; more is an attack on the host's memory. */
const MAX_CHAIN_BYTES = 64 * 1024;

interface Receiver {
  /** False while no driver listens: frames are lost then, as on a real card. */
  ready(): boolean;
  hasRoom(frameBytes: number): boolean;
}

export class Nic {
  readonly #nic: PlannedNic;
  readonly #emulator: Emulator;
  readonly #receiver: Receiver;
  readonly #post: (message: FromWorker, transfer: ArrayBuffer[]) => void;
  readonly #outgoing = new FrameBatch();
  #unacknowledged = 0;
  #incoming: Uint8Array[] = [];
  readonly #counters = { rxBytes: 0, txBytes: 0, rxPackets: 0, txPackets: 0, rxDrops: 0, txDrops: 0 };

  constructor(
    nic: PlannedNic,
    emulator: Emulator,
    post: (message: FromWorker, transfer: ArrayBuffer[]) => void,
  ) {
    this.#nic = nic;
    this.#emulator = emulator;
    this.#post = post;
    const { virtio_net, net } = emulator.v86.cpu.devices;
    if (virtio_net) this.#receiver = setUpVirtio(virtio_net, nic.mac);
    else if (net) this.#receiver = setUpNe2k(net, nic.mac);
    else throw new Error('The emulator was built without a network card.');
    emulator.add_listener('net0-send', (frame: Uint8Array) => this.#transmit(frame));
  }

  get counters(): MachineVifCounters {
    return { devid: this.#nic.devid, ...this.#counters };
  }

  acknowledge(bytes: number): void {
    this.#unacknowledged = Math.max(0, this.#unacknowledged - bytes);
  }

  /** Frames from the engine; they reach the guest with `deliver`. */
  receive(batch: Uint8Array): void {
    for (const frame of unpackFrames(batch)) {
      if (this.#incoming.length < RECEIVE_QUEUE) this.#incoming.push(frame);
      else this.#counters.rxDrops += 1;
    }
    this.#post({ op: 'frames-ack', bytes: batch.length }, []);
  }

  /** Hands waiting frames to the guest, as many as it has room for. */
  deliver(): void {
    if (this.#incoming.length === 0) return;
    if (!this.#receiver.ready()) {
      this.#counters.rxDrops += this.#incoming.length;
      this.#incoming = [];
      return;
    }
    let taken = 0;
    for (const frame of this.#incoming) {
      if (!this.#receiver.hasRoom(frame.length)) break;
      this.#emulator.bus.send('net0-receive', frame);
      this.#counters.rxPackets += 1;
      this.#counters.rxBytes += frame.length;
      taken += 1;
    }
    this.#incoming.splice(0, taken);
  }

  flush(): void {
    if (this.#outgoing.length === 0) return;
    const batch = this.#outgoing.take();
    this.#unacknowledged += batch.length;
    this.#post({ op: 'frames', batch }, [batch.buffer as ArrayBuffer]);
  }

  #transmit(frame: Uint8Array): void {
    const fits = frame.length >= MIN_FRAME_BYTES && frame.length <= MAX_FRAME_BYTES;
    if (!fits || this.#unacknowledged + this.#outgoing.length > FRAME_WINDOW) {
      this.#counters.txDrops += 1;
      return;
    }
    if (!this.#outgoing.push(frame)) {
      this.flush();
      this.#outgoing.push(frame);
    }
    this.#counters.txPackets += 1;
    this.#counters.txBytes += frame.length;
  }
}

function setUpVirtio(card: VirtioNet, mac: readonly number[]): Receiver {
  card.mac.set(mac);
  for (const queue of card.virtio.queues) {
    const pop = queue.pop_request.bind(queue);
    queue.pop_request = () => {
      const chain = pop();
      if (chain.length_readable > MAX_CHAIN_BYTES)
        throw new Error('The network driver sent a malformed request.');
      return chain;
    };
  }
  const receive = card.virtio.queues[0]!;
  return {
    ready: () => Boolean(receive.is_configured()),
    hasRoom: () => receive.has_request(),
  };
}

function setUpNe2k(card: Ne2k, mac: readonly number[]): Receiver {
  card.mac.set(mac);
  // The guest reads the address from the card's PROM, every byte doubled.
  for (const [at, byte] of mac.entries()) card.memory.fill(byte, at * 2, at * 2 + 2);
  return {
    ready: () => (card.cr & 1) === 0,
    hasRoom: (frameBytes) => {
      const pages = 1 + ((Math.max(60, frameBytes) + 4) >> 8);
      const free =
        card.boundary > card.curpg
          ? card.boundary - card.curpg
          : card.pstop - card.curpg + card.boundary - card.pstart;
      return card.boundary === 0 || free >= pages;
    },
  };
}
