import { DomusError } from '../../api/index.ts';
import type { DeviceKind, Taken } from '../device.ts';
import type { Rules } from '../fields.ts';
import { type DiskConfig, type DiskSettings, diskSettings } from './config.ts';

const titles: Record<DiskConfig['kind'], string> = {
  disk: 'Disk',
  cdrom: 'CD drive',
  floppy: 'Floppy drive',
};

function rules({ kind }: DiskConfig): Rules<DiskSettings> {
  const removable = kind !== 'disk';
  return {
    vdev: 'restart',
    devtype: 'restart',
    path: removable ? 'live' : 'restart',
    format: 'restart',
    readOnly: kind === 'cdrom' ? { no: 'A CD cannot be written.' } : 'restart',
    shared: 'restart',
  };
}

/** xvda and hda are the same disk to an HVM guest: a letter is taken under all names. */
function defaults({ keys }: Taken): DiskSettings {
  const letters = new Set(keys.map((vdev) => /^(?:xvd|hd|sd)([a-z])/.exec(vdev)?.[1]));
  const free = [...'abcdefghijklmnopqrstuvwxyz'].find((letter) => !letters.has(letter)) ?? 'aa';
  return { vdev: `xvd${free}`, devtype: 'disk', path: null, format: 'raw', readOnly: false, shared: false };
}

function check({ vdev, devtype, path }: DiskSettings): void {
  const refuse = (message: string, field: string, fix: string): never => {
    throw new DomusError('ERROR_INVAL', message, { field, fix });
  };
  if (devtype === 'disk' && path === null)
    refuse(
      `The disk ${vdev} has no image.`,
      'path',
      'Choose an image; only CD and floppy drives can be empty.',
    );
  if ((devtype === 'floppy') !== vdev.startsWith('fd')) {
    const example = devtype === 'floppy' ? 'fda' : devtype === 'cdrom' ? 'hdc' : 'xvdb';
    refuse(`A ${titles[devtype].toLowerCase()} cannot be called ${vdev}.`, 'vdev', `Call it ${example}.`);
  }
}

export const vbd: DeviceKind<'vbd', DiskConfig> = {
  kind: 'vbd',
  title: 'Disk, CD or floppy drive',
  key: ({ vdev }) => vdev,
  name: ({ kind, vdev }) => `${titles[kind]} ${vdev}`,
  summary: ({ path, format, readOnly, kind }) =>
    path === null
      ? 'empty'
      : [path, format === 'raw' ? '' : format, readOnly && kind === 'disk' ? 'read-only' : '']
          .filter(Boolean)
          .join(', '),
  settings: diskSettings,
  rules,
  defaults,
  check,
};
