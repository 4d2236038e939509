import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DiskSharing } from '../../../engine/storage/sharing.ts';
import type { BootableConfig, GuestConfig } from '../../../engine/toolstack/guest-config.ts';
import { prepareSpec, stableMac } from '../../../engine/toolstack/machine-spec.ts';
import { readGuestConfig } from '../../../engine/toolstack/read-config.ts';
import { fakeKernel } from '../../support/local-host-harness.ts';

const uuid = '01234567-89ab-cdef-0123-4567890bcdef';
let dir = '';
let sharing = new DiskSharing();

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'domus-spec-'));
  await writeFile(join(dir, 'kernel'), fakeKernel());
  for (const name of ['a.img', 'b.img', 'cd.iso']) {
    await writeFile(join(dir, name), '');
    await truncate(join(dir, name), 65_536);
  }
});
afterAll(() => rm(dir, { recursive: true }));

function bootable(config: GuestConfig): BootableConfig {
  if (config.boot.kind === 'bootloader') throw new Error('the boot loader comes first');
  return { ...config, boot: config.boot };
}

const prepare = (text: string) => {
  const { config } = readGuestConfig(`name="web"\ntype="hvm"\n${text}\n`, 'web.cfg', 2);
  return prepareSpec(bootable(config), uuid, { resolve: (path) => join(dir, path), sharing });
};

describe('the machine for a configuration', () => {
  it('has its memory, boot files, disks and cards', async () => {
    sharing = new DiskSharing();
    const { spec } = await prepare(
      'memory=64\nkernel="/kernel"\ncmdline="console=ttyS0"\ndisk=["/a.img,raw,xvda,w","/cd.iso,raw,hdc,cdrom",",hdd:cdrom,r"]\nvif=["mac=00:16:3e:00:00:01"]',
    );
    expect(spec).toEqual({
      name: 'web',
      uuid,
      memoryKiB: 65_536,
      boot: { kind: 'direct', kernelPath: join(dir, 'kernel'), cmdline: 'console=ttyS0' },
      disks: [
        { vdev: 'xvda', kind: 'disk', path: join(dir, 'a.img'), readOnly: false },
        { vdev: 'hdc', kind: 'cdrom', path: join(dir, 'cd.iso'), readOnly: true },
        { vdev: 'hdd', kind: 'cdrom', readOnly: true },
      ],
      nics: [{ devid: 0, mac: '00:16:3e:00:00:01', model: 'virtio' }],
      videoRamKiB: 8192,
      acpi: true,
      pvConsole: true,
      rng: false,
      sound: false,
    });
  });

  it.each([
    ['model=virtio-net', 'virtio'],
    ['model=ne2k_pci', 'ne2k'],
    ['model=rtl8139', 'ne2k'],
    ['', 'ne2k'],
  ])('that boots firmware gets for the vif "%s" a %s card', async (vif, model) => {
    const { spec } = await prepare(`memory=64\nvif=["${vif}"]`);
    expect(spec.nics[0]?.model).toBe(model);
  });

  it('shares the folders it names', async () => {
    await mkdir(join(dir, 'share'));
    const share = (path: string) => `memory=64\np9=["tag=home,path=${path},security_model=none"]`;
    const { spec } = await prepare(`${share('/share')}\ndomus.readonly_shares=["home"]`);
    expect(spec.folders).toEqual([{ tag: 'home', path: join(dir, 'share'), readOnly: true }]);
    await expect(prepare(share('/nowhere'))).rejects.toMatchObject({
      code: 'ERROR_NOTFOUND',
      field: 'p9',
      message: 'The shared folder /nowhere does not exist.',
    });
    await expect(prepare(share('/a.img'))).rejects.toMatchObject({ code: 'ERROR_INVAL', field: 'p9' });
  });

  it('has the same made-up MAC address at every start', () => {
    expect(stableMac(uuid, 0)).toBe('00:16:3e:0b:cd:ef');
    expect(stableMac(uuid, 1)).toBe('00:16:3e:0b:cd:f0');
    expect(stableMac('ffffffff-ffff-ffff-ffff-ffffffffffff', 1)).toMatch(/^00:16:3e:[0-7]/);
  });

  it('comes with notes on what is different from a real host', async () => {
    const { config } = readGuestConfig(
      'name="web"\nkernel="/kernel"\nvcpus=4\nvif=["model=e1000"]\n',
      'x',
      2,
    );
    const { notes } = await prepareSpec(bootable(config), uuid, {
      resolve: (path) => join(dir, path),
      sharing,
    });
    expect(notes.join('\n')).toMatch(/one vCPU; 4 were asked/);
    expect(notes.join('\n')).toMatch(/no e1000 card/);
    expect(notes.join('\n')).toMatch(/no console=ttyS0/);
    expect(notes.join('\n')).toMatch(/PV domain boots its kernel on emulated hardware/);
  });

  it.each([
    ['too little memory', 'memory=4', 'ERROR_INVAL', 'memory'],
    ['too much memory', 'memory=2048', 'ERROR_NOMEM', 'memory'],
    ['no such kernel', 'memory=64\nkernel="/nope"', 'ERROR_NOTFOUND', 'kernel'],
    ['no kernel', 'memory=64\nkernel="/a.img"', 'ERROR_INVAL', 'kernel'],
    ['no such ramdisk', 'memory=64\nkernel="/kernel"\nramdisk="/nope"', 'ERROR_NOTFOUND', 'ramdisk'],
    ['no such disk', 'memory=64\ndisk=["/nope,raw,hda,w"]', 'ERROR_NOTFOUND', 'disk'],
    ['a format that it is not', 'memory=64\ndisk=["/a.img,qcow2,hda,w"]', 'ERROR_INVAL', 'disk'],
    ['one image twice', 'memory=64\ndisk=["/a.img,raw,hda,w","/a.img,raw,hdb,r"]', 'ERROR_FAIL', 'disk'],
  ])('is refused: %s', async (_, text, code, field) => {
    sharing = new DiskSharing();
    await expect(prepare(text)).rejects.toMatchObject({ code, field });
  });

  it('holds its images until they are released, and none after a refusal', async () => {
    sharing = new DiskSharing();
    await expect(prepare('memory=64\ndisk=["/a.img,raw,hda,w","/nope,raw,hdb,w"]')).rejects.toThrow();
    const first = await prepare('memory=64\ndisk=["/a.img,raw,hda,w"]');
    await expect(prepare('memory=64\ndisk=["/a.img,raw,hda,w"]')).rejects.toThrow();
    first.images.dispose();
    await expect(prepare('memory=64\ndisk=["/a.img,raw,hda,w"]')).resolves.toBeDefined();
  });
});
