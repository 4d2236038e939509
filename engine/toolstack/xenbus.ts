import { DomusError } from '../api/index.ts';
import type { DeviceEntry } from '../device/store.ts';
import { abortReason } from '../lib/abort.ts';
import type { Clock } from '../lib/clock.ts';
import { domainPath, type XenStore } from '../xenstore/index.ts';
import { connectDevice, devicePaths, removeDevice, writeDevice, xenbus } from './store-device.ts';

/** As long as libxl waits for either side of a device (xenstore reference §2). */
export const waitMs = 10_000;

/** Where a device is plugged: the store, and the guest that may answer there. */
export interface Xenbus {
  readonly domid: number;
  readonly store: XenStore;
  readonly clock: Clock;
  /** A guest that stands still answers nothing: nobody waits for it. */
  isPaused(): boolean;
}

/** Has something in the guest said that it obeys the store? The ready-made guest's agent does, and rescans buses. */
export const hasAgent = (store: XenStore, domid: number): boolean =>
  store.tryRead(`${domainPath(domid)}/control/feature-poweroff`) === '1';

export interface Plugged {
  /** What a person has to type in a guest that does not look by itself; null: nothing. */
  readonly hint: string | null;
}

const rescan = 'echo 1 > /sys/bus/pci/rescan';
const removal = (pci: string): string => `echo 1 > /sys/bus/pci/devices/${pci}/remove`;

/** True when `done` has come true of the node's value, false when that took too long. Rejects with the signal's reason. */
function waitFor(
  { store, clock }: Xenbus,
  path: string,
  done: (value: string | undefined) => boolean,
  signal: AbortSignal,
  ms = waitMs,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const end = (finish: () => void): void => {
      unwatch();
      cancel();
      signal.removeEventListener('abort', onAbort);
      finish();
    };
    const onAbort = (): void => end(() => reject(abortReason(signal)));
    const cancel = clock.after(ms, () => end(() => resolve(false)));
    const unwatch = store.watch(path, () => {
      if (done(store.tryRead(path))) end(() => resolve(true));
    });
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}

/**
 * Plugs a device in: both ends in the store, then the hardware, then the backend says that it is there. `plug` resolves with
 * the device's address on the guest's bus (null: it is on none that must be searched); when it fails nothing is left.
 * Ends when the guest has the device, or does not look for it by itself.
 */
export async function plugIn(
  bus: Xenbus,
  entry: DeviceEntry | null,
  plug: () => Promise<string | null>,
  signal: AbortSignal,
): Promise<Plugged> {
  const { store, domid } = bus;
  if (entry) store.transaction((tree) => writeDevice(tree, domid, entry));
  let pci: string | null;
  try {
    pci = await plug();
  } catch (error) {
    if (entry) removeDevice(store, domid, entry);
    throw error;
  }
  if (!entry || pci === null) {
    if (entry) connectDevice(store, domid, entry, null);
    return { hint: pci === null ? null : rescan };
  }
  connectDevice(store, domid, entry, pci);
  if (!hasAgent(store, domid)) return { hint: rescan };
  if (bus.isPaused()) return { hint: null };
  const state = `${devicePaths(domid, entry).frontend}/state`;
  return { hint: (await connects(bus, state, signal)) ? null : rescan };
}

/** A guest that does not answer is asked again after this time; its end stands closed for so long then. */
const askAgainMs = 1800;
const closedMs = 200;

/**
 * Waits for the guest's end to be connected. A guest that has not seen that the device before this one went, because this one
 * came so soon, takes it for the old one, which it has given up; that its end is closed once more makes it look afresh.
 */
async function connects(bus: Xenbus, state: string, signal: AbortSignal): Promise<boolean> {
  const { store } = bus;
  const waits = (ms: number): Promise<boolean> =>
    waitFor(bus, state, (value) => value === xenbus.connected, signal, ms);
  for (let waited = 0; waited + askAgainMs < waitMs; waited += askAgainMs + closedMs) {
    if (await waits(askAgainMs)) return true;
    if (!store.exists(state)) return false;
    store.write(state, xenbus.closed);
    if (await waits(closedMs)) return true;
    if (!store.exists(state)) return false;
    store.write(state, xenbus.initialising);
  }
  return false;
}

/** How a device is taken out. */
export interface DetachOptions {
  readonly force: boolean;
  readonly signal: AbortSignal;
}

export interface Unplug {
  readonly name: string;
  readonly entry: DeviceEntry | null;
  readonly pci: string | null;
  /** Takes the hardware away and gives back what it used. */
  readonly take: () => Promise<void>;
  readonly force: boolean;
  /** What happens to a device that the guest does not let go: `refuse` keeps it (disks), `take` takes it (cards). */
  readonly unwilling: 'refuse' | 'take';
  /** A device that was refused goes when the guest lets go of it later: hears how to stop waiting for that. */
  readonly lingers: (stop: () => void, gone: Promise<void>) => void;
}

function askToClose({ store, domid }: Xenbus, entry: DeviceEntry, force: boolean): void {
  const { frontend, backend } = devicePaths(domid, entry);
  const withAgent = hasAgent(store, domid);
  store.transaction((tree) => {
    // A guest that sees its end vanish has nothing left to object to.
    if (force) tree.rm(frontend);
    tree.write(`${backend}/online`, '0');
    if (tree.tryRead(`${backend}/state`) !== xenbus.closed) tree.write(`${backend}/state`, xenbus.closing);
    // The agent of a restored guest still listens at the backend of its earlier domid: its own end tells it too.
    if (withAgent && tree.tryRead(`${frontend}/state`) === xenbus.connected)
      tree.write(`${frontend}/state`, xenbus.closing);
  });
}

const letGo = (state: string | undefined): boolean => state === xenbus.closed || state === undefined;

async function takeOut({ store, domid }: Xenbus, { entry, take }: Unplug): Promise<void> {
  if (entry) {
    const { backend } = devicePaths(domid, entry);
    if (store.exists(backend)) store.write(`${backend}/state`, xenbus.closed);
  }
  await take();
  if (entry) removeDevice(store, domid, entry);
}

function refusal(bus: Xenbus, { name, pci }: Unplug): DomusError {
  const byHand = pci === null || hasAgent(bus.store, bus.domid) ? null : removal(pci);
  return new DomusError(
    'ERROR_TIMEDOUT',
    `The guest has not let go of ${name} within ${waitMs / 1000} s: it may be mounted, or nothing in the guest listens.`,
    {
      fix:
        byHand === null
          ? 'Unmount it in the guest: it goes then. Or take it out with force.'
          : `Unmount it, type ${byHand} in the guest, then take it out with force.`,
    },
  );
}

/** Waits without end for the guest to let go, then takes the device out. */
function linger(bus: Xenbus, unplug: Unplug, entry: DeviceEntry): void {
  const state = `${devicePaths(bus.domid, entry).frontend}/state`;
  let stop = (): void => {};
  const gone = new Promise<void>((resolve, reject) => {
    stop = bus.store.watch(state, () => {
      if (!letGo(bus.store.tryRead(state))) return;
      stop();
      takeOut(bus, unplug).then(resolve, reject);
    });
  });
  unplug.lingers(stop, gone);
}

/**
 * Takes a device out: the backend closes, the guest lets go, the hardware and both ends in the store go. ERROR_TIMEDOUT when
 * the guest holds on to a device that may not just be taken; it is taken later then, when the guest lets go.
 */
export async function pullOut(bus: Xenbus, unplug: Unplug, signal: AbortSignal): Promise<Plugged> {
  const { entry, force, pci } = unplug;
  if (entry) {
    askToClose(bus, entry, force);
    if (!force && !(await hasLetGo(bus, entry, signal)) && unplug.unwilling === 'refuse') {
      linger(bus, unplug, entry);
      throw refusal(bus, unplug);
    }
  }
  const byHand = pci !== null && !hasAgent(bus.store, bus.domid);
  await takeOut(bus, unplug);
  return { hint: byHand ? removal(pci) : null };
}

const hasLetGo = (bus: Xenbus, entry: DeviceEntry, signal: AbortSignal): Promise<boolean> =>
  waitFor(bus, `${devicePaths(bus.domid, entry).frontend}/state`, letGo, signal);
