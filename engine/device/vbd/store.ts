import type { DeviceEntry, StoredGuest } from '../store.ts';
import type { DiskConfig } from './config.ts';

/** QEMU's way of naming an image: `aio:/a.img`, `qcow2:/b.qcow2`. */
const qemuParams = ({ path, format }: Pick<DiskConfig, 'path' | 'format'>): string =>
  `${format === 'raw' || format === 'empty' ? 'aio' : format}:${path ?? ''}`;

/** Drives of an HVM guest that take media are QEMU's, so that media can change (xl-cfg reference §5). */
const isQemus = ({ kind, path, format }: DiskConfig, { type }: StoredGuest): boolean =>
  path === null || format !== 'raw' || (kind === 'cdrom' && type === 'hvm');

/** What a change of the medium changes in the backend. */
export const mediumNodes = (disk: DiskConfig): Record<string, string> => ({ params: qemuParams(disk) });

/** `devid` is the number of its vdev. */
export function diskEntry(disk: DiskConfig, devid: number, guest: StoredGuest): DeviceEntry {
  const isCd = disk.kind === 'cdrom';
  const type = isCd ? 'cdrom' : 'disk';
  const qemus = isQemus(disk, guest);
  return {
    kind: qemus ? 'qdisk' : 'vbd',
    libxlKind: 'vbd',
    devid,
    guestOwned: true,
    frontendPath: `device/vbd/${devid}`,
    frontend: {
      state: '1',
      'virtual-device': String(devid),
      'device-type': type,
      trusted: '1',
      ...(guest.type === 'hvm' ? {} : { protocol: 'x86_32-abi' }),
    },
    backend: {
      removable: isCd ? '1' : '0',
      bootable: '1',
      state: '1',
      dev: disk.vdev,
      type: qemus ? 'qdisk' : 'phy',
      mode: disk.readOnly ? 'r' : 'w',
      'device-type': type,
      'discard-enable': disk.readOnly ? '0' : '1',
      specification: 'xen',
      params: qemus ? qemuParams(disk) : (disk.path ?? ''),
      ...(qemus ? {} : { script: '/etc/xen/scripts/block' }),
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
