/** A disk of ours (virtio 1.2, section 5.2): requests go to the image as they come, each is answered when the file has it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { FileDisk } from '../block.ts';
import type { PciBus } from '../pci-bus.ts';
import type { PciSlot } from '../../machine.ts';
import { VirtioDevice } from './device.ts';
import type { Chain } from './ring.ts';

const SECTOR = 512;
const QUEUE_SIZE = 128;
/** One segment less than fits beside a request's header and status. */
const MAX_SEGMENTS = QUEUE_SIZE - 2;
const MAX_SEGMENT_BYTES = 64 * 1024;
const HEADER_BYTES = 16;
const SERIAL_BYTES = 20;
/** A disk that is torn out stays as one that only fails until its driver has asked nothing for so long, or for that long at most. */
const QUIET_MS = 250;
const MOST_QUIETS = 12;

const FEATURE = { sizeMax: 1, segMax: 2, readOnly: 5, flush: 9 };
const REQUEST = { read: 0, write: 1, flush: 4, id: 8 };
const STATUS = { ok: 0, error: 1, unsupported: 2 };

interface Answer {
  readonly status: number;
  readonly data?: Uint8Array;
}

export class BlockDevice {
  readonly disk: FileDisk;
  readonly #device: VirtioDevice;
  readonly #log: (text: string) => void;
  #underWay = 0;
  /** From now on every request fails. */
  #leaving = false;
  #asked = 0;

  /** Takes the disk over: `close` closes it. */
  constructor(bus: PciBus, slot: PciSlot, disk: FileDisk, log: (text: string) => void) {
    this.disk = disk;
    this.#log = log;
    this.#device = new VirtioDevice(bus, slot, this.#behaviour(), log);
  }

  get device(): VirtioDevice {
    return this.#device;
  }

  /**
   * Takes it from a running guest: at once when the driver has let go of it, else when the driver is quiet. A driver waits
   * for ever for an answer that does not come, so everything is answered to the end. Resolves when the file is closed.
   */
  async leave(): Promise<void> {
    this.#leaving = true;
    await this.disk.settled();
    for (let left = MOST_QUIETS; this.#device.live && left > 0; left -= 1) {
      const asked = this.#asked;
      await sleep(QUIET_MS);
      if (asked === this.#asked) break;
    }
    await this.close();
  }

  /** Off the bus at once; resolves when writes under way are in the file and it is closed. */
  async close(): Promise<void> {
    this.#device.unplug();
    await this.disk.close();
  }

  #behaviour(): ConstructorParameters<typeof VirtioDevice>[2] {
    const sectors = this.disk.byteLength / SECTOR;
    const field = (name: string, value: number) => ({
      bytes: 4 as const,
      name,
      read: () => value | 0,
      write: () => {},
    });
    return {
      shape: {
        name: `disk ${this.disk.vdev}`,
        type: 2,
        pciClass: 0x0100,
        queues: [QUEUE_SIZE],
        features: [
          FEATURE.sizeMax,
          FEATURE.segMax,
          FEATURE.flush,
          ...(this.disk.readOnly ? [FEATURE.readOnly] : []),
        ],
        config: [
          field('capacity, low', sectors % 2 ** 32),
          field('capacity, high', Math.floor(sectors / 2 ** 32)),
          field('size_max', MAX_SEGMENT_BYTES),
          field('seg_max', MAX_SEGMENTS),
        ],
      },
      limits: { maxBytes: HEADER_BYTES + MAX_SEGMENTS * MAX_SEGMENT_BYTES },
      onNotify: () => this.#take(),
      onReset: () => (this.#underWay = 0),
    };
  }

  #take(): void {
    for (let chain = this.#device.next(0); chain; chain = this.#device.next(0)) {
      // A driver may not give a request again before it has it back, so there are never more than the queue holds.
      if (this.#underWay >= QUEUE_SIZE)
        return this.#device.abused('more requests under way than fit its queue');
      if (chain.readableBytes < HEADER_BYTES || chain.writableBytes < 1)
        return this.#device.abused('a request without header or status');
      this.#underWay += 1;
      this.#asked += 1;
      void this.#serve(chain, this.#device.epoch);
    }
  }

  async #serve(chain: Chain, epoch: number): Promise<void> {
    const answer = await this.#perform(chain).catch((error: unknown) => {
      this.#log(`error on ${this.disk.vdev}: ${error instanceof Error ? error.message : String(error)}`);
      return { status: STATUS.error };
    });
    if (epoch !== this.#device.epoch) return;
    this.#underWay -= 1;
    const { status, data } = answer as Answer;
    if (data) chain.write(data);
    chain.write(Uint8Array.of(status), chain.writableBytes - 1);
    this.#device.give(0, chain, (data?.length ?? 0) + 1);
  }

  async #perform(chain: Chain): Promise<Answer> {
    if (this.#leaving) return { status: STATUS.error };
    const header = chain.read(0, HEADER_BYTES);
    const view = new DataView(header.buffer);
    const start = (view.getUint32(8, true) + view.getUint32(12, true) * 2 ** 32) * SECTOR;
    const room = chain.writableBytes - 1;
    switch (view.getUint32(0, true)) {
      case REQUEST.read:
        this.#check(start, room);
        return { status: STATUS.ok, data: await this.disk.read(start, room) };
      case REQUEST.write:
        this.#check(start, chain.readableBytes - HEADER_BYTES);
        await this.disk.write(start, chain.read(HEADER_BYTES));
        return { status: STATUS.ok };
      case REQUEST.flush:
        await this.disk.flush();
        return { status: STATUS.ok };
      case REQUEST.id: {
        const serial = new Uint8Array(Math.min(room, SERIAL_BYTES));
        new TextEncoder().encodeInto(this.disk.vdev, serial);
        return { status: STATUS.ok, data: serial };
      }
      default:
        return { status: STATUS.unsupported };
    }
  }

  #check(start: number, length: number): void {
    const whole = length % SECTOR === 0;
    if (whole && start + length <= this.disk.byteLength) return;
    throw new Error(`a request of ${length} bytes at ${start} does not fit the disk`);
  }
}
