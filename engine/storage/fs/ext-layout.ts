import { type BlockReader, Fields } from './block-reader.ts';
import { damaged, FsError } from './fs-error.ts';

/** What of the superblock matters for reading. */
export interface ExtLayout {
  readonly blockBytes: number;
  readonly blocks: number;
  readonly inodes: number;
  readonly inodesPerGroup: number;
  readonly inodeBytes: number;
  readonly descriptorBytes: number;
  /** Byte offset of the group descriptor table. */
  readonly descriptorsAt: number;
  readonly label: string;
}

const superblockAt = 1024;
const magic = 0xef53;
const maxBlockShift = 6;

/** Incompatible features (ext4 disk layout) that change nothing for a reader, or are handled here. */
const incompat = {
  fileType: 0x2,
  recover: 0x4,
  extents: 0x40,
  wide: 0x80,
  mmp: 0x100,
  flexGroups: 0x200,
  attributesInInodes: 0x400,
  checksumSeed: 0x2000,
  largeDirectories: 0x4000,
  inlineData: 0x8000,
  encryption: 0x10000,
  caseFolding: 0x20000,
} as const;
const readable = Object.values(incompat).reduce((mask, bit) => mask | bit, 0);

/** null when there is no ext2, 3 or 4 here; FsError when there is one that cannot be read. */
export async function readExtLayout(reader: BlockReader): Promise<ExtLayout | null> {
  if (reader.size < superblockAt + 1024) return null;
  const fields = new Fields(await reader.read(superblockAt, 1024));
  if (fields.word16(0x38) !== magic) return null;
  const dynamic = fields.word32(0x4c) > 0;
  const features = dynamic ? fields.word32(0x60) : 0;
  if ((features & ~readable) !== 0)
    throw new FsError(
      'unsupported',
      `it has ext features (${hex(features & ~readable)}) that are not known here`,
    );
  const wide = (features & incompat.wide) !== 0;
  const shift = fields.word32(0x18);
  if (shift > maxBlockShift) throw damaged('its block size is impossible');
  const blockBytes = 1024 << shift;
  const layout: ExtLayout = {
    blockBytes,
    blocks: wide ? fields.pair(0x4, 0x150) : fields.word32(0x4),
    inodes: fields.word32(0x0),
    inodesPerGroup: fields.word32(0x28),
    inodeBytes: dynamic ? fields.word16(0x58) : 128,
    descriptorBytes: wide ? fields.word16(0xfe) : 32,
    descriptorsAt: (fields.word32(0x14) + 1) * blockBytes,
    label: fields.text(0x78, 16).replace(/\0[^]*$/, ''),
  };
  checkLayout(layout, wide);
  return layout;
}

function checkLayout(layout: ExtLayout, wide: boolean): void {
  const { inodeBytes, blockBytes, descriptorBytes, inodesPerGroup } = layout;
  if (inodeBytes < 128 || inodeBytes > blockBytes) throw damaged('its inode size is impossible');
  if (inodesPerGroup === 0) throw damaged('its groups have no inodes');
  if (descriptorBytes < (wide ? 64 : 32) || descriptorBytes > 1024)
    throw damaged('the size of its group descriptors is impossible');
}

/** Where the record of inode `number` is, in bytes. */
export async function inodeOffset(reader: BlockReader, layout: ExtLayout, number: number): Promise<number> {
  if (number < 1 || number > layout.inodes) throw damaged(`it has no inode ${number}`);
  const group = Math.floor((number - 1) / layout.inodesPerGroup);
  const inGroup = (number - 1) % layout.inodesPerGroup;
  const { descriptorsAt, descriptorBytes } = layout;
  const fields = new Fields(await reader.read(descriptorsAt + group * descriptorBytes, descriptorBytes));
  const table = descriptorBytes >= 64 ? fields.pair(0x8, 0x28) : fields.word32(0x8);
  return table * layout.blockBytes + inGroup * layout.inodeBytes;
}

const hex = (value: number): string => `0x${(value >>> 0).toString(16)}`;
