import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkKernel, checkRamdisk, kernelKind } from '../../../engine/toolstack/kernel-file.ts';
import { fakeKernel } from '../../support/local-host-harness.ts';

const latin = (text: string, length = 0x400): Uint8Array => {
  const bytes = Buffer.alloc(length);
  bytes.write(text, 'latin1');
  return bytes;
};

function lowLoaded(): Uint8Array {
  const bytes = Buffer.from(fakeKernel());
  bytes.writeUInt8(0, 0x211);
  return bytes;
}

describe('what a file given as kernel is', () => {
  it.each([
    ['bzImage', fakeKernel()],
    ['bzImage64', fakeKernel({ is64Bit: true })],
    ['old-linux', lowLoaded()],
    ['elf', latin('\x7fELF')],
    ['gzip', latin('\x1f\x8b\x08')],
    ['other', latin('#!/bin/sh')],
    ['other', new Uint8Array(0)],
    ['other', fakeKernel().subarray(0, 0x210)],
  ])('%s', (kind, head) => {
    expect(kernelKind(head)).toBe(kind);
  });
});

describe('checking boot files', () => {
  let dir = '';
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'domus-kernel-'));
    await writeFile(join(dir, 'good'), fakeKernel());
    await writeFile(join(dir, '64'), fakeKernel({ is64Bit: true }));
    await writeFile(join(dir, 'script'), '#!/bin/sh');
    await writeFile(join(dir, 'empty'), '');
  });
  afterAll(() => rm(dir, { recursive: true }));

  it('accepts a 32-bit bzImage, and any ramdisk that is not empty', async () => {
    await expect(checkKernel(join(dir, 'good'))).resolves.toBeUndefined();
    await expect(checkRamdisk(join(dir, 'script'))).resolves.toBeUndefined();
  });

  it.each([
    ['64', 'ERROR_INVAL', /64-bit kernel.*32-bit/],
    ['script', 'ERROR_INVAL', /not a Linux kernel/],
    ['empty', 'ERROR_INVAL', /not a Linux kernel/],
    ['nowhere', 'ERROR_NOTFOUND', /does not exist/],
    ['.', 'ERROR_NOTFOUND', /cannot be opened/],
  ])('refuses the kernel %s with %s', async (name, code, message) => {
    const error: unknown = await checkKernel(join(dir, name)).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code, field: 'kernel', message: expect.stringMatching(message) });
    expect((error as { fix?: string }).fix).toBeTruthy();
  });

  it.each([
    ['empty', 'ERROR_INVAL'],
    ['nowhere', 'ERROR_NOTFOUND'],
  ])('refuses the ramdisk %s with %s', async (name, code) => {
    await expect(checkRamdisk(join(dir, name))).rejects.toMatchObject({ code, field: 'ramdisk' });
  });
});
