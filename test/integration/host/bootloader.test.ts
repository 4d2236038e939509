import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { root } from '../../support/build-worker.ts';
import { openRealHost, operation, type RealHost, sitAtConsole, until } from './real-host.ts';

/** Debian has it outside of a user's PATH. */
const mkfs = ['/usr/sbin/mkfs.ext4', '/sbin/mkfs.ext4'].find((path) => existsSync(path));

const grubCfg = `
set default=0
set timeout=30
menuentry 'First' { linux /boot/vmlinuz console=ttyS0 panic=1 chosen=first
  initrd /boot/initrd }
menuentry 'Second' { linux /boot/vmlinuz console=ttyS0 panic=1 chosen=second
  initrd /boot/initrd }
`;

let real: RealHost;
beforeAll(async () => {
  real = await openRealHost();
});
afterAll(() => real.close());

/** A disk with a system on it: an ext4 with GRUB's configuration, a kernel and a ramdisk. */
async function installedDisk(program: string): Promise<string> {
  const tree = join(real.stateDir, 'tree');
  await mkdir(join(tree, 'boot/grub'), { recursive: true });
  await cp(join(root, 'assets/guest/bzImage'), join(tree, 'boot/vmlinuz'));
  await cp(join(root, 'assets/guest/initramfs.cpio'), join(tree, 'boot/initrd'));
  await writeFile(join(tree, 'boot/grub/grub.cfg'), grubCfg);
  const path = join(real.stateDir, 'var/lib/xen/images/installed.img');
  await writeFile(path, '');
  await truncate(path, 24 * 1024 * 1024);
  execFileSync(program, ['-q', '-F', '-d', tree, path]);
  return path;
}

it.runIf(mkfs !== undefined)(
  'a real guest boots the entry of its own disk that is chosen on the console',
  async () => {
    await installedDisk(mkfs ?? '');
    const disk = '/var/lib/xen/images/installed.img';
    const text = `name="own"\nmemory=64\nbootloader="pygrub"\nextra="more=yes"\ndisk=["${disk},raw,xvda,w"]\n`;
    const { domain } = await real.host.define(text, operation());
    const console = await sitAtConsole(real.host, domain);
    const starting = real.host.start(domain, { paused: false }, operation());
    await console.expect(/2 {2}Second/);
    console.type('2\r');
    await starting;
    expect(await readdir(join(real.stateDir, 'var/run/xen'))).toEqual([]);
    await console.expect(/# /);
    console.type('cat /proc/cmdline; echo sho""wn\n');
    expect(await console.expect(/\nshown/)).toMatch(/panic=1 chosen=second more=yes/);
    expect(console.events).toEqual(['ended', 'attached']);
    await real.host.destroy(domain, operation());
    await until(() => console.events.at(-1) === 'ended', 'the end');
  },
);
