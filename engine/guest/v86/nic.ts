/** A network card on the worker's side: frames both ways, bounded, counted; its cable. What kind of card it is, `Card` knows. */
import type { MachineVifCounters } from '../machine.ts';
import { FrameBatch, MAX_FRAME_BYTES, MIN_FRAME_BYTES, unpackFrames } from './frame-batch.ts';
import { FRAME_WINDOW, type FromWorker } from './protocol.ts';

/** Frames waiting for room in the guest. */
const RECEIVE_QUEUE = 256;

/** The hardware. Frames it sends go to the function its maker was given. */
export interface Card {
  /** False while no driver listens: frames are lost then, as on a real card. */
  ready(): boolean;
  hasRoom(frameBytes: number): boolean;
  /** False when the frame was lost after all. */
  receive(frame: Uint8Array): boolean;
  /** Shows the guest its carrier, where the card has a way to. */
  setLink(up: boolean): void;
}

export class Nic {
  readonly devid: number;
  readonly #card: Card;
  readonly #post: (message: FromWorker, transfer: ArrayBuffer[]) => void;
  readonly #outgoing = new FrameBatch();
  #linkUp: boolean;
  #unacknowledged = 0;
  #incoming: Uint8Array[] = [];
  readonly #counters = { rxBytes: 0, txBytes: 0, rxPackets: 0, txPackets: 0, rxDrops: 0, txDrops: 0 };

  /** `makeCard` gets the function to call with each frame of the guest. */
  constructor(
    nic: { readonly devid: number; readonly linkUp: boolean },
    makeCard: (onSend: (frame: Uint8Array) => void) => Card,
    post: (message: FromWorker, transfer: ArrayBuffer[]) => void,
  ) {
    this.devid = nic.devid;
    this.#linkUp = nic.linkUp;
    this.#post = post;
    this.#card = makeCard((frame) => this.#transmit(frame));
  }

  get counters(): MachineVifCounters {
    return { devid: this.devid, ...this.#counters };
  }

  /** The cable: down drops what waits and what comes, either way. */
  setLink(up: boolean): void {
    this.#linkUp = up;
    this.#card.setLink(up);
    if (!up) this.#dropIncoming();
  }

  acknowledge(bytes: number): void {
    this.#unacknowledged = Math.max(0, this.#unacknowledged - bytes);
  }

  /** Frames from the engine; they reach the guest with `deliver`. */
  receive(batch: Uint8Array): void {
    for (const frame of unpackFrames(batch)) {
      if (this.#linkUp && this.#incoming.length < RECEIVE_QUEUE) this.#incoming.push(frame);
      else this.#counters.rxDrops += 1;
    }
    this.#post({ op: 'frames-ack', devid: this.devid, bytes: batch.length }, []);
  }

  /** Hands waiting frames to the guest, as many as it has room for. */
  deliver(): void {
    if (this.#incoming.length === 0) return;
    if (!this.#card.ready()) return this.#dropIncoming();
    let taken = 0;
    for (const frame of this.#incoming) {
      if (!this.#card.hasRoom(frame.length)) break;
      taken += 1;
      if (this.#card.receive(frame)) {
        this.#counters.rxPackets += 1;
        this.#counters.rxBytes += frame.length;
      } else {
        this.#counters.rxDrops += 1;
      }
    }
    this.#incoming.splice(0, taken);
  }

  flush(): void {
    if (this.#outgoing.length === 0) return;
    const batch = this.#outgoing.take();
    this.#unacknowledged += batch.length;
    this.#post({ op: 'frames', devid: this.devid, batch }, [batch.buffer as ArrayBuffer]);
  }

  #dropIncoming(): void {
    this.#counters.rxDrops += this.#incoming.length;
    this.#incoming = [];
  }

  #transmit(frame: Uint8Array): void {
    const fits = frame.length >= MIN_FRAME_BYTES && frame.length <= MAX_FRAME_BYTES;
    if (!this.#linkUp || !fits || this.#unacknowledged + this.#outgoing.length > FRAME_WINDOW) {
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
