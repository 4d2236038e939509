import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BlockReader,
  foreignContent,
  FsError,
  GuardedReader,
  openFileSystem,
  readPartitions,
} from '../../../../engine/storage/fs/index.ts';
import { type ImageName, imageBytes, readerOf } from '../../../support/fs-images/images.ts';

const limits = { reads: 20_000, bytes: 64 * 1024 * 1024 };

/** Looks at everything a boot loader looks at. Only FsError is swallowed. */
async function explore(source: BlockReader): Promise<void> {
  const tolerant = async (step: () => Promise<unknown>): Promise<void> => {
    await step().catch((error: unknown) => {
      if (!(error instanceof FsError)) throw error;
    });
  };
  const reader = new GuardedReader(source, limits);
  await tolerant(() => readPartitions(reader));
  await tolerant(() => foreignContent(reader));
  await tolerant(async () => {
    const fs = await openFileSystem(reader);
    if (!fs) return;
    for (const path of ['/', '/boot', '/many', '/deep/er']) await tolerant(() => fs.list(path));
    for (const path of ['/boot/grub/grub.cfg', '/vmlinuz', '/deep/er/still/kernel', '/round', '/sparse'])
      await tolerant(() => fs.readFile(path, 1024 * 1024));
  });
}

/** A source that fails the test when it is asked for what is not there. */
function strict(bytes: Uint8Array): BlockReader {
  const reader = readerOf(bytes);
  return {
    size: bytes.length,
    read(offset, length) {
      expect(offset >= 0 && length >= 0 && offset + length <= bytes.length).toBe(true);
      return reader.read(offset, length);
    },
  };
}

/** Where an image is not zero: flips anywhere else would hardly ever be seen. */
function usedBytes(bytes: Uint8Array): number[] {
  const used: number[] = [];
  bytes.forEach((byte, at) => {
    if (byte !== 0 && used.length < 300_000) used.push(at);
  });
  return used;
}

/** Metadata of ext: superblock, group descriptors, bitmaps, inode table, first directories. */
const metadata = (bytes: Uint8Array): number[] => usedBytes(bytes.subarray(0, 96 * 1024));

describe.each([
  ['ext2', metadata],
  ['ext4', metadata],
  ['ext4-4k', metadata],
  ['rock', usedBytes],
  ['fat12', usedBytes],
  ['mbr', usedBytes],
  ['gpt', usedBytes],
] as const satisfies readonly (readonly [ImageName, unknown])[])('a damaged %s', (name, where) => {
  it('is read to an end without any other error and never outside the image', async () => {
    const image = imageBytes(name);
    const places = where(image);
    const flip = fc.record({
      at: fc.integer({ min: 0, max: places.length - 1 }),
      value: fc.integer({ min: 0, max: 255 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(flip, { minLength: 1, maxLength: 12 }), async (flips) => {
        const bytes = new Uint8Array(image);
        for (const { at, value } of flips) bytes[places[at] ?? 0] = value;
        await explore(strict(bytes));
      }),
      { numRuns: 40 },
    );
  });

  it('that was cut off is read to an end', async () => {
    const image = imageBytes(name);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: image.length }), (size) =>
        explore(strict(image.subarray(0, size))),
      ),
      { numRuns: 15 },
    );
  });
});

describe('reading', () => {
  it('ends when it takes more work than allowed', async () => {
    const reader = new GuardedReader(readerOf(new Uint8Array(1024)), { reads: 3, bytes: 1000 });
    await reader.read(0, 10);
    await expect(reader.read(0, 1000)).rejects.toMatchObject({ code: 'too-large' });
    await expect(reader.read(0, 1)).rejects.toMatchObject({ code: 'too-large' });
  });

  it.each([
    [-1, 1],
    [0, -1],
    [1020, 5],
    [0.5, 1],
    [Number.NaN, 1],
    [2 ** 60, 2 ** 60],
  ])('from %d for %d bytes is refused', async (offset, length) => {
    const reader = new GuardedReader(readerOf(new Uint8Array(1024)));
    await expect(reader.read(offset, length)).rejects.toMatchObject({ name: 'FsError', code: 'damaged' });
  });

  it('says what the image itself failed with', async () => {
    const source = { size: 4096, read: () => Promise.reject(new Error('EIO: i/o error')) };
    await expect(new GuardedReader(source).read(0, 1)).rejects.toMatchObject({
      code: 'unreadable',
      message: 'EIO: i/o error',
    });
  });
});
