import type { MediumInfo, PhysicalInfo } from '../../../api/index.ts';
import { lookAt } from '../../../toolstack/medium/index.ts';
import { type Concern, withWarnings } from '../../medium-warnings.ts';
import type { XenContext } from '../host-context.ts';
import type { HostImages } from './host-images.ts';

/** Formats of disks that xl has a word for (xl-disk-configuration); a LUKS container is a raw disk to it. */
const formats: readonly string[] = ['raw', 'iso', 'qcow2', 'vhd', 'luks'];

const concernsOf = ({ virtCaps, xenCaps }: PhysicalInfo): readonly Concern[] => [
  [
    ({ kind }) => kind === 'iso' && !virtCaps.includes('hvm'),
    () =>
      'A CD boots in HVM guests only, and this host has none: its processor has no virtualisation, or the firmware has turned it off (xl info: virt_caps).',
  ],
  [
    ({ kind, bits }) => kind === 'kernel' && bits === '32' && !xenCaps.includes('xen-3.0-x86_32p'),
    () =>
      'It is a 32-bit kernel: this host runs it in PVH and HVM guests, not in PV ones (xl info: xen_caps).',
  ],
  [
    ({ kind, format }) => kind === 'disk' && !formats.includes(format),
    ({ format, path }) =>
      `It is a ${format} image, which xl cannot use. Convert it: qemu-img convert -O raw ${path} ${path}.raw`,
  ],
  [
    ({ kind, bootable }) => kind === 'iso' && bootable === false,
    () => 'There is nothing on it that the firmware would start.',
  ],
  [
    ({ kind, bootable }) => kind === 'disk' && bootable === false,
    () =>
      'Its first sector has no boot code: an HVM guest with a BIOS does not start from it. A PV or PVH guest can, with pygrub.',
  ],
];

/** What a file or device of a real host holds. Errors of `HostImages.read`. */
export async function inspectOnHost(
  { facts }: Pick<XenContext, 'facts'>,
  images: HostImages,
  path: string,
  signal?: AbortSignal,
): Promise<MediumInfo> {
  const looked = await images.read(path, signal, (reader) => lookAt(path, reader));
  const physical = facts()?.physical;
  return withWarnings(looked, physical ? concernsOf(physical) : []);
}
