import { describe, expect, it } from 'vitest';
import { type FileSystem, GuardedReader, openFileSystem } from '../../../../engine/storage/fs/index.ts';
import { type ImageName, imageBytes, readerOf } from '../../../support/fs-images/images.ts';

async function open(name: ImageName): Promise<FileSystem> {
  const found = await openFileSystem(new GuardedReader(readerOf(imageBytes(name))));
  if (!found) throw new Error(`${name} holds no file system`);
  return found;
}

const text = async (fs: FileSystem, path: string): Promise<string> =>
  Buffer.from(await fs.readFile(path, 2 ** 20)).toString('utf8');

const all: ImageName[] = ['ext2', 'ext4', 'ext4-4k', 'rock', 'plain', 'fat12', 'fat16', 'fat32'];
const withLinks: ImageName[] = ['ext2', 'ext4', 'ext4-4k', 'rock'];

describe.each(all)('the file system in %s', (name) => {
  it('gives the whole of small and large files', async () => {
    const fs = await open(name);
    expect(await text(fs, '/boot/initrd-1')).toBe('ramdisk one\n');
    expect(await text(fs, '/boot/vmlinuz-1')).toBe('kernel one\n'.repeat(4000));
    expect(await text(fs, '//boot/./../boot/vmlinuz-2')).toBe('kernel two\n'.repeat(9000));
    expect(await text(fs, '/boot/grub/grub.cfg')).toContain("menuentry 'New'");
  });

  it('reads any part of a file', async () => {
    const file = await (await open(name)).open('/boot/vmlinuz-2');
    expect(file.size).toBe(99_000);
    const whole = 'kernel two\n'.repeat(9000);
    for (const [offset, length] of [
      [0, 1],
      [1023, 3],
      [50_000, 20_000],
      [98_999, 1],
      [99_000, 0],
    ] as const) {
      const part = await file.read(offset, length);
      expect(Buffer.from(part).toString('latin1')).toBe(whole.slice(offset, offset + length));
    }
    await expect(file.read(98_999, 2)).rejects.toMatchObject({ name: 'FsError', code: 'damaged' });
  });

  it('says what is not there', async () => {
    const fs = await open(name);
    await expect(fs.open('/nope')).rejects.toMatchObject({ code: 'not-found' });
    await expect(fs.open('/boot')).rejects.toMatchObject({ code: 'not-a-file' });
    await expect(fs.open('/boot/initrd-1/x')).rejects.toMatchObject({ code: 'not-a-directory' });
    await expect(fs.readFile('/boot/vmlinuz-1', 100)).rejects.toMatchObject({ code: 'too-large' });
    expect(await fs.find('/nope/x')).toBeNull();
  });
});

describe.each(withLinks)('links in %s', (name) => {
  it('are followed within the image, relative and absolute', async () => {
    const fs = await open(name);
    expect((await fs.open('/vmlinuz')).size).toBe(99_000);
    expect((await fs.open('/deep/er/still/kernel')).size).toBe(99_000);
  });

  it('in a circle or to nowhere end', async () => {
    const fs = await open(name);
    await expect(fs.open('/round')).rejects.toMatchObject({ code: 'not-found' });
    await expect(fs.open('/long')).rejects.toMatchObject({ code: 'not-found' });
  });

  it('and directories of many entries, holes and other alphabets are read', async () => {
    const fs = await open(name);
    expect((await fs.list('/many')).length).toBe(150);
    expect(await text(fs, '/many/file-number-137')).toBe('137\n');
    expect(await text(fs, '/Ümlaut')).toBe('Name mit Ümlaut\n');
    expect(await text(fs, '/sparse')).toBe('\0'.repeat(300_000) + 'end');
  });
});

it.each([
  ['ext2', 'ext', ''],
  ['rock', 'iso9660', 'DOMUS-RR'],
  ['plain', 'iso9660', 'DOMUS-PLAIN'],
  ['fat12', 'fat', 'DOMUS12'],
  ['fat16', 'fat', 'DOMUS16'],
  ['fat32', 'fat', 'DOMUS32'],
] as const)('%s is of the kind %s with the label "%s"', async (name, kind, label) => {
  expect(await open(name)).toMatchObject({ kind, label });
});

it('names without Rock Ridge and on FAT do not depend on case', async () => {
  for (const name of ['plain', 'fat16'] as const) {
    expect((await (await open(name)).open('/BOOT/InitRD-1')).size).toBe(12);
  }
  expect(await (await open('fat32')).list('/many')).toContain('file-number-150');
});

it('nothing is found in zeros or in an empty image', async () => {
  for (const size of [0, 100, 1 << 20]) {
    expect(await openFileSystem(new GuardedReader(readerOf(new Uint8Array(size))))).toBeNull();
  }
});
