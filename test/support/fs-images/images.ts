import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { BlockReader } from '../../../engine/storage/fs/index.ts';

export type ImageName =
  'ext2' | 'ext4' | 'ext4-4k' | 'rock' | 'plain' | 'fat12' | 'fat16' | 'fat32' | 'mbr' | 'gpt';

/** One of the small images that `make.sh` made. */
export const imageBytes = (name: ImageName): Uint8Array =>
  gunzipSync(readFileSync(new URL(`${name}.img.gz`, import.meta.url)));

export const readerOf = (bytes: Uint8Array): BlockReader => ({
  size: bytes.length,
  read: (offset, length) => Promise.resolve(bytes.slice(offset, offset + length)),
});

/** A disk with `content` at byte `start` and one MBR partition around it. */
export function partitioned(content: Uint8Array, start = 1024 * 1024): Uint8Array {
  const disk = Buffer.alloc(start + content.length);
  disk.set(content, start);
  disk.writeUInt8(0x83, 446 + 4);
  disk.writeUInt32LE(start / 512, 446 + 8);
  disk.writeUInt32LE(content.length / 512, 446 + 12);
  disk.writeUInt16LE(0xaa55, 510);
  return disk;
}
