import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../../../engine/lib/clock.ts';
import {
  readBootMenu,
  removeBootLeftovers,
  runBootloader,
} from '../../../../engine/toolstack/bootloader/index.ts';
import { type ImageName, imageBytes, partitioned } from '../../../support/fs-images/images.ts';

let dir = '';
let clock = new ManualClock();
let abort = new AbortController();
let screen = '';
let type: (text: string) => void = () => {};
let consoles = 0;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'domus-pygrub-'));
  [clock, abort, screen, consoles] = [new ManualClock(), new AbortController(), '', 0];
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function disk(image: ImageName | Uint8Array): Promise<{ name: string; path: string }> {
  const path = join(dir, 'disk.img');
  await writeFile(path, typeof image === 'string' ? imageBytes(image) : image);
  return { name: '/var/lib/xen/images/web.img', path };
}

async function run(image: ImageName | Uint8Array, args: readonly string[] = ['-q'], program = 'pygrub') {
  return runBootloader(
    { program, args, disk: await disk(image), domain: 'web' },
    {
      clock,
      runDir: join(dir, 'run/xen'),
      domid: 5,
      signal: abort.signal,
      log: () => {},
      console() {
        consoles += 1;
        return {
          watched: true,
          write: (text) => (screen += text),
          onInput: (listener) => (type = listener),
          close: () => {},
        };
      },
    },
  );
}

const shown = async (text: string): Promise<void> => {
  while (!screen.includes(text)) await new Promise((resolve) => setTimeout(resolve, 1));
};

describe('pygrub', () => {
  it.each(['ext2', 'ext4', 'ext4-4k', 'rock'] as const)(
    'takes kernel, ramdisk and arguments from %s',
    async (name) => {
      const boot = await run(name);
      expect(await readFile(boot.kernel, 'latin1')).toBe('kernel two\n'.repeat(9000));
      expect(await readFile(boot.ramdisk ?? '', 'latin1')).toBe('ramdisk two\n');
      expect(boot.cmdline).toBe('root=/dev/xvda1 ro quiet');
      await boot.dispose();
      expect(existsSync(join(dir, 'run/xen/bootloader.5'))).toBe(false);
    },
  );

  it('keeps what it takes out to this user', async () => {
    const boot = await run('ext4');
    expect((await stat(join(dir, 'run/xen/bootloader.5'))).mode & 0o777).toBe(0o700);
    expect((await stat(boot.kernel)).mode & 0o777).toBe(0o600);
  });

  it('looks into partitions', async () => {
    expect((await run(partitioned(imageBytes('ext4')))).cmdline).toBe('root=/dev/xvda1 ro quiet');
    expect((await run(partitioned(imageBytes('ext4')), ['-q', '--offset=1048576'])).cmdline).toContain(
      'quiet',
    );
  });

  it.each([
    [['--entry=0'], 'kernel one', 'root=/dev/xvda1 ro'],
    [['--entry', 'Old'], 'kernel one', 'root=/dev/xvda1 ro'],
    [['-q', '--args=single'], 'kernel two', 'root=/dev/xvda1 ro quiet single'],
    [['-q', '--args=a', '--args=b'], 'kernel two', 'root=/dev/xvda1 ro quiet b'],
    [['--kernel=/boot/vmlinuz-1', '--args=ro'], 'kernel one', 'ro'],
    [['-q', '--ramdisk=/boot/initrd-1', '--output-format=simple0'], 'kernel two', 'root=/dev/xvda1 ro quiet'],
  ])('obeys %j', async (args, kernel, cmdline) => {
    const boot = await run('ext4', args);
    expect((await readFile(boot.kernel, 'latin1')).slice(0, 10)).toBe(kernel);
    expect(boot.cmdline).toBe(cmdline);
  });

  it.each([
    [
      'an unknown option',
      'ext4',
      ['--frobnicate'],
      'ERROR_INVAL',
      'bootloader_args',
      /no option "--frobnicate"/,
    ],
    ['no number', 'ext4', ['--offset=x'], 'ERROR_INVAL', 'bootloader_args', /--offset/],
    ['no such entry', 'ext4', ['--entry=Newer'], 'ERROR_INVAL', 'bootloader_args', /no entry "Newer"/],
    [
      'no such kernel',
      'ext4',
      ['--kernel=/nope'],
      'ERROR_NOTFOUND',
      'bootloader',
      /\/nope, which is not there/,
    ],
    ['not really', 'ext4', ['-n'], 'ERROR_INVAL', 'bootloader_args', /would boot kernel \/vmlinuz/],
    [
      'an empty disk',
      new Uint8Array(65536),
      [],
      'ERROR_NOTFOUND',
      'bootloader',
      /No boot loader configuration found on \/var\/lib\/xen\/images\/web\.img: looked for \/boot\/grub\/menu\.lst.*the whole disk: no known file system/,
    ],
    [
      'empty partitions',
      'mbr',
      [],
      'ERROR_NOTFOUND',
      'bootloader',
      /partition 2: no known file system; partition 1/,
    ],
    [
      'a kernel and no file system',
      new Uint8Array(65536),
      ['--kernel=/k'],
      'ERROR_NOTFOUND',
      'bootloader',
      /No file system/,
    ],
    [
      'a qcow2 image',
      Buffer.concat([Buffer.from('QFI\xfb', 'latin1'), Buffer.alloc(65536)]),
      [],
      'ERROR_NI',
      'disk',
      /qcow2/,
    ],
  ] as const)('refuses %s and leaves nothing', async (_, image, args, code, field, message) => {
    const refused = await run(image, args).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      name: 'DomusError',
      code,
      field,
      message: expect.stringMatching(message),
    });
    expect(await readdir(join(dir, 'run/xen')).catch(() => [])).toEqual([]);
  });

  it('is known by its name in any folder; other boot loaders are refused', async () => {
    await expect(run('ext4', [], '/usr/bin/eliloader')).rejects.toMatchObject({ code: 'ERROR_NI' });
    expect((await run('ext4', ['-q'], '/usr/lib/xen/bin/pygrub')).cmdline).toContain('quiet');
  });

  it('shows the menu and boots what is chosen', async () => {
    const running = run('ext4', []);
    await shown('2  New');
    expect(screen).toContain('pygrub: web');
    type('\x1b[A\r');
    expect((await running).cmdline).toBe('root=/dev/xvda1 ro');
  });

  it('takes the default entry when nobody chooses', async () => {
    const running = run('ext4', []);
    await shown('in 5 s');
    clock.advance(4000);
    expect(screen).toContain('in 1 s');
    clock.advance(1000);
    expect((await running).cmdline).toContain('quiet');
    expect(clock.pending).toBe(0);
  });

  it('ends its menu when the start is aborted', async () => {
    const running = run('ext4', []);
    await shown('2  New');
    abort.abort(new Error('forced off'));
    await expect(running).rejects.toThrow('forced off');
    expect(clock.pending).toBe(0);
  });

  it('asks for no console when told to be quiet', async () => {
    await run('ext4', ['--quiet']);
    expect(consoles).toBe(0);
  });

  it('removes at the next start what a killed engine left', async () => {
    await run('ext4');
    await writeFile(join(dir, 'run/xen/other'), '');
    await removeBootLeftovers(join(dir, 'run/xen'));
    expect(await readdir(join(dir, 'run/xen'))).toEqual(['other']);
    await removeBootLeftovers(join(dir, 'nowhere'));
  });
});

it('the menu of a disk image is given without booting it', async () => {
  expect(await readBootMenu(await disk('fat16'))).toEqual({
    source: '/boot/grub/grub.cfg',
    entries: [
      { title: 'Old', kernel: '/boot/vmlinuz-1', ramdisk: '/boot/initrd-1', args: 'root=/dev/xvda1 ro' },
      { title: 'New', kernel: '/vmlinuz', ramdisk: '/boot/initrd-2', args: 'root=/dev/xvda1 ro quiet' },
    ],
    defaultEntry: 1,
    timeoutSeconds: 5,
  });
});
