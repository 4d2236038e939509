import type { BlockReader } from '../../../storage/fs/index.ts';
import type { BootReading, Place } from '../boot-disk.ts';
import { extlinux, grubCfg, menuLst } from './configurations.ts';

const isoMark = 0x8001;

async function isIso(disk: BlockReader): Promise<boolean> {
  if (disk.size < isoMark + 5) return false;
  return Buffer.from(await disk.read(isoMark, 5)).toString('latin1') === 'CD001';
}

/** The disk itself counts where it has no partitions, or is a CD that has some, too. Logical partitions are not looked at. */
async function places(disk: BlockReader, partitions: readonly Place[]): Promise<readonly Place[]> {
  const known = partitions.filter(({ logical }) => !logical);
  const whole: Place = { name: 'the whole disk', reader: disk };
  if (known.length === 0) return [whole];
  return (await isIso(disk)) ? [whole, ...known] : known;
}

/**
 * How the pygrub of a Xen host looks at a disk (as of Xen 4.17): of each partition the first configuration that is there. What it says of entries
 * and their numbers is what `--entry=` will do.
 */
export const pygrubReading: BootReading = {
  configs: [
    ['/boot/grub/grub.cfg', grubCfg],
    ['/grub/grub.cfg', grubCfg],
    ['/boot/grub2/grub.cfg', grubCfg],
    ['/grub2/grub.cfg', grubCfg],
    ['/boot/isolinux/isolinux.cfg', extlinux],
    ['/boot/extlinux/extlinux.conf', extlinux],
    ['/boot/extlinux.conf', extlinux],
    ['/extlinux/extlinux.conf', extlinux],
    ['/extlinux.conf', extlinux],
    ['/boot/grub/menu.lst', menuLst],
    ['/boot/grub/grub.conf', menuLst],
    ['/grub/menu.lst', menuLst],
    ['/grub/grub.conf', menuLst],
  ],
  firstOnly: true,
  places,
};
