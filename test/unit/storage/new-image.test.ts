import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createImage } from '../../../engine/storage/new-image.ts';

const MiB = 2 ** 20;
let folder: string;
let path: string;
const work = (signal = new AbortController().signal) => {
  const fractions: number[] = [];
  return { signal, fractions, progress: (fraction: number) => void fractions.push(fraction) };
};
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'domus-image-'));
  path = join(folder, 'web.img');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('a blank image', () => {
  it('has its size and takes no room', async () => {
    await createImage(path, { kind: 'blank', bytes: 64 * MiB }, work());
    const { size, blocks } = await stat(path);
    expect(size).toBe(64 * MiB);
    expect(blocks * 512).toBeLessThan(MiB);
    expect(await readdir(folder)).toEqual(['web.img']);
  });

  it('never replaces a file', async () => {
    await writeFile(path, 'precious');
    await expect(createImage(path, { kind: 'blank', bytes: MiB }, work())).rejects.toMatchObject({
      code: 'ERROR_DEVICE_EXISTS',
      message: expect.stringContaining('is there already'),
    });
    expect(await readFile(path, 'utf8')).toBe('precious');
    expect(await readdir(folder)).toEqual(['web.img']);
  });

  it.each([
    ['there is no room', () => path, 2 ** 52, /does not fit: [\d.]+ (M|G)iB are free/],
    ['there is no such folder', () => join(folder, 'no', 'web.img'), MiB, /there is no such folder/],
    ['a part of the path is a file', () => join(path, 'web.img'), MiB, /is no folder/],
  ] as const)('says when %s', async (_what, where, bytes, message) => {
    if (where() !== path) await writeFile(path, '');
    const refused = createImage(where(), { kind: 'blank', bytes }, work());
    await expect(refused).rejects.toMatchObject({
      code: 'ERROR_FAIL',
      message: expect.stringMatching(message),
    });
  });
});

describe('a copy', () => {
  const original = (): string => join(folder, 'original.img');
  beforeEach(async () => {
    await writeFile(original(), Buffer.alloc(MiB, 7));
    await truncate(original(), 16 * MiB);
  });

  it('has the same bytes, and holes where they are zero', async () => {
    const steps = work();
    await createImage(path, { kind: 'copy', of: original() }, steps);
    expect((await readFile(path)).equals(await readFile(original()))).toBe(true);
    expect((await stat(path)).blocks * 512).toBeLessThan(4 * MiB);
  });

  it('that is cancelled leaves nothing', async () => {
    const { signal } = { signal: AbortSignal.abort(new Error('changed my mind')) };
    await expect(createImage(path, { kind: 'copy', of: original() }, work(signal))).rejects.toThrow(
      'changed my mind',
    );
    expect(await readdir(folder)).toEqual(['original.img']);
  });
});
