import type { MediumInfo } from '../../api/index.ts';
import { lookAtMedium } from '../../toolstack/medium/index.ts';
import { realDiskPath } from '../../toolstack/disk-images.ts';
import { type Concern, withWarnings } from '../medium-warnings.ts';
import type { HostContext } from './context.ts';

const concerns: readonly Concern[] = [
  [
    ({ bits }) => bits === '64',
    () => 'It is for 64-bit machines only. Guests on this host are 32-bit: it will not run here.',
  ],
  [
    ({ kind, format }) => kind === 'disk' && format !== 'raw',
    ({ format, path }) =>
      `It is a ${format} image, and this host reads raw images. Convert it: qemu-img convert -O raw ${path} ${path}.raw`,
  ],
  [
    ({ kind, bootable }) => (kind === 'iso' || kind === 'disk') && bootable === false,
    () => 'There is nothing on it that the firmware would start.',
  ],
];

/** What a file of Domain-0, or of this computer, holds, and what of it will not do on the embedded host. */
export async function inspectMedium(path: string, { toolstack }: HostContext): Promise<MediumInfo> {
  const looked = await lookAtMedium(realDiskPath(path, toolstack));
  return withWarnings({ ...looked, path }, concerns);
}
