import { domainPath, permissions, type StoreAccess, type XenStore } from '../xenstore/index.ts';
import type { Machine } from '../guest/machine.ts';
import type { GuestConfig } from './guest-config.ts';
import { deviceEntries, placedEntries } from './store-devices.ts';
import { connectDevice, writeDevice } from './store-device.ts';

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

/** The machine has its devices: their backends go on, and say where the guest finds those that are its own. */
export function connectDevices(
  store: XenStore,
  domain: StoredDomain,
  machine: Pick<Machine, 'plugOf'>,
): void {
  for (const { entry, place } of placedEntries(domain)) {
    const pci = place === null ? null : (machine.plugOf?.(place)?.pci ?? null);
    connectDevice(store, domain.domid, entry, pci);
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
