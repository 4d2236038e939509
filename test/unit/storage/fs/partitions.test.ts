import { describe, expect, it } from 'vitest';
import { GuardedReader, readPartitions } from '../../../../engine/storage/fs/index.ts';
import { imageBytes, readerOf } from '../../../support/fs-images/images.ts';

const sector = 512;
const tableOf = (bytes: Uint8Array) => readPartitions(new GuardedReader(readerOf(bytes)));

describe('a partition table', () => {
  it('of an MBR has primary and logical partitions, numbered as Linux does', async () => {
    expect(await tableOf(imageBytes('mbr'))).toEqual({
      kind: 'mbr',
      partitions: [
        { number: 1, start: 2048 * sector, size: 2048 * sector, active: false },
        { number: 2, start: 4096 * sector, size: 2048 * sector, active: true },
        { number: 5, start: 8192 * sector, size: 2048 * sector, active: false },
        { number: 6, start: 12288 * sector, size: 2048 * sector, active: false },
      ],
    });
  });

  it('of a GPT has its entries', async () => {
    expect(await tableOf(imageBytes('gpt'))).toEqual({
      kind: 'gpt',
      partitions: [
        { number: 1, start: 2048 * sector, size: 2048 * sector, active: false },
        { number: 2, start: 4096 * sector, size: 8192 * sector, active: false },
      ],
    });
  });

  it('is not seen in a file system without one', async () => {
    expect(await tableOf(imageBytes('ext4'))).toEqual({ kind: 'none', partitions: [] });
    expect(await tableOf(imageBytes('fat16'))).toEqual({ kind: 'none', partitions: [] });
    expect(await tableOf(new Uint8Array(3))).toEqual({ kind: 'none', partitions: [] });
  });

  it('with logical partitions in a circle comes to an end', async () => {
    const disk = Buffer.from(imageBytes('mbr'));
    const second = 10240 * sector;
    disk.writeUInt32LE(0, second + 462 + 8);
    disk.writeUInt8(5, second + 462 + 4);
    disk.writeUInt32LE(10240 - 6144, second + 462 + 8);
    const { partitions } = await tableOf(disk);
    expect(partitions.length).toBeLessThan(70);
  });

  it('leaves out what begins outside of the disk', async () => {
    const disk = Buffer.from(imageBytes('mbr'));
    disk.writeUInt32LE(0xffff_fff0, 446 + 8);
    expect((await tableOf(disk)).partitions.map(({ number }) => number)).toEqual([2, 5, 6]);
  });
});
