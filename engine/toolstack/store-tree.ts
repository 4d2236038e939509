import { domainPath, permissions, type StoreAccess, type XenStore } from '../xenstore/index.ts';
import type { GuestConfig } from './guest-config.ts';
import { deviceEntries, type DeviceEntry } from './store-devices.ts';

/** What the tree says of a domain. */
export interface StoredDomain {
  readonly domid: number;
  readonly uuid: string;
  readonly config: GuestConfig;
  readonly startedAtMs: number;
  readonly vcpus: number;
}

export const vmPath = (uuid: string): string => `/vm/${uuid}`;
export const poolPath = (id: number): string => `/local/pool/${id}`;

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

/** A HVM guest's video memory is part of what it has, and not of what its balloon is told (xenstore reference §2). */
export const storedTargetKiB = (config: GuestConfig, targetKiB: number): number =>
  config.type === 'hvm' ? Math.max(0, targetKiB - config.videoRamKiB) : targetKiB;
export const ledgerTargetKiB = (config: GuestConfig, storedKiB: number): number =>
  config.type === 'hvm' ? storedKiB + config.videoRamKiB : storedKiB;

/** The part of the tree that is there before any guest: Domain-0 and its pool. */
export function writeDom0(store: XenStore, dom0KiB: number): void {
  store.transaction((tree) => {
    const nodes: Record<string, string> = {
      '/local/domain/0/domid': '0',
      '/local/domain/0/name': 'Domain-0',
      '/local/domain/0/memory/target': String(dom0KiB),
      '/local/domain/0/memory/static-max': String(dom0KiB),
      '/local/domain/0/device-model/0/state': 'running',
      [`${poolPath(0)}/name`]: 'Pool-0',
    };
    for (const [path, value] of Object.entries(nodes)) tree.write(path, value);
    tree.mkdir('/vm');
    tree.mkdir('/libxl');
    tree.mkdir('/local/domain/0/backend');
  });
}

/** Writes a new domain's own nodes and those of its devices, all states at 1, and fires `@introduceDomain`. */
export function writeDomain(store: XenStore, domain: StoredDomain): void {
  store.domainCreated(domain.domid);
  store.transaction((tree) => {
    writeBase(tree, domain);
    writeVm(tree, domain);
    tree.write(`/libxl/${domain.domid}/type`, domain.config.type);
    tree.write(`/libxl/${domain.domid}/dm-version`, 'qemu_xen');
    for (const entry of deviceEntries(domain)) writeDevice(tree, domain.domid, entry);
  });
  store.introduce(domain.domid);
}

/**
 * The machine has its devices: backends go on to InitWait, and to Connected as they work without the guest's help. A
 * frontend's own state is its guest's to set.
 */
export function connectDevices(store: XenStore, domain: StoredDomain): void {
  for (const state of [xenbus.initWait, xenbus.connected]) {
    store.transaction((tree) => {
      for (const { kind, devid, ready } of deviceEntries(domain)) {
        const backend = backendPath(domain.domid, kind, devid);
        if (state === xenbus.initWait) {
          for (const [key, value] of Object.entries(ready)) tree.write(`${backend}/${key}`, value);
        }
        tree.write(`${backend}/state`, state);
      }
    });
  }
}

/** The domain is gone: its nodes, those of its devices, its rights; fires `@releaseDomain`. */
export function removeDomain(store: XenStore, domid: number, uuid: string): void {
  const backends = '/local/domain/0/backend';
  store.transaction((tree) => {
    for (const path of [vmPath(uuid), domainPath(domid), `/libxl/${domid}`]) tree.rm(path);
    for (const kind of tree.exists(backends) ? tree.list(backends) : []) {
      const kindPath = `${backends}/${kind}`;
      tree.rm(`${kindPath}/${domid}`);
      if (tree.list(kindPath).length === 0) tree.rm(kindPath);
    }
  });
  store.release(domid);
}

export function renameDomain(store: XenStore, domid: number, uuid: string, name: string): void {
  store.transaction((tree) => {
    tree.write(`${domainPath(domid)}/name`, name);
    tree.write(`${vmPath(uuid)}/name`, name);
  });
}

/** A dead domain that is put aside gets another UUID and with it another /vm path (behaviour §1, rename-restart). */
export function moveVm(store: XenStore, domain: StoredDomain, uuid: string): void {
  store.transaction((tree) => {
    tree.rm(vmPath(domain.uuid));
    writeVm(tree, { ...domain, uuid });
    tree.write(`${domainPath(domain.domid)}/vm`, vmPath(uuid));
  });
}

export const backendPath = (domid: number, kind: string, devid: number): string =>
  `/local/domain/0/backend/${kind}/${domid}/${devid}`;

function writeBase(tree: StoreAccess, { domid, uuid, config, vcpus }: StoredDomain): void {
  const home = domainPath(domid);
  const readable = permissions('n0', `r${domid}`);
  const own = permissions(`n${domid}`);
  const write = (path: string, value: string): void => tree.write(`${home}/${path}`, value);
  const guests = (path: string, value = ''): void => tree.write(`${home}/${path}`, value, own);
  tree.mkdir(home, readable);
  write('vm', vmPath(uuid));
  write('name', config.name);
  for (let vcpu = 0; vcpu < vcpus; vcpu += 1) write(`cpu/${vcpu}/availability`, 'online');
  write('memory/static-max', String(Math.max(config.memoryKiB, config.maxMemoryKiB)));
  write('memory/target', String(storedTargetKiB(config, config.memoryKiB)));
  write('memory/videoram', String(config.videoRamKiB));
  tree.mkdir(`${home}/device`);
  guests('device/suspend/event-channel');
  for (const feature of ['shutdown', 'feature-poweroff', 'feature-reboot', 'feature-suspend', 'sysrq']) {
    guests(`control/${feature}`);
  }
  // The ready-made guest says that it obeys SysRq; others may say more: each in a node of its own.
  guests('control/feature-sysrq');
  if (config.type === 'hvm') {
    guests('control/feature-s3');
    guests('control/feature-s4');
    write('hvmloader/bios', 'seabios');
    write('hvmloader/allow-memory-relocate', '0');
    for (const [key, value] of Object.entries({
      acpi: config.acpi ? '1' : '0',
      acpi_s3: '0',
      acpi_s4: '0',
    })) {
      write(`platform/${key}`, value);
    }
  }
  write('control/platform-feature-multiprocessor-suspend', '1');
  write('control/platform-feature-xs_reset_watches', '1');
  for (const directory of ['data', 'drivers', 'feature', 'attr', 'error']) guests(directory);
  write('domid', String(domid));
}

function writeVm(tree: StoreAccess, { domid, uuid, config, startedAtMs }: StoredDomain): void {
  const path = vmPath(uuid);
  tree.mkdir(path, permissions('n0', `r${domid}`));
  const write = (key: string, value: string): void => tree.write(`${path}/${key}`, value);
  write('uuid', uuid);
  write('name', config.name);
  write('image/ostype', config.type === 'hvm' ? 'hvm' : 'linux');
  if (config.boot.kind === 'direct') {
    write('image/kernel', config.boot.kernel);
    if (config.boot.ramdisk !== null) write('image/ramdisk', config.boot.ramdisk);
    if (config.boot.cmdline !== '') write('image/cmdline', config.boot.cmdline);
  }
  write('start_time', (Math.floor(startedAtMs / 10) / 100).toFixed(2));
}

function writeDevice(tree: StoreAccess, domid: number, entry: DeviceEntry): void {
  const { kind, devid, frontendPath, frontend, backend } = entry;
  const front = `${domainPath(domid)}/${frontendPath}`;
  const back = backendPath(domid, kind, devid);
  const libxl = `/libxl/${domid}/device/${entry.libxlKind}/${devid}`;
  // The console's ring is dom0's: its frontend is only shown to the guest.
  const guestOwned = kind !== 'console';
  tree.mkdir(front, guestOwned ? permissions(`n${domid}`, 'r0') : permissions('n0', `r${domid}`));
  for (const [key, value] of Object.entries({ backend: back, 'backend-id': '0', ...frontend })) {
    tree.write(`${front}/${key}`, value);
  }
  tree.mkdir(back, permissions('n0', `r${domid}`));
  const initial = { frontend: front, 'frontend-id': String(domid), online: '1', ...backend };
  for (const [key, value] of Object.entries(initial)) tree.write(`${back}/${key}`, value);
  tree.write(`${libxl}/frontend`, front);
  tree.write(`${libxl}/backend`, back);
  for (const [key, value] of Object.entries(initial)) tree.write(`${libxl}/${key}`, value);
}
