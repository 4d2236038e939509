import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { imageFiles, recipeOf } from '../../../../engine/host/lab/image-store.ts';
import { labHarness, type LabHarness, recordedOperation } from '../../../support/lab-harness.ts';

let harness: LabHarness;
beforeEach(async () => {
  harness = await labHarness();
  // Copies instead of converting; calls a disk what its first words say.
  const script = `#!/bin/sh
case $1 in
convert) cp "$5" "$6" ;;
info) case $(cat "$5") in
  "content of dom0.qcow2") echo '{"format":"qcow2","virtual-size":4294967296}' ;;
  backed*) echo '{"format":"qcow2","virtual-size":1,"backing-filename":"/etc/shadow"}' ;;
  *) exit 1 ;;
  esac ;;
esac
`;
  await writeFile(join(harness.directory, 'bin', 'qemu-img'), script);
});
afterEach(() => harness.dispose());

const exported = (): string => join(harness.directory, 'image.domus-lab');

async function exportedBytes(): Promise<Buffer> {
  await harness.putImage();
  const labs = await harness.open();
  await labs.export(exported(), recordedOperation());
  await labs.forgetImage();
  return readFile(exported());
}

async function importBytes(bytes: Buffer): Promise<void> {
  const path = join(harness.directory, 'given');
  await writeFile(path, bytes);
  await (await harness.open()).import(path, recordedOperation());
}

describe('an exported image', () => {
  it('is the same image where it is imported', async () => {
    await importBytes(await exportedBytes());
    const [recipe] = await readdir(harness.images);
    expect(recipe).toBe(await recipeOf(join(harness.directory, 'recipe')));
    for (const name of imageFiles) {
      expect(await readFile(join(harness.images, recipe ?? '', name), 'utf8')).toBe(`content of ${name}`);
    }
  });

  it('does not replace a file', async () => {
    await harness.putImage();
    await mkdir(exported());
    const labs = await harness.open();
    await expect(labs.export(exported(), recordedOperation())).rejects.toMatchObject({
      code: 'ERROR_DEVICE_EXISTS',
    });
  });

  const flip = (bytes: Buffer, word: string): Buffer => {
    const changed = Buffer.from(bytes);
    changed[changed.indexOf(word)] = 0x5f;
    return changed;
  };
  const damages: [string, (bytes: Buffer) => Buffer, RegExp][] = [
    ['cut short', (bytes) => bytes.subarray(0, 3000), /ends too early/],
    ['empty', () => Buffer.alloc(0), /ends too early/],
    ['changed inside', (bytes) => flip(bytes, 'content of xen\0'), /"xen" is damaged/],
    ['with another name in it', (bytes) => flip(bytes, 'vmlinuz\0'), /"vmlinuz" is not where it should be/],
    ['something else', () => Buffer.alloc(4096, 0x41), /"image.json" is not where it should be/],
  ];
  it.each(damages)('%s is refused and leaves nothing', async (_, damage, reason) => {
    const bytes = await exportedBytes();
    await expect(importBytes(damage(bytes))).rejects.toThrow(reason);
    expect(await readdir(harness.images)).toEqual([]);
  });

  it('whose disk reads other files is refused', async () => {
    await harness.putImage();
    const recipe = await recipeOf(join(harness.directory, 'recipe'));
    await writeFile(join(harness.images, recipe, 'dom0.qcow2'), 'backed by other s');
    await harness.putImage();
    const labs = await harness.open();
    await writeFile(join(harness.images, recipe, 'dom0.qcow2'), 'backed by a secret'.padEnd(21).slice(0, 21));
    await labs.export(exported(), recordedOperation());
    await expect(labs.import(exported(), recordedOperation())).rejects.toThrow(/needs other files/);
  });
});
