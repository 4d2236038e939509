import { z } from 'zod';
import type { DeviceSettings, DiskInfo } from '../../api/index.ts';

/** A disk in libxl's JSON (xl-cfg reference §5). */
export const diskStruct = z.looseObject({
  pdev_path: z.string().optional(),
  vdev: z.string(),
  format: z.string().optional(),
  script: z.string().optional(),
  readwrite: z.number().optional(),
  removable: z.number().optional(),
  is_cdrom: z.number().optional(),
});
export type DiskStruct = z.infer<typeof diskStruct>;

/** A disk of a domain. */
export interface DiskConfig extends DiskInfo {
  /** Other domains may write to the image too. */
  readonly shared: boolean;
  /** Where it sits on the bus of the running guest. */
  readonly pciSlot?: number;
  readonly struct: DiskStruct;
}

export type DiskSettings = DeviceSettings['vbd'];

function kindOf(struct: DiskStruct): DiskInfo['kind'] {
  if (struct.is_cdrom === 1) return 'cdrom';
  return struct.vdev.startsWith('fd') ? 'floppy' : 'disk';
}

export function readDisk(struct: DiskStruct, shared: boolean): DiskConfig {
  return {
    vdev: struct.vdev,
    kind: kindOf(struct),
    path: struct.pdev_path === undefined || struct.pdev_path === '' ? null : struct.pdev_path,
    format: (struct.script ?? struct.format ?? 'raw').slice(0, 16),
    readOnly: struct.readwrite !== 1,
    shared,
    struct,
  };
}

/** The disk with these settings; what `before` says beyond them stays. */
export function writeDisk(settings: DiskSettings, before?: DiskStruct): DiskStruct {
  const { vdev, devtype, path, format, readOnly } = settings;
  const { readwrite: _, removable: __, is_cdrom: ___, ...rest } = before ?? { vdev };
  const isCd = devtype === 'cdrom';
  return {
    ...rest,
    pdev_path: path ?? '',
    vdev,
    format: path === null && isCd ? 'empty' : format,
    ...(isCd ? { removable: 1, is_cdrom: 1 } : readOnly ? {} : { readwrite: 1 }),
  };
}

export function diskSettings(disk: DiskConfig): DiskSettings {
  const { vdev, kind, path, readOnly, shared } = disk;
  const format = disk.format === 'empty' ? 'raw' : disk.format;
  return { vdev, devtype: kind, path, format: format as DiskSettings['format'], readOnly, shared };
}
