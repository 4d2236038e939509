import { type BlockReader, Fields } from './block-reader.ts';
import { type BlockMap, extentMap, indirectMap } from './ext-blocks.ts';
import { type ExtLayout, inodeOffset, readExtLayout } from './ext-layout.ts';
import { damaged, FsError } from './fs-error.ts';
import {
  type FsEntry,
  type FsNode,
  maxDirectoryBytes,
  maxEntries,
  maxLinkBytes,
  type Volume,
} from './node.ts';

const rootInode = 2;
const kinds: Record<number, FsNode['kind']> = { 0x4000: 'directory', 0x8000: 'file', 0xa000: 'link' };
const inodeFlags = { encrypted: 0x800, extents: 0x80000, inlineData: 0x1000_0000 } as const;
/** A target this short is in the inode itself. */
const shortLinkBytes = 60;

/**
 * ext2, ext3 and ext4, as they are on the disk: a journal is not replayed, as pygrub does not either. null when there is
 * none here.
 */
export async function openExt(reader: BlockReader): Promise<Volume | null> {
  const layout = await readExtLayout(reader);
  if (!layout) return null;
  const disk = { reader, layout };
  return { kind: 'ext', label: layout.label, caseless: false, root: () => ExtNode.open(disk, rootInode) };
}

interface ExtDisk {
  readonly reader: BlockReader;
  readonly layout: ExtLayout;
}

class ExtNode implements FsNode {
  readonly kind: FsNode['kind'];
  readonly size: number;
  readonly #disk: ExtDisk;
  readonly #flags: number;
  readonly #block: Uint8Array;
  readonly #map: BlockMap;

  static async open(disk: ExtDisk, number: number): Promise<ExtNode> {
    const at = await inodeOffset(disk.reader, disk.layout, number);
    return new ExtNode(disk, new Fields(await disk.reader.read(at, 128)));
  }

  private constructor(disk: ExtDisk, inode: Fields) {
    this.#disk = disk;
    this.kind = kinds[inode.word16(0) & 0xf000] ?? 'other';
    this.size = inode.pair(0x4, 0x6c);
    this.#flags = inode.word32(0x20);
    this.#block = inode.bytes.subarray(0x28, 0x64);
    const map = this.#flags & inodeFlags.extents ? extentMap : indirectMap;
    this.#map = map(disk.reader, disk.layout, this.#block);
  }

  async *entries(): AsyncGenerator<FsEntry> {
    if (this.size > maxDirectoryBytes) throw new FsError('too-large', 'a directory is larger than 32 MiB');
    const { blockBytes } = this.#disk.layout;
    let count = 0;
    for (let offset = 0; offset < this.size; offset += blockBytes) {
      const block = await this.read(offset, Math.min(blockBytes, this.size - offset));
      for (const { name, inode } of directoryBlock(block)) {
        if (++count > maxEntries)
          throw new FsError('too-large', `a directory has more than ${maxEntries} entries`);
        yield { name, open: () => ExtNode.open(this.#disk, inode) };
      }
    }
  }

  async target(): Promise<string> {
    if (this.size > maxLinkBytes) throw damaged('a symbolic link is longer than 4096 bytes');
    const short = this.size < shortLinkBytes && !(this.#flags & inodeFlags.extents);
    const bytes = short ? this.#block.subarray(0, this.size) : await this.read(0, this.size);
    return Buffer.from(bytes).toString('utf8');
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    if (this.#flags & inodeFlags.encrypted) throw new FsError('unsupported', 'a file is encrypted');
    if (this.#flags & inodeFlags.inlineData)
      throw new FsError('unsupported', 'a file is kept within its inode');
    if (offset < 0 || length < 0 || offset + length > this.size)
      throw damaged('a file is shorter than it says');
    const { blockBytes } = this.#disk.layout;
    const out = new Uint8Array(length);
    for (let done = 0; done < length;) {
      const logical = Math.floor((offset + done) / blockBytes);
      const within = (offset + done) % blockBytes;
      const { start, count } = await this.#map(logical);
      const bytes = Math.min(count * blockBytes - within, length - done);
      if (start !== null) out.set(await this.#disk.reader.read(start * blockBytes + within, bytes), done);
      done += bytes;
    }
    return out;
  }
}

/** Entries of one directory block. Blocks of an index look like one unused entry and give none. */
function* directoryBlock(block: Uint8Array): Generator<{ name: string; inode: number }> {
  const fields = new Fields(block);
  for (let at = 0; at + 8 <= block.length;) {
    const stored = fields.word16(at + 4);
    // In blocks of 64 KiB the length of a whole block does not fit and is written as 0 or 65535.
    const length = block.length === 65536 && (stored === 0 || stored === 65535) ? 65536 - at : stored;
    const nameBytes = fields.byte(at + 6);
    if (length < 8 || at + length > block.length || 8 + nameBytes > length)
      throw damaged('a directory is broken');
    const inode = fields.word32(at);
    const name = Buffer.from(block.subarray(at + 8, at + 8 + nameBytes)).toString('utf8');
    if (inode !== 0 && name !== '.' && name !== '..') yield { name, inode };
    at += length;
  }
}
