import { DomusError } from '../../api/index.ts';
import type { ChannelConfig } from '../../device/channel/index.ts';
import { channelEntry, ttyNode } from '../../device/channel/store.ts';
import type { Machine } from '../../guest/machine.ts';
import type { XenStore } from '../../xenstore/index.ts';
import { devicePaths, xenbus } from '../store-device.ts';
import { type DetachOptions, type Plugged, plugIn, pullOut, type Xenbus } from '../xenbus.ts';
import type { ChannelEnds } from './index.ts';

/** Says in the store where programs of the host find a channel; null: nowhere. */
export function writeTty(store: XenStore, domid: number, channel: ChannelConfig, tty: string | null): void {
  const { frontend } = devicePaths(domid, channelEntry(channel));
  if (tty !== null) store.write(`${frontend}/${ttyNode}`, tty);
}

export interface ChannelBoard {
  readonly bus: Xenbus;
  readonly machine: Machine;
  readonly ends: ChannelEnds;
}

/** Adds a port to the guest's console, which sees it at once. ERROR_NI without hot-plug; those of `ChannelEnds.open`. */
export async function plugChannel(
  { bus, machine, ends }: ChannelBoard,
  channel: ChannelConfig,
  signal: AbortSignal,
): Promise<Plugged> {
  if (!machine.attachChannel)
    throw new DomusError('ERROR_NI', 'This machine cannot get a channel while it runs.');
  let tty: string | null = null;
  const plug = async (): Promise<null> => {
    await machine.attachChannel?.(channel.name);
    try {
      tty = await ends.open(channel);
    } catch (error) {
      await machine.detachChannel?.(channel.name);
      throw error;
    }
    return null;
  };
  await plugIn(bus, channelEntry(channel), plug, signal);
  writeTty(bus.store, bus.domid, channel, tty);
  return { hint: null };
}

/** Takes the port away, whether a program of the guest has it open or not: it is hung up then. Who has not joined in is not asked. */
export function pullChannel(
  { bus, machine, ends }: ChannelBoard,
  channel: ChannelConfig,
  unplug: DetachOptions,
): Promise<Plugged> {
  const take = async (): Promise<void> => {
    await ends.close(channel.name);
    await machine.detachChannel?.(channel.name);
  };
  const entry = channelEntry(channel);
  const name = `the channel ${channel.name}`;
  const { store, domid } = bus;
  const joined = store.tryRead(`${devicePaths(domid, entry).frontend}/state`) === xenbus.connected;
  const force = unplug.force || !joined;
  return pullOut(
    bus,
    { name, entry, pci: null, take, force, unwilling: 'take', lingers: () => {} },
    unplug.signal,
  );
}
