import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const guest = fileURLToPath(new URL('../../assets/guest', import.meta.url));

const grubCfg = `
set default=0
set timeout=30
menuentry 'First' { linux /boot/vmlinuz console=ttyS0 panic=1 chosen=first
  initrd /boot/initrd }
menuentry 'Second' { linux /boot/vmlinuz console=ttyS0 panic=1 chosen=second
  initrd /boot/initrd }
`;

/** Makes `path` a disk with a system on it: an ext4 with GRUB's configuration of two entries, a kernel and a ramdisk. */
export async function makeInstalledDisk(path: string): Promise<void> {
  const tree = await mkdtemp(join(tmpdir(), 'domus-tree-'));
  try {
    await mkdir(join(tree, 'boot/grub'), { recursive: true });
    await cp(join(guest, 'bzImage'), join(tree, 'boot/vmlinuz'));
    await cp(join(guest, 'initramfs.cpio'), join(tree, 'boot/initrd'));
    await writeFile(join(tree, 'boot/grub/grub.cfg'), grubCfg);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, '');
    await truncate(path, 24 * 1024 * 1024);
    // Debian has it outside of a user's PATH.
    const PATH = [process.env['PATH'], '/usr/sbin', '/sbin'].join(delimiter);
    execFileSync('mkfs.ext4', ['-q', '-F', '-d', tree, path], { env: { ...process.env, PATH } });
  } finally {
    await rm(tree, { recursive: true, force: true });
  }
}
