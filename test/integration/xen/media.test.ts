import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Host } from '../../../engine/host/host.ts';
import { failure } from '../../contract/host-suite.ts';
import { fakeDom0, type FakeDom0 } from '../../support/fake-dom0.ts';
import { imageBytes, partitioned } from '../../support/fs-images/images.ts';
import { fakeKernel } from '../../support/local-host-harness.ts';
import { tinyIso } from '../../support/tiny-iso.ts';
import { connectedXenHost, type XenHostHarness } from '../../support/xen-host-harness.ts';

const grubCfg = `set timeout=5
menuentry 'Firmware' --id fw {
  fwsetup
}
menuentry 'One' --id one {
  linux /vmlinuz root=/dev/xvda1 ro
}
`;

let dom0: FakeDom0;
let harness: XenHostHarness;
let host: Host;
const at = (name: string): string => join(dom0.directory, 'images', name);
beforeAll(async () => {
  dom0 = await fakeDom0();
  await mkdir(at(''));
  const debian = 'Debian GNU/Linux 12.5.0 "Bookworm" - Official amd64 NETINST 20240210';
  await writeFile(at("it's a CD.iso"), tinyIso('Debian 12', { '.disk/info': debian }));
  await symlink("it's a CD.iso", at('link.iso'));
  await writeFile(at('linux.img'), partitioned(imageBytes('ext4')));
  await writeFile(at('old-kernel'), Buffer.concat([fakeKernel(), Buffer.alloc(1024)]));
  await writeFile(at('menu.img'), partitioned(tinyIso('BOOT', { 'boot/grub/grub.cfg': grubCfg })));
  await writeFile(at('other.vmdk'), Buffer.concat([Buffer.from('KDMV'), Buffer.alloc(2000)]));
  await writeFile(at('empty'), '');
  await runs([{ pdev_path: at('menu.img'), vdev: 'xvda', format: 'raw', readwrite: 1 }]);
  harness = await connectedXenHost(dom0.draft());
  ({ host } = harness);
});
afterAll(async () => {
  await harness.close();
  await dom0.dispose();
});

/** One domain that was started through pygrub, with these disks. */
async function runs(disks: readonly object[], bootloader: object = { bootloader: 'pygrub' }): Promise<void> {
  const golden = new URL('../../golden/xen/transcripts/xl-list-l-pv1.out', import.meta.url);
  const [{ config, ...rest }] = JSON.parse(await readFile(golden, 'utf8'));
  const { kernel: _kernel, ramdisk: _ramdisk, cmdline: _cmdline, ...build } = config.b_info;
  const long = [{ ...rest, config: { ...config, disks, b_info: { ...build, ...bootloader } } }];
  await writeFile(join(dom0.directory, 'long'), JSON.stringify(long));
  await dom0.xl('list', 'if [ "$1" = -v ]; then cat "$FAKE/running"; else cat "$FAKE/long"; fi');
  await dom0.running({ domid: 1, name: 'pv1', uuid: config.c_info.uuid });
}
const inspect = async (path: string, signal?: AbortSignal) => {
  const found = await host.inspect?.(path, signal);
  if (!found) throw new Error('This host does not look into files.');
  return found;
};

describe('a medium of a real host', () => {
  it('says what it is, over the shell', async () => {
    const cd = { kind: 'iso', system: 'Debian 12.5.0 netinst', bits: '64', bootable: true, warnings: [] };
    expect(await inspect(at("it's a CD.iso"))).toMatchObject(cd);
    expect(await inspect(at('link.iso'))).toMatchObject({ ...cd, path: at('link.iso') });
    const disk = await inspect(at('linux.img'));
    expect(disk).toMatchObject({ kind: 'disk', format: 'raw', bytes: 5 * 2 ** 20 });
    expect(disk.facts.find(({ name }) => name === 'Partition 1')?.value).toMatch(/^ext/);
  });

  it('is warned of for what this host cannot do, and not for what another could not', async () => {
    const info = join(dom0.directory, 'info');
    const before = await readFile(info, 'utf8');
    expect((await inspect(at('other.vmdk'))).warnings).toEqual([expect.stringContaining('xl cannot use')]);
    expect((await inspect(at('linux.img'))).warnings).toEqual([expect.stringContaining('no boot code')]);
    expect((await inspect(at('old-kernel'))).warnings).toEqual([expect.stringContaining('32-bit kernel')]);
    await writeFile(
      info,
      before.replace(/virt_caps.*/, 'virt_caps : pv\nxen_caps : xen-3.0-x86_64 xen-3.0-x86_32p'),
    );
    const other = await connectedXenHost(dom0.draft());
    try {
      const cd = await other.host.inspect?.(at('link.iso'));
      expect(cd?.warnings).toEqual([expect.stringContaining('HVM guests only')]);
      expect((await other.host.inspect?.(at('old-kernel')))?.warnings).toEqual([]);
    } finally {
      await other.close();
      await writeFile(info, before);
    }
  });

  it.each([
    ['nothing', '/no/such', 'ERROR_NOTFOUND'],
    ['a folder', '/tmp', 'ERROR_INVAL'],
    ['a device that is no disk', '/dev/null', 'ERROR_INVAL'],
    ['a volume that is not there', 'vg0/none', 'ERROR_NOTFOUND'],
  ])('that is %s is refused', async (_what, path, code) => {
    expect(await failure(inspect(path))).toMatchObject({ code, field: 'disk' });
  });

  it('that is empty, goes or turns to garbage is no medium', async () => {
    expect((await failure(inspect(at('empty')))).code).toBe('ERROR_INVAL');
    await dom0.program('base64', 'rm -f "$FAKE/images/goes"; exec /usr/bin/base64');
    await copyFile(at('linux.img'), at('goes'));
    expect((await failure(inspect(at('goes')))).code).toBe('ERROR_NOTFOUND');
    await dom0.program('base64', 'echo "<html>"; exec /usr/bin/base64');
    expect((await failure(inspect(at('linux.img')))).message).toContain('could not be read to its end');
    await rm(join(dom0.directory, 'bin', 'base64'));
  });

  it('is left alone when whoever asked has gone; other commands go on meanwhile', async () => {
    await dom0.program('dd', 'touch "$FAKE/slow"; exec sleep 1000');
    const gone = new AbortController();
    const asked = [1, 2, 3, 4, 5].map(() =>
      inspect(at('linux.img'), gone.signal).catch((error: Error) => error.message),
    );
    await harness.until(() => existsSync(join(dom0.directory, 'slow')), 'a reading');
    expect((await host.dom0?.physical())?.host).toBe('fake');
    gone.abort(new Error('gone'));
    expect(await Promise.all(asked)).toEqual(['gone', 'gone', 'gone', 'gone', 'gone']);
    await rm(join(dom0.directory, 'bin', 'dd'));
    expect((await inspect(at('linux.img'))).kind).toBe('disk');
  });
});

describe('the boot menu of a domain of a real host', () => {
  const domain = () => host.domains().find(({ name }) => name === 'pv1');
  const boot = async () => host.dom0?.domainBoot(domain()?.id ?? '');

  it('is read from its disk as pygrub there reads it', async () => {
    await harness.until(() => domain()?.bootloader === 'pygrub', 'its configuration');
    expect(await boot()).toEqual({
      disk: at('menu.img'),
      menu: {
        source: '/boot/grub/grub.cfg',
        entries: [{ title: 'One', kernel: '/vmlinuz', ramdisk: null, args: 'root=/dev/xvda1 ro', number: 1 }],
        defaultEntry: null,
        timeoutSeconds: 5,
      },
      bootloaderArgs: [],
      kernelArgs: '',
    });
    expect(await host.dom0?.bootMenu(at('menu.img'))).toMatchObject({ entries: [{ title: 'One' }] });
  });

  it('says why there is none, and where it could be', async () => {
    const none = await failure(host.dom0?.bootMenu(at('linux.img')) ?? Promise.resolve());
    expect(none).toMatchObject({ code: 'ERROR_NOTFOUND', fix: expect.stringContaining('console') });
    expect((await failure(host.dom0?.bootMenu(at('other.vmdk')) ?? Promise.resolve())).code).toBe('ERROR_NI');
  });
});
