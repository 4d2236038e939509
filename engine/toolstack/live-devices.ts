import { DomusError } from '../api/index.ts';
import { type DiskConfig, diskSettings, writeDisk } from '../device/vbd/config.ts';
import { mediumNodes } from '../device/vbd/store.ts';
import { type NicConfig, nicSettings, writeNic } from '../device/vif/config.ts';
import { cableNodes } from '../device/vif/store.ts';
import type { Machine, MachinePlug } from '../guest/machine.ts';
import type { ChannelConfig } from '../device/channel/index.ts';
import type { Clock } from '../lib/clock.ts';
import type { XenStore } from '../xenstore/index.ts';
import type { ChannelEnds } from './channels/index.ts';
import { plugChannel, pullChannel } from './channels/live.ts';
import type { DiskImages } from './disk-images.ts';
import type { GuestConfig } from './guest-config.ts';
import { prepareNic } from './machine-spec.ts';
import { devicePaths } from './store-device.ts';
import { diskEntryOf, nicEntryOf } from './store-devices.ts';
import type { Vifs } from './vifs.ts';
import { type DetachOptions, type Plugged, plugIn, pullOut, type Xenbus } from './xenbus.ts';

/** The devices that come and go while a domain runs. */
export type DeviceLists = Pick<GuestConfig, 'disks' | 'nics' | 'channels'>;

export interface LiveDevicesParts {
  readonly domid: number;
  readonly uuid: string;
  /** What the domain was made from. */
  readonly config: GuestConfig;
  readonly machine: Machine;
  readonly store: XenStore;
  readonly clock: Clock;
  readonly images: DiskImages;
  readonly vifs: Vifs;
  readonly ends: ChannelEnds;
}

const pciOf = (plug: MachinePlug | undefined): string | null => plug?.pci ?? null;

const missing = (what: string): DomusError =>
  new DomusError('ERROR_NI', `This machine cannot ${what} while it runs.`);

/** Only virtio cards come and go; it stays one when the domain reboots. */
function pluggable(nic: NicConfig): NicConfig {
  if (nic.model?.startsWith('ne2k')) {
    throw new DomusError('ERROR_NI', 'An NE2000 is part of the board: it cannot be plugged in.', {
      field: 'model',
      fix: 'Choose virtio, or add the card for the next start.',
    });
  }
  return { ...nic, model: 'virtio-net', struct: { ...nic.struct, model: 'virtio-net' } };
}

/**
 * The disks and cards of one running domain, plugged in and taken out as libxl does it. One call at a time: the caller holds
 * the domain. Errors are DomusErrors or MachineErrors; whatever fails, nothing of the device is left.
 */
export class LiveDevices {
  readonly #parts: LiveDevicesParts;
  readonly #bus: Xenbus;
  readonly #onChange: (lists: DeviceLists) => void;
  #lists: DeviceLists;
  /** Devices the guest holds on to, by name: how to stop waiting for them. */
  readonly #lingering = new Map<string, () => void>();

  constructor(parts: LiveDevicesParts, isPaused: () => boolean, onChange: (lists: DeviceLists) => void) {
    const { domid, store, clock } = parts;
    this.#parts = parts;
    this.#bus = { domid, store, clock, isPaused };
    this.#onChange = onChange;
    this.#lists = this.#placed(parts.config);
  }

  /** Those there are now; `pciSlot` says where the guest finds them. */
  get lists(): DeviceLists {
    return this.#lists;
  }

  /** Stops waiting for guests that hold on to devices. */
  dispose(): void {
    for (const stop of this.#lingering.values()) stop();
    this.#lingering.clear();
  }

  /** ERROR_DEVICE_EXISTS, field `vdev`; ERROR_NI when there is no hot-plug; those of `DiskImages.hold`. */
  async attachDisk(disk: DiskConfig, signal: AbortSignal): Promise<Plugged> {
    const { machine, images } = this.#parts;
    if (!machine.attachDisk) throw missing('get a disk');
    if (this.#lists.disks.some(({ vdev }) => vdev === disk.vdev)) throw this.#exists('vdev');
    const held = await images.hold(disk);
    try {
      const entry = diskEntryOf(this.#owner, disk);
      const plug = async (): Promise<string | null> => pciOf(await machine.attachDisk?.(held));
      const plugged = await plugIn(this.#bus, entry, plug, signal);
      this.#update({ disks: [...this.#lists.disks, disk] });
      return plugged;
    } catch (error) {
      images.release(disk.vdev);
      throw error;
    }
  }

  /** ERROR_NOTFOUND; ERROR_NI for a drive of the board; ERROR_TIMEDOUT while the guest holds on to it. */
  async detachDisk(vdev: string, { force, signal }: DetachOptions): Promise<Plugged> {
    const { machine, images } = this.#parts;
    const disk = this.#find('disks', (one) => one.vdev === vdev, vdev);
    const plug = machine.plugOf?.({ vdev }) ?? null;
    if (!machine.detachDisk) throw missing('lose a disk');
    if (!plug)
      throw new DomusError(
        'ERROR_NI',
        `${vdev} is on a controller of the board: it stays while the domain runs.`,
      );
    const take = async (): Promise<void> => {
      await machine.detachDisk?.(vdev);
      images.release(vdev);
      this.#update({ disks: this.#lists.disks.filter((one) => one.vdev !== vdev) });
    };
    return this.#pull(vdev, {
      entry: diskEntryOf(this.#owner, disk),
      pci: plug.pci,
      take,
      force,
      unwilling: 'refuse',
      signal,
    });
  }

  /** `path` null: out. ERROR_NOTFOUND, ERROR_INVAL for a drive that takes no media; those of `DiskImages.hold`. */
  async insertMedium(vdev: string, path: string | null): Promise<void> {
    const { machine, images, store } = this.#parts;
    const drive = this.#find('disks', (one) => one.vdev === vdev, vdev);
    if (drive.kind === 'disk') {
      throw new DomusError('ERROR_INVAL', `${vdev} is a disk: only CD and floppy drives take media.`, {
        field: 'vdev',
      });
    }
    if (!machine.insertMedium) throw missing('change a medium');
    const settings = { ...diskSettings(drive), path };
    const loaded: DiskConfig = {
      ...drive,
      path,
      format: path === null && drive.kind === 'cdrom' ? 'empty' : 'raw',
      struct: writeDisk({ ...settings, format: 'raw' }, drive.struct),
    };
    // The old medium is given back first: it may be the new one.
    images.release(vdev);
    let held: Awaited<ReturnType<DiskImages['hold']>>;
    try {
      held = await images.hold(loaded);
      await machine.insertMedium(vdev, held.path ?? null);
    } catch (error) {
      await images.hold(drive).catch(() => images.release(vdev));
      throw error;
    }
    const entry = diskEntryOf(this.#owner, drive);
    if (entry) this.#writeBoth(entry, mediumNodes(loaded), store);
    this.#update({ disks: this.#lists.disks.map((one) => (one === drive ? loaded : one)) });
  }

  /** ERROR_DEVICE_EXISTS; ERROR_FAIL for an unknown bridge; ERROR_NI, also for a card of another kind than virtio. */
  async attachNic(wanted: NicConfig, signal: AbortSignal): Promise<Plugged> {
    const { machine, vifs, uuid, config } = this.#parts;
    if (!machine.attachNic) throw missing('get a network card');
    const nic = pluggable(wanted);
    if (this.#lists.nics.some(({ devid }) => devid === nic.devid)) throw this.#exists('devid');
    const card = { ...prepareNic(nic, uuid, config.boot), linkUp: nic.link };
    vifs.plug({ ...nic, mac: card.mac });
    try {
      const plug = async (): Promise<string | null> => pciOf(await machine.attachNic?.(card));
      const plugged = await plugIn(this.#bus, nicEntryOf(this.#owner, nic, true), plug, signal);
      this.#update({ nics: [...this.#lists.nics, nic] });
      return plugged;
    } catch (error) {
      vifs.unplug(nic.devid);
      throw error;
    }
  }

  /** As libxl: a card that the guest does not let go within 10 s is taken all the same. ERROR_NOTFOUND, ERROR_NI. */
  async detachNic(devid: number, { force, signal }: DetachOptions): Promise<Plugged> {
    const { machine, vifs } = this.#parts;
    const nic = this.#find('nics', (one) => one.devid === devid, `network card ${devid}`);
    const plug = machine.plugOf?.({ devid }) ?? null;
    if (!machine.detachNic) throw missing('lose a network card');
    if (!plug)
      throw new DomusError(
        'ERROR_NI',
        `Network card ${devid} is part of the board: it stays while the domain runs.`,
      );
    const take = async (): Promise<void> => {
      await machine.detachNic?.(devid);
      vifs.unplug(devid);
      this.#update({ nics: this.#lists.nics.filter((one) => one.devid !== devid) });
    };
    const entry = nicEntryOf(this.#owner, nic);
    return this.#pull(`vif ${devid}`, { entry, pci: plug.pci, take, force, unwilling: 'take', signal });
  }

  /** What can change of a card that is in: bridge, rate, cable. ERROR_NOTFOUND; ERROR_FAIL for an unknown bridge. */
  async changeNic(
    devid: number,
    change: Partial<Pick<NicConfig, 'bridge' | 'rate' | 'link'>>,
  ): Promise<void> {
    const { machine, vifs, store } = this.#parts;
    const before = this.#find('nics', (one) => one.devid === devid, `network card ${devid}`);
    const changed = { ...before, ...change };
    const nic = { ...changed, struct: writeNic(nicSettings(changed), changed.rate, before.struct) };
    if (nic.link !== before.link) {
      if (!machine.setLink) throw missing('have its cable pulled');
      await machine.setLink(devid, nic.link);
    }
    vifs.plug(nic);
    const entry = nicEntryOf(this.#owner, nic);
    this.#writeBoth(entry, cableNodes(nic), store);
    if (!nic.rate) for (const path of this.#ends(entry)) store.rm(`${path}/rate`);
    this.#update({ nics: this.#lists.nics.map((one) => (one === before ? nic : one)) });
  }

  /** ERROR_DEVICE_EXISTS, field `name`; ERROR_NI when there is no hot-plug; ERROR_FAIL where its socket cannot be made. */
  async attachChannel(channel: ChannelConfig, signal: AbortSignal): Promise<Plugged> {
    if (this.#lists.channels.some(({ name }) => name === channel.name)) throw this.#exists('name');
    const plugged = await plugChannel({ ...this.#parts, bus: this.#bus }, channel, signal);
    this.#update({ channels: [...this.#lists.channels, channel] });
    return plugged;
  }

  /** ERROR_NOTFOUND. */
  async detachChannel(name: string, unplug: DetachOptions): Promise<Plugged> {
    const channel = this.#find('channels', (one) => one.name === name, `channel ${name}`);
    const pulled = await pullChannel({ ...this.#parts, bus: this.#bus }, channel, unplug);
    this.#update({ channels: this.#lists.channels.filter((one) => one !== channel) });
    return pulled;
  }

  get #owner() {
    const { domid, uuid, config } = this.#parts;
    return { domid, uuid, config };
  }

  #ends(entry: Parameters<typeof devicePaths>[1]): string[] {
    const { backend, libxl } = devicePaths(this.#parts.domid, entry);
    return [backend, libxl];
  }

  #writeBoth(entry: Parameters<typeof devicePaths>[1], nodes: Record<string, string>, store: XenStore): void {
    store.transaction((tree) => {
      for (const path of this.#ends(entry)) {
        for (const [key, value] of Object.entries(nodes)) tree.write(`${path}/${key}`, value);
      }
    });
  }

  async #pull(
    name: string,
    unplug: Omit<Parameters<typeof pullOut>[1], 'name' | 'lingers'> & { signal: AbortSignal },
  ): Promise<Plugged> {
    this.#lingering.get(name)?.();
    this.#lingering.delete(name);
    const lingers = (stop: () => void, gone: Promise<void>): void => {
      this.#lingering.set(name, stop);
      void gone.catch(() => {}).then(() => this.#lingering.delete(name));
    };
    return pullOut(this.#bus, { ...unplug, name, lingers }, unplug.signal);
  }

  #find<K extends keyof DeviceLists>(list: K, is: (one: DeviceLists[K][number]) => boolean, name: string) {
    const found = (this.#lists[list] as readonly DeviceLists[K][number][]).find(is);
    if (found) return found;
    throw new DomusError('ERROR_NOTFOUND', `${this.#parts.config.name} has no ${name}.`, { field: 'id' });
  }

  #exists(field: string): DomusError {
    return new DomusError('ERROR_DEVICE_EXISTS', 'device already exists in xenstore', {
      field,
      fix: 'Choose another one, or take that device out first.',
    });
  }

  #update(changed: Partial<DeviceLists>): void {
    this.#lists = this.#placed({ ...this.#lists, ...changed });
    this.#onChange(this.#lists);
  }

  /** With where each is on the guest's bus. */
  #placed({ disks, nics, channels }: DeviceLists): DeviceLists {
    const { machine } = this.#parts;
    const slotOf = (device: Parameters<NonNullable<Machine['plugOf']>>[0]) => {
      const slot = machine.plugOf?.(device)?.slot;
      return slot === undefined ? {} : { pciSlot: slot };
    };
    return {
      disks: disks.map((disk) => ({ ...disk, ...slotOf({ vdev: disk.vdev }) })),
      nics: nics.map((nic) => ({ ...nic, ...slotOf({ devid: nic.devid }) })),
      channels,
    };
  }
}
