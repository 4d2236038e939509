import type { BlockReader } from './block-reader.ts';
import { openExt } from './ext.ts';
import { openFat } from './fat.ts';
import { FileSystem } from './file-system.ts';
import { openIso9660 } from './iso9660.ts';

const openers = [openExt, openIso9660, openFat];

/** What cannot be read here, but be called by its name. */
const foreign: readonly { name: string; at: number; magic: string }[] = [
  { name: 'XFS', at: 0, magic: 'XFSB' },
  { name: 'Btrfs', at: 0x10040, magic: '_BHRfS_M' },
  { name: 'LUKS', at: 0, magic: 'LUKS\xba\xbe' },
  { name: 'LVM', at: 512, magic: 'LABELONE' },
  { name: 'NTFS', at: 3, magic: 'NTFS    ' },
  { name: 'swap', at: 4086, magic: 'SWAPSPACE2' },
  { name: 'Squashfs', at: 0, magic: 'hsqs' },
];

/** The file system that begins at the start of `reader`; null when there is none of a known kind. FsError when it is broken. */
export async function openFileSystem(reader: BlockReader): Promise<FileSystem | null> {
  for (const open of openers) {
    const volume = await open(reader);
    if (volume) return new FileSystem(volume);
  }
  return null;
}

/** What a part of a disk without a readable file system holds, by its signature; null: nothing known. */
export async function foreignContent(reader: BlockReader): Promise<string | null> {
  for (const { name, at, magic } of foreign) {
    if (at + magic.length > reader.size) continue;
    const bytes = await reader.read(at, magic.length);
    if (Buffer.from(bytes).toString('latin1') === magic) return name;
  }
  return null;
}
