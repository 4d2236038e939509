/** A random number generator (virtio 1.2, section 5.4): the guest's buffers are filled from the host's source. */
import { randomFillSync } from 'node:crypto';
import type { PciSlot } from '../../machine.ts';
import type { PciBus } from '../pci-bus.ts';
import { VirtioDevice } from './device.ts';

const QUEUE_SIZE = 16;
/** A driver asks for some dozens of bytes; who asks for more gets this much and may ask again. */
const MOST_AT_ONCE = 1024;
const MAX_REQUEST = 1024 * 1024;

/** Plugs it in. */
export function plugEntropy(bus: PciBus, slot: PciSlot, log: (text: string) => void): VirtioDevice {
  const device = new VirtioDevice(
    bus,
    slot,
    {
      shape: {
        name: 'random number generator',
        type: 4,
        pciClass: 0x00ff,
        queues: [QUEUE_SIZE],
        features: [],
        config: [],
      },
      limits: { maxBytes: MAX_REQUEST },
      onNotify: () => serve(device),
      onReset: () => {},
    },
    log,
  );
  return device;
}

function serve(device: VirtioDevice): void {
  for (let chain = device.next(0); chain; chain = device.next(0)) {
    const bytes = randomFillSync(new Uint8Array(Math.min(chain.writableBytes, MOST_AT_ONCE)));
    chain.write(bytes);
    device.give(0, chain, bytes.length);
  }
}
