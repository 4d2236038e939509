import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileDisk } from '../../../engine/guest/v86/block.ts';
import type { DriveSlot } from '../../../engine/guest/v86/plan.ts';

const SECTOR = 512;
const MiB = 1024 * 1024;

let folder: string;
let path: string;
let disk: FileDisk;
let log: string[];
let failures: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'domus-disk-'));
  path = join(folder, 'image');
  log = [];
  failures = [];
});

afterEach(async () => {
  await disk.close();
  await rm(folder, { recursive: true, force: true });
});

async function openDisk(image: Buffer, readOnly = false, slot: DriveSlot = 'hda'): Promise<FileDisk> {
  await writeFile(path, image);
  disk = new FileDisk({ slot, vdev: 'xvda', path, readOnly }, (text) => log.push(text));
  disk.onFailure = (operation) => failures.push(operation);
  return disk;
}

const read = (start: number, length: number): Promise<Uint8Array> =>
  new Promise((resolve) => disk.get(start, length, resolve));
const write = (start: number, data: Uint8Array): Promise<void> =>
  new Promise((resolve) => disk.set(start, data, resolve));

describe('A file-backed disk', () => {
  it('reads and writes its image, and counts both', async () => {
    await openDisk(Buffer.alloc(4 * SECTOR, 'a'));
    await write(SECTOR, Buffer.alloc(SECTOR, 'b'));
    expect(Buffer.from(await read(SECTOR - 1, 2)).toString()).toBe('ab');
    expect((await readFile(path)).toString().replace(/(.)\1*/g, '$1')).toBe('aba');
    expect(disk.counters).toEqual({
      vdev: 'xvda',
      readOps: 1,
      writeOps: 1,
      readBytes: 2,
      writeBytes: SECTOR,
    });
  });

  it('does what it is asked in order, with the bytes of that moment', async () => {
    await openDisk(Buffer.alloc(SECTOR));
    const buffer = Buffer.alloc(SECTOR);
    const seen: number[] = [];
    for (let value = 1; value <= 20; value += 1) {
      buffer.fill(value);
      disk.set(0, buffer, () => {});
      disk.get(0, 1, (data) => seen.push(data[0]!));
    }
    await read(0, 1);
    expect(seen).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
  });

  it('ends with whole sectors; a CD reads zeros after its last byte', async () => {
    await openDisk(Buffer.alloc(2 * SECTOR + 100, 'x'));
    expect(disk.byteLength).toBe(2 * SECTOR);
    await disk.close();
    await openDisk(Buffer.alloc(100, 'x'), true, 'cdrom');
    expect(disk.byteLength).toBe(100);
    expect(Buffer.from(await read(0, 2048)).toString('latin1')).toBe('x'.repeat(100) + '\0'.repeat(1948));
  });

  it.each<[string, boolean, () => void, string]>([
    ['a write to a read-only image', true, () => disk.set(0, Buffer.alloc(SECTOR), () => {}), 'write'],
    [
      'a write beyond the end',
      false,
      () => disk.set(3 * SECTOR, Buffer.alloc(2 * SECTOR), () => {}),
      'write',
    ],
    ['a write before the beginning', false, () => disk.set(-1, Buffer.alloc(1), () => {}), 'write'],
    ['a read before the beginning', false, () => disk.get(-SECTOR, SECTOR, () => {}), 'read'],
    ['a read longer than any command', false, () => disk.get(0, 33 * MiB, () => {}), 'read'],
  ])('fails %s and leaves the image alone', async (_name, readOnly, act, operation) => {
    const image = Buffer.alloc(4 * SECTOR, 'q');
    await openDisk(image, readOnly);
    act();
    expect(failures).toEqual([operation]);
    expect(log[0]).toContain(`${operation} error on xvda`);
    await disk.close();
    expect(await readFile(path)).toEqual(image);
  });

  it('fails a guest that piles up requests, before they take the memory of the host', async () => {
    await openDisk(Buffer.alloc(SECTOR));
    for (let n = 0; n < 10; n += 1) disk.get(0, 32 * MiB, () => {});
    expect(failures).toHaveLength(8);
  });

  it('does not answer a cancelled read', async () => {
    await openDisk(Buffer.alloc(SECTOR));
    const cancel = new AbortController();
    let answered = false;
    disk.get(0, SECTOR, () => (answered = true), { signal: cancel.signal });
    cancel.abort();
    await read(0, 1);
    expect(answered).toBe(false);
    expect(failures).toEqual([]);
  });

  it('finishes its writes when it is closed, and answers nothing any more', async () => {
    await openDisk(Buffer.alloc(2 * MiB));
    let answered = false;
    disk.set(0, Buffer.alloc(MiB, 'w'), () => (answered = true));
    await disk.close();
    expect(answered).toBe(false);
    expect((await readFile(path)).subarray(0, MiB).equals(Buffer.alloc(MiB, 'w'))).toBe(true);
    disk.get(0, SECTOR, () => (answered = true));
    await disk.close();
    expect(answered).toBe(false);
  });
});
