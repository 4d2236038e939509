import type { DiskInfo } from '../api/index.ts';
import { vdevNumber } from '../xlcfg/index.ts';
import type { GuestConfig, GuestNic } from './guest-config.ts';
import { stableMac } from './machine-spec.ts';

/** One device in the tree: what the toolstack writes at its two ends, and what the backend adds when it is ready. */
export interface DeviceEntry {
  /** Of the backend: `vbd`, `qdisk`, `vif`, `console`. */
  readonly kind: string;
  readonly libxlKind: string;
  readonly devid: number;
  /** Below the domain's home. */
  readonly frontendPath: string;
  readonly frontend: Readonly<Record<string, string>>;
  readonly backend: Readonly<Record<string, string>>;
  readonly ready: Readonly<Record<string, string>>;
}

/** All devices of a domain that the store shows (xenstore reference §2). */
export function deviceEntries(domain: {
  readonly domid: number;
  readonly uuid: string;
  readonly config: GuestConfig;
}): DeviceEntry[] {
  const { domid, uuid, config } = domain;
  return [
    ...config.disks.flatMap((disk) => diskEntry(disk, config) ?? []),
    ...config.nics.map((nic) => nicEntry(nic, domid, uuid, config)),
    consoleEntry(),
  ];
}

function diskEntry(disk: DiskInfo, config: GuestConfig): DeviceEntry | null {
  const devid = vdevNumber(disk.vdev);
  if (devid === undefined) return null;
  const isCd = disk.kind === 'cdrom';
  const type = isCd ? 'cdrom' : 'disk';
  // An empty drive has no block device behind it: the real toolstack gives it to QEMU.
  const empty = disk.path === null;
  return {
    kind: empty ? 'qdisk' : 'vbd',
    libxlKind: 'vbd',
    devid,
    frontendPath: `device/vbd/${devid}`,
    frontend: {
      state: '1',
      'virtual-device': String(devid),
      'device-type': type,
      trusted: '1',
      ...(config.type === 'hvm' ? {} : { protocol: 'x86_32-abi' }),
    },
    backend: {
      removable: isCd ? '1' : '0',
      bootable: '1',
      state: '1',
      dev: disk.vdev,
      type: empty ? 'qdisk' : 'phy',
      mode: disk.readOnly ? 'r' : 'w',
      'device-type': type,
      'discard-enable': disk.readOnly ? '0' : '1',
      specification: 'xen',
      params: empty ? 'aio:' : (disk.path ?? ''),
      ...(empty ? {} : { script: '/etc/xen/scripts/block' }),
    },
    ready: {
      'hotplug-status': 'connected',
      'sector-size': '512',
      'physical-sector-size': '512',
      info: String((isCd ? 1 | 2 : 0) | (disk.readOnly ? 4 : 0)),
      'feature-flush-cache': '1',
    },
  };
}

function nicEntry(nic: GuestNic, domid: number, uuid: string, config: GuestConfig): DeviceEntry {
  const mac = nic.mac ?? stableMac(uuid, nic.devid);
  return {
    kind: 'vif',
    libxlKind: 'vif',
    devid: nic.devid,
    frontendPath: `device/vif/${nic.devid}`,
    frontend: { state: '1', handle: String(nic.devid), mac, trusted: '1', mtu: '1500' },
    backend: {
      state: '1',
      script: '/etc/xen/scripts/vif-bridge',
      vifname: `vif${domid}.${nic.devid}`,
      mac,
      bridge: nic.bridge,
      handle: String(nic.devid),
      type: config.type === 'hvm' ? 'vif_ioemu' : 'vif',
      'hotplug-status': '',
    },
    ready: { 'hotplug-status': 'connected', 'feature-rx-copy': '1', 'feature-sg': '0' },
  };
}

/** Console 0. Its bytes go over the serial port, so that it has neither a page nor an event channel. */
function consoleEntry(): DeviceEntry {
  return {
    kind: 'console',
    libxlKind: 'console',
    devid: 0,
    frontendPath: 'console',
    frontend: { limit: '1048576', type: 'xenconsoled', output: 'pty' },
    backend: { state: '1', protocol: 'vt100' },
    ready: {},
  };
}
