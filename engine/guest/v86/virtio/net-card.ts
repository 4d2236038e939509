/** A network card of ours (virtio 1.2, section 5.1), without offloads: one frame per request, either way. */
import type { PciSlot } from '../../machine.ts';
import type { Card } from '../nic.ts';
import type { PciBus } from '../pci-bus.ts';
import { VirtioDevice } from './device.ts';

const QUEUE_SIZE = 256;
const RECEIVE = 0;
const TRANSMIT = 1;
/** Before each frame; only the number of buffers (1) is ever set in it. */
const HEADER_BYTES = 12;
const HEADER = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0);
/** Longest a driver has reason to send or to leave room for; more is an attack on the host's memory. */
const MAX_CHAIN_BYTES = 64 * 1024;
const FEATURE = { mac: 5, status: 16 };

export class VirtioCard implements Card {
  readonly device: VirtioDevice;
  readonly #onSend: (frame: Uint8Array) => void;
  #linkUp: boolean;

  constructor(
    bus: PciBus,
    slot: PciSlot,
    card: { readonly devid: number; readonly mac: readonly number[]; readonly linkUp: boolean },
    onSend: (frame: Uint8Array) => void,
    log: (text: string) => void,
  ) {
    this.#linkUp = card.linkUp;
    this.#onSend = onSend;
    const readOnly = { write: () => {} };
    const address = card.mac.map((byte, at) => ({
      bytes: 1 as const,
      name: `mac ${at}`,
      read: () => byte,
      ...readOnly,
    }));
    const status = { bytes: 2 as const, name: 'status', read: () => (this.#linkUp ? 1 : 0), ...readOnly };
    this.device = new VirtioDevice(
      bus,
      slot,
      {
        shape: {
          name: `network card ${card.devid}`,
          type: 1,
          pciClass: 0x0200,
          queues: [QUEUE_SIZE, QUEUE_SIZE],
          features: [FEATURE.mac, FEATURE.status],
          config: [...address, status],
        },
        limits: { maxBytes: MAX_CHAIN_BYTES },
        onNotify: (queue) => {
          if (queue === TRANSMIT) this.#transmit();
        },
        onReset: () => {},
      },
      log,
    );
  }

  ready(): boolean {
    return this.device.isReady(RECEIVE);
  }

  hasRoom(): boolean {
    return this.device.hasRequest(RECEIVE);
  }

  /** False when the room the guest has left is too small: the frame is lost. */
  receive(frame: Uint8Array): boolean {
    const chain = this.device.next(RECEIVE);
    if (!chain) return false;
    const fits = chain.writableBytes >= HEADER_BYTES + frame.length;
    if (fits) {
      chain.write(HEADER);
      chain.write(frame, HEADER_BYTES);
    }
    this.device.give(RECEIVE, chain, fits ? HEADER_BYTES + frame.length : 0);
    return fits;
  }

  /** The guest sees its carrier come or go. */
  setLink(up: boolean): void {
    if (up === this.#linkUp) return;
    this.#linkUp = up;
    this.device.configChanged();
  }

  #transmit(): void {
    for (let chain = this.device.next(TRANSMIT); chain; chain = this.device.next(TRANSMIT)) {
      this.#onSend(chain.read(HEADER_BYTES));
      this.device.give(TRANSMIT, chain, 0);
    }
  }
}
