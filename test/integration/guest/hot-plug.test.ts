import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {
  Machine,
  MachineDisk,
  MachineFactory,
  MachineStatePart,
} from '../../../engine/guest/machine.ts';
import { createTestFactory, linuxSpec, TestConsole } from '../../support/guest-machine.ts';

const MiB = 1024 * 1024;
let folder: string;
let factory: MachineFactory;
let machine: Machine;
let shell: TestConsole;

async function image(name: string, bytes: number): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, '');
  await truncate(path, bytes);
  return path;
}
const disk = (vdev: string, path: string): MachineDisk => ({ vdev, kind: 'disk', path, readOnly: false });
const rescan = 'echo 1 > /sys/bus/pci/rescan';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'domus-plug-'));
  factory = await createTestFactory();
  const spec = linuxSpec({
    disks: [
      disk('xvda', await image('a.img', 8 * MiB)),
      disk('xvdb', await image('b.img', 8 * MiB)),
      disk('xvdc', await image('c.img', 4 * MiB)),
      { vdev: 'hdd', kind: 'cdrom', readOnly: true },
    ],
    nics: [{ devid: 0, mac: '00:16:3e:00:00:01', model: 'virtio' }],
    rng: true,
    channels: ['org.example.first'],
  });
  machine = await factory.create(spec);
  shell = new TestConsole(machine);
  await machine.start();
  await shell.login();
});
afterAll(async () => {
  await machine?.destroy();
  await factory?.dispose();
  await rm(folder, { recursive: true, force: true });
});

const disks = async (): Promise<string[]> =>
  (await shell.run('ls /sys/block | grep -E "^(sd|vd)"')).split(/\s+/).sort();
const plugOf = (of: { vdev: string } | { devid: number }): string => machine.plugOf?.(of)?.pci ?? '';

describe('A machine with more devices than its board has places for', () => {
  it('has the third disk as a virtio disk from the start', async () => {
    expect(await disks()).toEqual(['sda', 'sdb', 'vda']);
    expect(await shell.run('cat /sys/block/vda/size')).toBe(String((4 * MiB) / 512));
    expect(plugOf({ vdev: 'xvdc' })).toMatch(/^0000:00:[0-9a-f]{2}\.0$/);
    expect(machine.plugOf?.({ vdev: 'xvda' })).toBeNull();
  });

  it('has a random number generator that gives bytes', async () => {
    expect(await shell.run('cat /sys/class/misc/hw_random/rng_current')).toMatch(/virtio/);
    expect(Number(await shell.run('head -c 64 /dev/hwrng | wc -c'))).toBe(64);
  });
});

describe('A disk that is plugged into the running guest', () => {
  it('is found, written, read back from its image, counted, and goes', async () => {
    const path = await image('d.img', 16 * MiB);
    const plug = await machine.attachDisk?.(disk('xvdd', path));
    await shell.run(rescan);
    expect(await disks()).toEqual(['sda', 'sdb', 'vda', 'vdb']);
    await shell.run(
      'mke2fs -q /dev/vdb && mount /dev/vdb /mnt && echo plugged-in > /mnt/note && umount /mnt',
    );
    expect((await readFile(path)).includes('plugged-in')).toBe(true);
    const counted = (await machine.counters()).vbds.find(({ vdev }) => vdev === 'xvdd');
    expect(counted?.writeBytes).toBeGreaterThan(0);
    await shell.run(`echo 1 > /sys/bus/pci/devices/${plug?.pci}/remove`);
    await machine.detachDisk?.('xvdd');
    expect(await disks()).toEqual(['sda', 'sdb', 'vda']);
  });

  it('can come and go many times, in the same place, and be torn out without a word', async () => {
    const path = await image('e.img', MiB);
    for (let round = 0; round < 3; round += 1) {
      const plug = await machine.attachDisk?.(disk('xvde', path));
      await shell.run(rescan);
      expect(await disks()).toContain('vdb');
      if (round === 0) await machine.detachDisk?.('xvde');
      await shell.run(`echo 1 > /sys/bus/pci/devices/${plug?.pci}/remove`);
      if (round > 0) await machine.detachDisk?.('xvde');
      await shell.run(rescan);
      expect(await disks()).not.toContain('vdb');
    }
  });

  it.each([
    ['a name there is already', () => disk('xvda', join(folder, 'c.img')), /has a disk xvda already/],
    ['an image that is missing', () => disk('xvdf', join(folder, 'none.img')), /cannot be opened/],
    ['a name that is none', () => disk('xvd1', join(folder, 'c.img')), /no place for xvd1/],
  ])('is refused with %s', async (_what, make, message) => {
    await expect(machine.attachDisk?.(make())).rejects.toThrow(message);
  });

  it('is refused when its size is no whole number of sectors', async () => {
    const path = await image('odd.img', 1000);
    await expect(machine.attachDisk?.(disk('xvdf', path))).rejects.toMatchObject({ code: 'disk-unreadable' });
  });
});

describe('A network card that is plugged in', () => {
  it('talks both ways, hears its cable, and goes', async () => {
    const seen: number[] = [];
    machine.onFrame((devid) => seen.push(devid));
    await machine.attachNic?.({ devid: 1, mac: '00:16:3e:00:00:02', model: 'virtio' });
    await shell.run(rescan);
    await shell.run('ip link set eth1 up; ip addr add 10.9.1.1/24 dev eth1');
    expect(await shell.run('cat /sys/class/net/eth1/address')).toBe('00:16:3e:00:00:02');
    expect(await shell.run('cat /sys/class/net/eth1/carrier')).toBe('1');
    await shell.run('arping -c 1 -w 1 -I eth1 10.9.1.2 >/dev/null; true');
    expect(seen).toContain(1);
    machine.sendFrame(1, broadcast());
    await expect
      .poll(async () => (await machine.counters()).vifs.find(({ devid }) => devid === 1)?.rxPackets)
      .toBeGreaterThan(0);
    await machine.setLink?.(1, false);
    expect(await shell.run('cat /sys/class/net/eth1/carrier')).toBe('0');
    await machine.setLink?.(1, true);
    expect(await shell.run('cat /sys/class/net/eth1/carrier')).toBe('1');
    await shell.run(`echo 1 > /sys/bus/pci/devices/${plugOf({ devid: 1 })}/remove`);
    await machine.detachNic?.(1);
    expect(await shell.run('ls /sys/class/net')).not.toContain('eth1');
  });

  it('can be the first one’s cable too', async () => {
    await machine.setLink?.(0, false);
    expect(await shell.run('ip link set eth0 up; cat /sys/class/net/eth0/carrier')).toBe('0');
    await machine.setLink?.(0, true);
    expect(await shell.run('cat /sys/class/net/eth0/carrier')).toBe('1');
  });
});

describe('A CD drive', () => {
  it('is empty, takes a medium, changes it, and gives it back', async () => {
    const one = await image('one.iso', 64 * 2048);
    const two = await image('two.iso', 64 * 2048);
    await writeFile(one, 'first medium'.padEnd(64 * 2048));
    await writeFile(two, 'second medium'.padEnd(64 * 2048));
    const head = 'dd if=/dev/sr0 bs=2048 count=1 2>/dev/null | head -c 13';
    await machine.insertMedium?.('hdd', one);
    expect(await shell.run(head)).toBe('first medium');
    await machine.insertMedium?.('hdd', two);
    expect(await shell.run(head)).toBe('second medium');
    await machine.insertMedium?.('hdd', null);
    expect(await shell.run(`${head}; echo gone`)).toBe('gone');
    await expect(machine.insertMedium?.('xvda', one)).rejects.toThrow(/no drive whose medium/);
  });
});

describe('A channel', () => {
  it('carries bytes both ways, and comes and goes', async () => {
    await machine.attachChannel?.('org.example.late');
    const find = `for p in /sys/class/virtio-ports/*; do [ "$(cat $p/name)" = org.example.late ] && basename $p; done`;
    const port = await shell.run(find);
    const channel = machine.channel?.('org.example.late');
    const heard: string[] = [];
    channel?.onData((bytes) => void heard.push(Buffer.from(bytes).toString()));
    await shell.run(`echo from-guest > /dev/${port}`);
    await expect.poll(() => heard.join('')).toBe('from-guest\n');
    channel?.send(Buffer.from('from host\n'));
    expect(await shell.run(`head -n 1 /dev/${port}`)).toBe('from host');
    await machine.detachChannel?.('org.example.late');
    expect(await shell.run(find)).toBe('');
    expect(machine.channel?.('org.example.first')?.name).toBe('org.example.first');
  });
});

describe('What was plugged in', () => {
  it('is still there, in its place, after the machine was saved and restored', async () => {
    const path = await image('kept.img', 4 * MiB);
    const plug = await machine.attachDisk?.(disk('xvdg', path));
    await shell.run(rescan);
    await shell.run('mke2fs -q /dev/vdb && mount /dev/vdb /mnt && echo before > /mnt/note');
    await machine.pause();
    const parts: MachineStatePart[] = [];
    for await (const part of machine.save?.() ?? []) parts.push(part);
    await machine.destroy();
    const spec = linuxSpec({
      disks: [
        disk('xvda', join(folder, 'a.img')),
        disk('xvdb', join(folder, 'b.img')),
        { ...disk('xvdc', join(folder, 'c.img')), pciSlot: slotOf(machine, 'xvdc') },
        { ...disk('xvdg', path), pciSlot: plug?.slot ?? 0 },
        { vdev: 'hdd', kind: 'cdrom', readOnly: true },
      ],
      nics: [
        {
          devid: 0,
          mac: '00:16:3e:00:00:01',
          model: 'virtio',
          pciSlot: machine.plugOf?.({ devid: 0 })?.slot ?? 0,
        },
      ],
      rng: true,
      channels: ['org.example.first'],
    });
    const restored = await factory.create(spec, {
      restore: (async function* () {
        yield* parts;
      })(),
    });
    machine = restored;
    shell = new TestConsole(restored);
    await restored.start();
    expect(await shell.run('cat /mnt/note')).toBe('before');
    await shell.run('echo after > /mnt/note && sync');
    expect((await readFile(path)).includes('after')).toBe(true);
  });
});

const slotOf = (of: Machine, vdev: string): number => of.plugOf?.({ vdev })?.slot ?? 0;

/** An ARP request from nobody to everybody. */
function broadcast(): Uint8Array {
  const frame = new Uint8Array(60);
  frame.fill(0xff, 0, 6);
  frame.set([0x02, 0, 0, 0, 0, 9, 0x08, 0x06], 6);
  return frame;
}
