import { chmod, mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkRawDisk, detectFormat } from '../../../engine/storage/raw-disk.ts';

let dir = '';
const at = (name: string): string => join(dir, name);

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'domus-disk-'));
  await writeFile(at('disk.img'), '');
  await truncate(at('disk.img'), 1024 * 1024);
  await symlink(at('disk.img'), at('link.img'));
  await writeFile(at('empty.img'), '');
  await mkdir(at('folder'));
  await writeFile(at('secret.img'), Buffer.alloc(512));
  await chmod(at('secret.img'), 0o000);
});
afterAll(() => rm(dir, { recursive: true, force: true }));

describe('a raw disk image', () => {
  it('is measured', async () => {
    const disk = await checkRawDisk(at('disk.img'), { readOnly: false });
    expect(disk).toMatchObject({ path: at('disk.img'), bytes: 1_048_576, kind: 'file' });
  });

  it('has one identity under all its names', async () => {
    const one = await checkRawDisk(at('disk.img'), { readOnly: true });
    const other = await checkRawDisk(at('link.img'), { readOnly: true });
    expect(other.identity).toBe(one.identity);
  });

  it.each([
    ['missing.img', 'ERROR_NOTFOUND', /does not exist/],
    ['disk.img/below', 'ERROR_NOTFOUND', /does not exist/],
    ['folder', 'ERROR_INVAL', /neither a file nor a block device/],
    ['empty.img', 'ERROR_INVAL', /not even one sector/],
  ])('%s is refused with %s', async (name, code, message) => {
    const refused = checkRawDisk(at(name), { readOnly: false });
    await expect(refused).rejects.toMatchObject({
      code,
      field: 'disk',
      message: expect.stringMatching(message),
    });
  });

  it.skipIf(process.getuid?.() === 0)('that may not be read is refused', async () => {
    await expect(checkRawDisk(at('secret.img'), { readOnly: true })).rejects.toMatchObject({
      code: 'ERROR_FAIL',
    });
  });
});

describe('what an image is by its content', () => {
  const contents: readonly [string, number, string][] = [
    ['qcow2', 0, 'QFI\xfb'],
    ['vhd', 0, 'conectix'],
    ['vmdk', 0, 'KDMV'],
    ['luks', 0, 'LUKS\xba\xbe'],
    ['iso', 0x8001, 'CD001'],
    ['raw', 0, 'anything'],
  ];
  it.each(contents)('%s', async (format, offset, magic) => {
    const bytes = Buffer.alloc(0x9000);
    bytes.write(magic, offset, 'latin1');
    await writeFile(at('probe'), bytes);
    expect(await detectFormat(at('probe'))).toBe(format);
  });

  it('raw, when it is too short for any signature', async () => {
    await writeFile(at('short'), 'QF');
    expect(await detectFormat(at('short'))).toBe('raw');
  });
});
