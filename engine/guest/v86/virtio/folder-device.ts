/** A shared folder (virtio 1.2, section 5.9: 9P transport): requests are answered one after the other, from the host's folder. */
import { Fids } from '../../p9/fids.ts';
import { SharedFolder } from '../../p9/folder.ts';
import { FileOperations } from '../../p9/operations.ts';
import { P9Server, refusal } from '../../p9/server.ts';
import { MachineError, type PciSlot } from '../../machine.ts';
import type { PciBus } from '../pci-bus.ts';
import type { PlannedFolder } from '../plan.ts';
import { misfit } from '../state.ts';
import { VirtioDevice } from './device.ts';
import type { Chain } from './ring.ts';

const QUEUE_SIZE = 128;
/** VIRTIO_9P_MOUNT_TAG */
const MOUNT_TAG = 0;
/** Linux asks for the version with room for the longest message it could use itself, 500 KiB. */
const MAX_REQUEST = 1024 * 1024;
/** Header and error number: the shortest answer to anything. */
const SHORTEST_ANSWER = 11;

export class FolderDevice {
  readonly device: VirtioDevice;
  readonly #folder: SharedFolder;
  readonly #operations: FileOperations;
  readonly #server: P9Server;
  #underWay = 0;
  #tail: Promise<void> = Promise.resolve();

  /** Throws MachineError `failed` when the folder cannot be shared. */
  constructor(bus: PciBus, slot: PciSlot, planned: PlannedFolder, log: (text: string) => void) {
    const { tag, path, readOnly } = planned;
    try {
      this.#folder = new SharedFolder(path);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new MachineError('failed', `The folder of ${tag} cannot be shared: ${why}.`);
    }
    this.#operations = new FileOperations(this.#folder, readOnly);
    this.#server = new P9Server(this.#operations);
    const name = Buffer.from(tag);
    const byte = (value: number) => ({ bytes: 1 as const, name: 'tag', read: () => value, write: () => {} });
    this.device = new VirtioDevice(
      bus,
      slot,
      {
        shape: {
          name: `shared folder ${tag}`,
          type: 9,
          pciClass: 0x0002,
          queues: [QUEUE_SIZE],
          features: [MOUNT_TAG],
          config: [
            { bytes: 2, name: 'tag_len', read: () => name.length, write: () => {} },
            ...[...name].map(byte),
          ],
        },
        limits: { maxBytes: MAX_REQUEST },
        onNotify: () => this.#take(),
        onReset: () => this.#reset(),
        saveExtra: () => [this.#server.messageBytes, this.#operations.fids.save()],
        restoreExtra: (state) => this.#restore(state),
      },
      log,
    );
  }

  /** Resolves when no request is under way. */
  async settled(): Promise<void> {
    while (this.#underWay > 0) await this.#tail;
  }

  /** Off the bus at once; resolves when what is under way is in the folder and all is closed. */
  async close(): Promise<void> {
    this.device.unplug();
    await this.#tail;
    this.#folder.close();
  }

  #take(): void {
    for (let chain = this.device.next(0); chain; chain = this.device.next(0)) {
      if (this.#underWay >= QUEUE_SIZE)
        return this.device.abused('more requests under way than fit its queue');
      if (chain.writableBytes < SHORTEST_ANSWER)
        return this.device.abused('a request without room for an answer');
      this.#underWay += 1;
      const taken = chain;
      const { epoch } = this.device;
      this.#tail = this.#tail.then(() => this.#serve(taken, epoch));
    }
  }

  async #serve(chain: Chain, epoch: number): Promise<void> {
    if (epoch !== this.device.epoch) return;
    const answer = await this.#server.answer(chain.read());
    if (epoch !== this.device.epoch) return;
    this.#underWay -= 1;
    // An answer without its end would be believed: better an error.
    const whole = answer.length <= chain.writableBytes ? answer : refusal(answer);
    chain.write(whole);
    this.device.give(0, chain, whole.length);
  }

  /** Files of a driver that is gone are closed when what is under way is done with them. */
  #reset(): void {
    this.#underWay = 0;
    this.#tail = this.#tail.then(() => this.#operations.fids.clear()).catch(() => {});
  }

  /** After a reset, which is still closing files of before: there are none in a new machine. */
  #restore(state: unknown): void {
    if (!Array.isArray(state)) throw misfit('its shared folders are broken');
    const [messageBytes, fids] = state as unknown[];
    try {
      new Fids().restore(fids);
      this.#server.restore(messageBytes);
    } catch {
      throw misfit('its shared folders are broken');
    }
    this.#tail = this.#tail.then(() => this.#operations.fids.restore(fids));
  }
}
