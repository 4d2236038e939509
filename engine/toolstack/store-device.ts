import type { DeviceEntry } from '../device/store.ts';
import { domainPath, permissions, type StoreAccess, type XenStore } from '../xenstore/index.ts';

/** XenbusState (xenstore reference §2). */
export const xenbus = {
  initialising: '1',
  initWait: '2',
  initialised: '3',
  connected: '4',
  closing: '5',
  closed: '6',
} as const;

const stateWords = [
  'Unknown',
  'Initialising',
  'InitWait',
  'Initialised',
  'Connected',
  'Closing',
  'Closed',
  'Reconfiguring',
  'Reconfigured',
];

/** The state of a device's backend in words; null when the store has no such device. */
export function backendState(
  store: XenStore,
  domid: number,
  kind: string,
  devid: number | undefined,
): string | null {
  const path = store.tryRead(`/libxl/${domid}/device/${kind}/${devid}/backend`);
  const state = path === undefined ? undefined : store.tryRead(`${path}/state`);
  return state === undefined ? null : (stateWords[Number(state)] ?? 'Unknown');
}

export const backendPath = (domid: number, kind: string, devid: number): string =>
  `/local/domain/0/backend/${kind}/${domid}/${devid}`;

/** The directories of one device: its two ends, and libxl's own note of it. */
export const devicePaths = (domid: number, { kind, libxlKind, devid, frontendPath }: DeviceEntry) => ({
  frontend: `${domainPath(domid)}/${frontendPath}`,
  backend: backendPath(domid, kind, devid),
  libxl: `/libxl/${domid}/device/${libxlKind}/${devid}`,
});

/** Both ends of a device, with their states at 1. */
export function writeDevice(tree: StoreAccess, domid: number, entry: DeviceEntry): void {
  const { frontend: front, backend: back, libxl } = devicePaths(domid, entry);
  tree.mkdir(front, entry.guestOwned ? permissions(`n${domid}`, 'r0') : permissions('n0', `r${domid}`));
  for (const [key, value] of Object.entries({ backend: back, 'backend-id': '0', ...entry.frontend })) {
    tree.write(`${front}/${key}`, value);
  }
  tree.mkdir(back, permissions('n0', `r${domid}`));
  const initial = { frontend: front, 'frontend-id': String(domid), online: '1', ...entry.backend };
  for (const [key, value] of Object.entries(initial)) tree.write(`${back}/${key}`, value);
  tree.write(`${libxl}/frontend`, front);
  tree.write(`${libxl}/backend`, back);
  for (const [key, value] of Object.entries(initial)) tree.write(`${libxl}/${key}`, value);
}

/**
 * The machine has the device: its backend goes on to InitWait, and to Connected as it works without the guest's help. A
 * frontend's own state is its guest's to set. `pci`: where the guest finds it.
 */
export function connectDevice(store: XenStore, domid: number, entry: DeviceEntry, pci: string | null): void {
  const { frontend, backend } = devicePaths(domid, entry);
  store.transaction((tree) => {
    for (const [key, value] of Object.entries(entry.ready)) tree.write(`${backend}/${key}`, value);
    if (pci !== null && tree.exists(frontend)) tree.write(`${frontend}/pci`, pci);
    tree.write(`${backend}/state`, xenbus.initWait);
  });
  if (!entry.waits) store.write(`${backend}/state`, xenbus.connected);
}

/** Takes `path` away, and the directories above it that are left empty. */
function prune(tree: StoreAccess, path: string): void {
  tree.rm(path);
  const parent = path.slice(0, path.lastIndexOf('/'));
  const isDeviceDirectory = /\/(?:device|backend)\//.test(parent);
  if (isDeviceDirectory && tree.exists(parent) && tree.list(parent).length === 0) prune(tree, parent);
}

/** Nothing of the device is left. */
export function removeDevice(store: XenStore, domid: number, entry: DeviceEntry): void {
  store.transaction((tree) => {
    for (const path of Object.values(devicePaths(domid, entry))) if (tree.exists(path)) prune(tree, path);
  });
}
