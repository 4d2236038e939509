import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lookAtMedium } from '../../../engine/toolstack/medium/index.ts';
import { bootDisk, programs } from '../../support/boot-sector.ts';
import { imageBytes, partitioned } from '../../support/fs-images/images.ts';
import { fakeKernel } from '../../support/local-host-harness.ts';
import { tinyIso } from '../../support/tiny-iso.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'domus-medium-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let files = 0;
async function look(content: Uint8Array) {
  const path = join(folder, `medium-${(files += 1)}`);
  await writeFile(path, content);
  return lookAtMedium(path);
}

const wide = fakeKernel({ is64Bit: true });
const narrow = fakeKernel();
const debian = (words: string): string =>
  `Debian GNU/Linux 12.5.0 "Bookworm" - Official ${words} 20240210-11:27`;

describe('a CD says what it is', () => {
  it.each([
    [
      'Debian i386',
      'Debian 12.5.0 i386 n',
      { '.disk/info': debian('i386 NETINST') },
      'Debian 12.5.0 netinst',
      '32',
    ],
    [
      'Debian amd64',
      'Debian 12.5.0 amd64 n',
      { '.disk/info': debian('amd64 DVD with firmware') },
      'Debian 12.5.0 dvd',
      '64',
    ],
    [
      'Debian multi',
      'D',
      { '.disk/info': debian('Multi-architecture amd64/i386 NETINST') },
      'Debian 12.5.0 netinst',
      'both',
    ],
    ['Fedora', 'x', { '.treeinfo': '[general]\narch = x86_64\nname = Fedora 39\n' }, 'Fedora 39', '64'],
    ['Alpine by its label', 'alpine-std 3.19.1 x86', {}, 'Alpine 3.19.1 std', '32'],
    ['Alpine for 64 bits', 'alpine-virt 3.19.1 x86_64', {}, 'Alpine 3.19.1 virt', '64'],
    ['FreeBSD', '14_0_RELEASE_AMD64_CD', {}, 'FreeBSD 14.0', '64'],
    ['an unknown one with a 32-bit kernel', 'MYSTERY', { 'isolinux/vmlinuz': narrow }, null, '32'],
    ['an unknown one with a 64-bit kernel', 'MYSTERY', { 'boot/vmlinuz': wide }, null, '64'],
    [
      'one with installers of both makes',
      'M',
      { 'install.386/vmlinuz': narrow, 'install.amd/vmlinuz': wide },
      null,
      'both',
    ],
    ['one without anything', 'EMPTY', { 'readme.txt': 'nothing' }, null, null],
  ] as const)('%s', async (_what, label, content, system, bits) => {
    const found = await look(tinyIso(label, content));
    expect(found).toMatchObject({ kind: 'iso', system, bits, bootable: true });
    expect(found.facts).toContainEqual({ name: 'Volume', value: label });
  });

  it('and whether firmware would start it', async () => {
    expect(await look(tinyIso('DATA', { a: 'b' }, false))).toMatchObject({ kind: 'iso', bootable: false });
  });
});

describe('a disk image', () => {
  it('tells its partitions and file systems', async () => {
    const found = await look(partitioned(imageBytes('ext4')));
    expect(found).toMatchObject({ kind: 'disk', format: 'raw', system: null, bootable: false });
    expect(found.facts).toContainEqual({ name: 'Partition table', value: 'MBR' });
    expect(found.facts.find(({ name }) => name === 'Partition 1')?.value).toMatch(/^ext/);
  });

  it('with boot code can be started', async () => {
    expect(await look(bootDisk(programs.spin))).toMatchObject({ kind: 'disk', bootable: true });
  });

  it('of another format is called by its name', async () => {
    const qcow = Buffer.alloc(1024);
    qcow.write('QFI\xfb', 'latin1');
    expect(await look(qcow)).toMatchObject({ kind: 'disk', format: 'qcow2', bits: null });
  });

  it('full of noise is looked at without harm', async () => {
    const noise = Buffer.alloc(1 << 20, 0xa5);
    noise.writeUInt16LE(0xaa55, 510);
    expect((await look(noise)).kind).toMatch(/disk|other/);
  });
});

it('a kernel says its version and its make', async () => {
  const head = Buffer.concat([Buffer.from(narrow), Buffer.alloc(0x400)]);
  head.writeUInt16LE(0x200, 0x20e);
  head.write('6.1.0-18-686 (someone@somewhere) #1', 0x400, 'latin1');
  expect(await look(head)).toMatchObject({ kind: 'kernel', system: 'Linux 6.1.0-18-686', bits: '32' });
});

it('a file that is not there is refused', async () => {
  await expect(lookAtMedium(join(folder, 'none'))).rejects.toMatchObject({ code: 'ERROR_NOTFOUND' });
});
