import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MachineFactory, MachineSpec } from '../../../engine/guest/machine.ts';
import { createV86Factory } from '../../../engine/guest/v86/factory.ts';
import { buildGuestWorkerWith } from '../../support/build-worker.ts';
import { createTestFactory, kernelPath, linuxSpec } from '../../support/guest-machine.ts';

let folder: string;
let factory: MachineFactory;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'domus-refusals-'));
  factory = await createTestFactory();
  await writeFile(join(folder, 'text'), 'not a kernel at all\n'.repeat(200));
  await writeFile(join(folder, 'empty'), '');
  await writeFile(join(folder, 'odd-floppy'), Buffer.alloc(3333));
});

afterAll(async () => {
  await factory.dispose();
  await rm(folder, { recursive: true, force: true });
});

const direct = (kernel: string, ramdisk?: string): Partial<MachineSpec> => ({
  boot: {
    kind: 'direct',
    kernelPath: kernel,
    cmdline: '',
    ...(ramdisk === undefined ? {} : { ramdiskPath: ramdisk }),
  },
});
const drive = (vdev: string, kind: 'disk' | 'cdrom' | 'floppy', file: string): Partial<MachineSpec> => ({
  boot: { kind: 'firmware', order: 'c' },
  disks: [{ vdev, kind, path: join(folder, file), readOnly: false }],
});

describe('A machine is refused', () => {
  it.each<[string, () => Partial<MachineSpec>, string, RegExp]>([
    ['a kernel that is none', () => direct(join(folder, 'text')), 'not-a-kernel', /not a Linux kernel/],
    ['a missing kernel', () => direct(join(folder, 'nothing')), 'kernel-unreadable', /ENOENT/],
    ['a folder as kernel', () => direct(folder), 'kernel-unreadable', /not a file/],
    ['a missing ramdisk', () => direct(kernelPath, join(folder, 'nothing')), 'ramdisk-unreadable', /ENOENT/],
    ['too little memory', () => ({ memoryKiB: 4096 }), 'memory', /8 MiB/],
    ['too little for its kernel', () => ({ memoryKiB: 12 * 1024 }), 'memory', /12 MiB/],
    ['2 GiB of memory', () => ({ memoryKiB: 2 * 1024 * 1024 }), 'memory', /2048 MiB/],
    ['a missing disk', () => drive('xvda', 'disk', 'nothing'), 'disk-unreadable', /xvda/],
    ['an empty disk', () => drive('hda', 'disk', 'empty'), 'disk-unreadable', /empty/],
    ['a floppy of no known size', () => drive('fda', 'floppy', 'odd-floppy'), 'disk-unreadable', /size/],
    ['a disk there is no place for', () => drive('xvdabc', 'disk', 'text'), 'failed', /xvdabc/],
    [
      'too long a command line',
      () => ({ boot: { kind: 'direct', kernelPath, cmdline: 'x'.repeat(5000) } }),
      'failed',
      /command line/,
    ],
  ])('for %s', async (_name, overrides, code, message) => {
    await expect(factory.create(linuxSpec(overrides()))).rejects.toMatchObject({
      name: 'MachineError',
      code,
      message: expect.stringMatching(message),
    });
  });

  it('once its factory is closed, which also ends what it made', async () => {
    const closing = await createTestFactory();
    const machine = await closing.create(linuxSpec());
    await closing.dispose();
    await closing.dispose();
    await expect(machine.start()).rejects.toMatchObject({ code: 'gone' });
    await expect(closing.create(linuxSpec())).rejects.toMatchObject({ code: 'gone' });
  });
});

it('Another version of v86 is refused with one sentence', async () => {
  const otherV86 = `export class V86 {
    bus = { send() {} };
    v86 = { run() {}, cpu: {} };
    add_listener(name, listener) { if (name === 'emulator-loaded') setTimeout(listener); }
  }`;
  const other = await createTestFactory(await buildGuestWorkerWith(otherV86, folder));
  await expect(other.create(linuxSpec())).rejects.toThrow(
    /^This v86 is not the version Domus is made for: .*\.$/,
  );
  await other.dispose();
});

it('A factory without its files is refused', async () => {
  const nothing = join(folder, 'nothing');
  const options = {
    workerUrl: new URL('file:///x.mjs'),
    wasmPath: nothing,
    biosPath: nothing,
    vgaBiosPath: nothing,
  };
  await expect(createV86Factory(options)).rejects.toMatchObject({ name: 'MachineError', code: 'failed' });
});
