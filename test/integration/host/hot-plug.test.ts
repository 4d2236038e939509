import { mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeviceDraftInput, HardwareItem, HardwareScope } from '../../../engine/api/index.ts';
import { deviceDraft } from '../../../engine/api/index.ts';
import { systemClock } from '../../../engine/lib/clock.ts';
import { XenStore } from '../../../engine/xenstore/index.ts';
import { draftOf } from '../../support/drafts.ts';
import { openRealHost, operation, type RealHost, sitAtConsole, until } from './real-host.ts';

/** Devices of a real guest, plugged by the host and found by the guest's own agent. */
const store = new XenStore({ clock: systemClock });
let real: RealHost;
let guest: string;
let seat: Awaited<ReturnType<typeof sitAtConsole>>;

const images = '/var/lib/xen/images';
async function image(name: string, mib: number): Promise<string> {
  const folder = join(real.stateDir, images);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, name), '');
  await truncate(join(folder, name), mib * 1024 * 1024);
  return `${images}/${name}`;
}
const hardware = () => {
  const tools = real.host.hardware;
  if (!tools) throw new Error('The embedded host shows hardware.');
  return tools;
};
const add = (device: DeviceDraftInput, scope: HardwareScope = 'now') =>
  hardware().add(guest, { device: deviceDraft.parse(device), scope }, operation());
const item = async (id: string): Promise<HardwareItem | undefined> =>
  (await hardware().view(guest)).items.find((one) => one.id === id);

/** What a command prints. */
let commands = 0;
async function ask(command: string): Promise<string> {
  commands += 1;
  seat.type(`${command}; echo "<""${commands}>"\n`);
  const text = await seat.expect(new RegExp(`<${commands}>`));
  return text.replaceAll('\r', '');
}

beforeAll(async () => {
  real = await openRealHost(512, { store });
  const created = await real.host.create(draftOf('web'), { start: true, paused: false }, operation());
  guest = created.domain;
  seat = await sitAtConsole(real.host, guest);
  seat.type('\n');
  await seat.expect(/[#$] $/);
  await until(
    () => store.tryRead('/local/domain/1/control/feature-poweroff') === '1',
    'the agent of the guest',
  );
});
afterAll(() => real.close());

describe('a disk', () => {
  it('appears in the running guest by itself, and can be used', async () => {
    const { id, hint } = await add({
      kind: 'vbd',
      settings: { vdev: 'xvdb', path: await image('data.img', 8) },
    });
    expect([id, hint]).toEqual(['vbd:xvdb', null]);
    expect(await ask('ls /sys/block')).toMatch(/vda/);
    expect(await item('vbd:xvdb')).toMatchObject({ inDomain: true, inFile: false, state: 'Connected' });
    expect(
      real.host
        .domains()
        .find((one) => one.id === guest)
        ?.disks.map(({ vdev }) => vdev),
    ).toContain('xvdb');
    await ask('mke2fs -q /dev/vda >/dev/null && mount /dev/vda /mnt && echo kept > /mnt/note && sync');
    expect((await readFile(join(real.stateDir, images, 'data.img'))).includes('kept')).toBe(true);
  });

  it('that is mounted is not taken without force, and goes by itself once it is free', async () => {
    const request = { id: 'vbd:xvdb', scope: 'now' as const, force: false };
    await expect(hardware().remove(guest, request, operation())).rejects.toMatchObject({
      code: 'ERROR_TIMEDOUT',
    });
    expect((await item('vbd:xvdb'))?.inDomain).toBe(true);
    await ask('umount /mnt');
    await until(
      () => !real.host.domains().some(({ disks }) => disks.some(({ vdev }) => vdev === 'xvdb')),
      'the disk to go',
    );
    expect(await ask('ls /sys/block')).not.toMatch(/vda/);
  });

  it.each<[string, () => Promise<DeviceDraftInput>, object]>([
    [
      'an image that is not there',
      async () => ({ kind: 'vbd', settings: { vdev: 'xvdc', path: `${images}/none.img` } }),
      { code: 'ERROR_NOTFOUND', field: 'path' },
    ],
    [
      'an image of another format',
      async () => ({
        kind: 'vbd',
        settings: { vdev: 'xvdc', path: await image('raw.img', 1), format: 'qcow2' },
      }),
      { code: 'ERROR_INVAL', field: 'path' },
    ],
    ['no image', async () => ({ kind: 'vbd', settings: { vdev: 'xvdc' } }), { field: 'path' }],
    [
      'a bridge there is not',
      async () => ({ kind: 'vif', settings: { mac: '00:16:3e:00:00:09', bridge: 'xenbr9' } }),
      { code: 'ERROR_FAIL', field: 'bridge' },
    ],
  ])('is refused with %s, and nothing of it is left', async (_what, make, error) => {
    await expect(add(await make())).rejects.toMatchObject(error);
    expect(store.tryRead('/local/domain/0/backend/vbd/1/51744/state')).toBeUndefined();
    expect((await hardware().view(guest)).items.filter(({ kind }) => kind === 'vbd')).toEqual([]);
  });

  it('comes again at once after it has gone', async () => {
    const settings = { vdev: 'xvdh', path: await image('again.img', 8) };
    for (let round = 0; round < 3; round += 1) {
      const { id, hint } = await add({ kind: 'vbd', settings });
      expect(hint).toBeNull();
      await hardware().remove(guest, { id, scope: 'now', force: false }, operation());
    }
  });

  it('of one image is not given twice, unless both know that it is shared', async () => {
    const path = await image('one.img', 1);
    await add({ kind: 'vbd', settings: { vdev: 'xvdd', path } });
    await expect(add({ kind: 'vbd', settings: { vdev: 'xvde', path } })).rejects.toMatchObject({
      code: 'ERROR_FAIL',
    });
    await expect(add({ kind: 'vbd', settings: { vdev: 'hdd', path } })).rejects.toMatchObject({
      field: 'vdev',
    });
    await hardware().remove(guest, { id: 'vbd:xvdd', scope: 'now', force: true }, operation());
  });
});

describe('a network card', () => {
  it('appears, hears its cable, takes a rate and goes', async () => {
    const { id } = await add({ kind: 'vif', settings: { mac: '00:16:3e:00:00:77' } }, 'both');
    expect(id).toBe('vif:1');
    expect(await ask('ip link set eth1 up; cat /sys/class/net/eth1/address')).toMatch(/00:16:3e:00:00:77/);
    expect(await ask('cat /sys/class/net/eth1/carrier')).toMatch(/\n1\n/);
    const change = (values: Record<string, string | boolean | null>) =>
      hardware().change(guest, { id, values, scope: 'now' }, operation());
    await change({ link: false });
    expect(await ask('cat /sys/class/net/eth1/carrier')).toMatch(/\n0\n/);
    await change({ link: true, rate: '1MB/s' });
    expect(store.tryRead('/local/domain/0/backend/vif/1/1/rate')).toMatch(/^\d+,\d+$/);
    expect((await item(id))?.fields.find(({ name }) => name === 'rate')).toMatchObject({
      live: '1MB/s',
      configured: null,
    });
    expect((await real.host.configText(guest)).text).toContain('00:16:3e:00:00:77');
    await hardware().remove(guest, { id, scope: 'both', force: false }, operation());
    expect(await ask('ls /sys/class/net')).not.toMatch(/eth1/);
    expect((await real.host.configText(guest)).text).not.toContain('00:16:3e:00:00:77');
  });
});

describe('parts', () => {
  it('change at once where they can, wait in the file where not, and can be reverted', async () => {
    const change = (id: string, values: Record<string, string | number>, scope: HardwareScope) =>
      hardware().change(guest, { id, values, scope }, operation());
    await change('cpu', { weight: 512 }, 'both');
    await change('memory', { memoryMiB: 48 }, 'now');
    const field = async (id: string, name: string) =>
      (await item(id))?.fields.find((one) => one.name === name);
    expect(await field('cpu', 'weight')).toMatchObject({ live: 512, configured: 512 });
    expect(await field('memory', 'memoryMiB')).toMatchObject({ live: 48, configured: 64 });
    await change('events', { onCrash: 'preserve' }, 'both');
    expect(await field('events', 'onCrash')).toMatchObject({ live: 'destroy', configured: 'preserve' });
    await hardware().revert(guest, { id: 'events', fields: undefined }, operation());
    expect(await field('events', 'onCrash')).toMatchObject({ configured: 'destroy' });
    await expect(change('boot', { cmdline: 'x' }, 'now')).rejects.toMatchObject({ field: 'cmdline' });
    await expect(change('cpu', { weight: 0 }, 'next')).rejects.toMatchObject({ field: 'weight' });
  });
});

describe('a channel', () => {
  const front = '/local/domain/1/device/console/1';

  it('appears by its name, is joined by the agent, talks to the PV console of its number, and goes', async () => {
    const { id } = await add({ kind: 'channel', settings: { name: 'org.example.late' } });
    await until(() => store.tryRead(`${front}/state`) === '4', 'the agent to join the channel');
    expect(await item(id)).toMatchObject({ inDomain: true, state: 'Connected' });
    const stream = await real.host.openPvConsole?.(guest, 1);
    let heard = '';
    stream?.onData((bytes) => (heard += Buffer.from(bytes).toString()));
    stream?.credit(4096);
    const port = '/dev/virtio-ports/org.example.late';
    await ask(`until [ -e ${port} ]; do sleep 0.1; done; echo from the guest > ${port}`);
    await until(() => heard.includes('from the guest'), 'the channel to be heard');
    stream?.write(Buffer.from('to the guest\n'));
    expect(await ask(`head -n 1 ${port}`)).toContain('to the guest');
    stream?.close();
    await hardware().remove(guest, { id, scope: 'now', force: false }, operation());
    expect(store.exists(front)).toBe(false);
    await ask(`while [ -e ${port} ]; do sleep 0.1; done`);
  });
});
