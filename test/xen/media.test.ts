import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { domainBoot, mediumInfo } from '../../engine/api/index.ts';
import type { Dom0Tools } from '../../engine/host/dom0.ts';
import { failure } from '../contract/host-suite.ts';
import { type RealLab, startRealLab } from '../support/real-lab.ts';
import { connectedXenHost, type XenHostHarness } from '../support/xen-host-harness.ts';

/** A volume of LVM with one partition: an ext2 with a boot menu and the kernel of the lab's guests. */
const device = '/dev/vg0/own';
const grubCfg = String.raw`set default=1\nset timeout=5\nmenuentry "Firmware" --id fw {\n fwsetup\n}\nmenuentry "First" --id one {\n linux /vmlinuz console=hvc0 guest=own entry=first\n initrd /initrd\n}\nsubmenu "More" {\n menuentry "Second" --id two {\n  linux /vmlinuz console=hvc0 guest=own entry=second\n  initrd /initrd\n }\n}\n`;
const makeDisk = [
  'set -e; umask 022; d=$(mktemp -d); mkdir -p $d/tree/boot/grub',
  'cp -L /var/lib/xenlab/vmlinuz $d/tree/vmlinuz; cp /var/lib/xenlab/guest.img $d/tree/initrd',
  `printf '${grubCfg}' >$d/tree/boot/grub/grub.cfg`,
  'truncate -s 30M $d/fs; mke2fs -q -F -t ext2 -d $d/tree $d/fs',
  'lvremove -qq -y vg0/own 2>/dev/null || true; lvcreate -qq -y -W n -n own -L 32M vg0',
  `dd if=$d/fs of=${device} bs=1M seek=1 conv=fsync status=none`,
  String.raw`printf '\200\0\0\0\203\0\0\0\0\010\0\0\0\360\0\0' | dd of=${device} bs=1 seek=446 conv=notrunc status=none`,
  String.raw`printf '\125\252' | dd of=${device} bs=1 seek=510 conv=notrunc status=none`,
  'rm -rf $d',
].join('; ');
const text = `name = "own"\ntype = "pv"\nmemory = 128\nbootloader = "pygrub"\nextra = "more=yes"\ndisk = [ "${device},raw,xvda,w" ]\n`;

let lab: RealLab;
let harness: XenHostHarness;
let dom0: Dom0Tools;
let own = '';
const op = () => harness.op();
beforeAll(async () => {
  lab = await startRealLab();
  await lab.dom0(makeDisk);
  harness = await connectedXenHost(lab.draft);
  dom0 = harness.host.dom0 as Dom0Tools;
  own = (await harness.host.define(text, op())).domain;
});
afterAll(async () => {
  if (harness) {
    if (row()?.domid) await harness.host.destroy(own, op());
    if (row()) await harness.host.remove(own, op());
    await harness.close();
  }
  await lab?.dom0('lvremove -qq -y vg0/own');
  await lab?.dispose();
});
const row = () => harness.host.domains().find(({ id }) => id === own);

describe('media of a real host', () => {
  it('say what they hold', async () => {
    const inspect = async (path: string) => mediumInfo.parse(await harness.host.inspect?.(path));
    expect(await inspect(device)).toMatchObject({
      bytes: 32 * 2 ** 20,
      kind: 'disk',
      format: 'raw',
      bits: '64',
    });
    expect((await inspect(device)).facts).toContainEqual({
      name: 'Partition 1',
      value: expect.stringMatching(/^ext, 30 MiB/) as string,
    });
    expect(await inspect('/var/lib/xenlab/vmlinuz')).toMatchObject({
      kind: 'kernel',
      bits: '64',
      system: expect.stringMatching(/^Linux 6\.1/) as string,
    });
    expect((await failure(inspect('/no/such'))).code).toBe('ERROR_NOTFOUND');
    expect((await failure(inspect('/dev/null'))).code).toBe('ERROR_INVAL');
  });
});

describe('the boot menu of a real domain', () => {
  it('is the one that pygrub of the host has', async () => {
    expect(row()?.bootloader).toBe('pygrub');
    const boot = domainBoot.parse(await dom0.domainBoot(own));
    expect(boot).toMatchObject({ disk: device, bootloaderArgs: [], kernelArgs: 'more=yes' });
    expect(boot.menu).toMatchObject({
      source: '/boot/grub/grub.cfg',
      entries: [
        { title: 'First', number: 1 },
        { title: 'Second', number: 2 },
      ],
      defaultEntry: 0,
      timeoutSeconds: 5,
    });
    const pygrub = await lab.dom0(
      `/usr/lib/xen-*/bin/pygrub -n --entry=2 --output-format=simple ${device} 2>/dev/null`,
    );
    expect(pygrub).toContain('entry=second');
  });

  it('starts one entry, with further arguments of its kernel, and leaves the file as it was', async () => {
    const { path, text: file } = await harness.host.configText(own);
    const given = `${file}\nbootloader_args=["--entry=2","--args=more=yes single=1"]\n`;
    await dom0.createFromText({ text: given, source: path, paused: false }, op());
    const line = await lab.talk('own', 'cat /proc/cmdline', /guest=own[^\r\n]*/);
    expect(line).toMatch(/entry=second more=yes single=1/);
    expect((await dom0.domainBoot(own)).menu.defaultEntry).toBe(0);
    expect((await harness.host.configText(own)).text).toBe(file);
    await harness.host.destroy(own, op());
  });
});
