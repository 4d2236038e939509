import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  deviceDraft,
  type DeviceDraftInput,
  type FieldValue,
  type HardwareItem,
  type HardwareScope,
  hardwareView,
} from '../../../../engine/api/index.ts';
import { Dom0Harness } from '../../../support/dom0-harness.ts';

let harness: Dom0Harness;
beforeEach(async () => {
  harness = await Dom0Harness.open();
});
afterEach(() => harness.close());

const tools = () => {
  const { hardware } = harness.local.host;
  if (!hardware) throw new Error('The embedded host shows hardware.');
  return hardware;
};
const settle = <T>(call: Promise<T>): Promise<T> => harness.local.settle(call);
const item = async (domain: string, id: string): Promise<HardwareItem | undefined> =>
  hardwareView.parse(await tools().view(domain)).items.find((one) => one.id === id);
const field = async (domain: string, id: string, name: string) =>
  (await item(domain, id))?.fields.find((one) => one.name === name);
const image = (name: string, bytes = 4096) => harness.local.write(name, new Uint8Array(bytes));
const text = (name = 'web') => readFile(join(harness.local.stateDir, `etc/xen/${name}.cfg`), 'utf8');
const add = (domain: string, device: DeviceDraftInput, scope: HardwareScope) =>
  settle(tools().add(domain, { device: deviceDraft.parse(device), scope }, harness.op()));
const remove = (domain: string, id: string, scope: HardwareScope, force = false) =>
  settle(tools().remove(domain, { id, scope, force }, harness.op()));
const change = (domain: string, id: string, values: Record<string, FieldValue>, scope: HardwareScope) =>
  settle(tools().change(domain, { id, values, scope }, harness.op()));
const revert = (domain: string, id: string, fields?: string[]) =>
  settle(tools().revert(domain, { id, fields }, harness.op()));
const insert = (domain: string, id: string, path: string | null, scope: HardwareScope) =>
  settle(tools().insert(domain, { id, path, scope }, harness.op()));
const define = async (options: string) => {
  const { domain } = await settle(harness.local.host.define(harness.config(options), harness.op()));
  return domain;
};
const disk = (vdev: string, path: string): DeviceDraftInput => ({ kind: 'vbd', settings: { vdev, path } });
const card = (settings: object = {}): DeviceDraftInput => ({ kind: 'vif', settings });

describe('a disk', () => {
  it('is plugged into a running domain only, when that is what is asked for', async () => {
    const domain = await harness.run('# mine\nvif=[""]');
    const before = await text();
    const path = await image('b.img');
    const done = await add(domain, disk('xvdb', path), 'now');
    expect(done).toEqual({ id: 'vbd:xvdb', hint: 'echo 1 > /sys/bus/pci/rescan' });
    expect(harness.machine().media.get('xvdb')).toBe(path);
    expect(await item(domain, 'vbd:xvdb')).toMatchObject({ inDomain: true, inFile: false });
    expect(await text()).toBe(before);
  });

  it('is written into the file as well, whose comments stay, and goes from both', async () => {
    const domain = await harness.run('# mine');
    const path = await image('b.img');
    await add(domain, disk('xvdb', path), 'both');
    expect(await text()).toContain('# mine\n');
    expect(await item(domain, 'vbd:xvdb')).toMatchObject({ inDomain: true, inFile: true });
    await remove(domain, 'vbd:xvdb', 'both', true);
    expect(await item(domain, 'vbd:xvdb')).toBeUndefined();
    expect(await text()).not.toContain('xvdb');
    expect(harness.machine().media.has('xvdb')).toBe(false);
  });

  it('that the guest does not let go stays in the file too', async () => {
    const domain = await harness.run();
    await add(domain, disk('xvdb', await image('b.img')), 'both');
    await expect(remove(domain, 'vbd:xvdb', 'both')).rejects.toMatchObject({ code: 'ERROR_TIMEDOUT' });
    expect(await item(domain, 'vbd:xvdb')).toMatchObject({ inDomain: true, inFile: true });
  });

  it('goes from where it is, when it is to go everywhere', async () => {
    const domain = await harness.run();
    await add(domain, disk('xvdb', await image('b.img')), 'next');
    expect(await item(domain, 'vbd:xvdb')).toMatchObject({ inDomain: false, inFile: true });
    await remove(domain, 'vbd:xvdb', 'both');
    expect(await item(domain, 'vbd:xvdb')).toBeUndefined();
  });

  it('of another start changes in the file', async () => {
    const domain = await harness.run(`disk=["${await image('a.img')},raw,xvda,w"]`);
    const path = await image('b.img');
    await change(domain, 'vbd:xvda', { path, shared: true }, 'next');
    expect(await field(domain, 'vbd:xvda', 'path')).toMatchObject({ configured: path, editable: 'restart' });
    expect(await field(domain, 'vbd:xvda', 'shared')).toMatchObject({ live: false, configured: true });
    await revert(domain, 'vbd:xvda', ['shared']);
    expect(await field(domain, 'vbd:xvda', 'shared')).toMatchObject({ live: false, configured: false });
    expect(await field(domain, 'vbd:xvda', 'path')).toMatchObject({ configured: path });
    await revert(domain, 'vbd:xvda');
    expect(await field(domain, 'vbd:xvda', 'path')).toMatchObject({
      configured: expect.stringMatching(/a\.img$/),
    });
  });

  it.each([
    ['a missing image', () => disk('xvdb', '/none.img'), 'ERROR_NOTFOUND', 'path'],
    ['a taken name', () => disk('xvda', '/none.img'), 'ERROR_DEVICE_EXISTS', 'vdev'],
    ['another name of the same drive', () => disk('hda', '/none.img'), 'ERROR_DEVICE_EXISTS', 'vdev'],
    ['no image', () => ({ kind: 'vbd', settings: { vdev: 'xvdb' } }) as const, 'ERROR_INVAL', 'path'],
  ])('is refused everywhere with %s', async (_, draft, code, blamed) => {
    const domain = await harness.run(`disk=["${await image('a.img')},raw,xvda,w"]`);
    const before = await text();
    for (const scope of ['now', 'next', 'both'] as const) {
      await expect(add(domain, draft(), scope)).rejects.toMatchObject({ code, field: blamed });
    }
    expect(await text()).toBe(before);
    expect([...harness.machine().media.keys()]).toEqual(['xvda']);
  });

  it('is refused when its image is too small, of another format, or written by another domain', async () => {
    const path = await image('a.img');
    await harness.run(`disk=["${path},raw,xvda,w"]`, 'other');
    const domain = await harness.run();
    const small = await image('small.img', 100);
    const qcow = await harness.local.write(
      'q.img',
      Buffer.concat([Buffer.from('QFI\xfb', 'latin1'), Buffer.alloc(4096)]),
    );
    await expect(add(domain, disk('xvdb', small), 'now')).rejects.toMatchObject({
      code: 'ERROR_INVAL',
      field: 'path',
    });
    await expect(add(domain, disk('xvdb', path), 'now')).rejects.toMatchObject({
      code: 'ERROR_FAIL',
      field: 'path',
    });
    const draft: DeviceDraftInput = { kind: 'vbd', settings: { vdev: 'xvdb', path: qcow, format: 'vhd' } };
    await expect(add(domain, draft, 'both')).rejects.toMatchObject({ code: 'ERROR_INVAL', field: 'path' });
    expect(harness.machine().media.size).toBe(0);
  });
});

describe('a drive', () => {
  const drive = 'disk=[",raw,hdc,r,devtype=cdrom"]';

  it('gets and loses its medium, now and in the file', async () => {
    const domain = await harness.run(drive);
    const path = await image('cd.iso');
    await insert(domain, 'vbd:hdc', path, 'both');
    expect(harness.machine().media.get('hdc')).toBe(path);
    expect(await field(domain, 'vbd:hdc', 'path')).toMatchObject({ live: path, configured: path });
    await insert(domain, 'vbd:hdc', null, 'now');
    expect(await field(domain, 'vbd:hdc', 'path')).toMatchObject({ live: null, configured: path });
    await change(domain, 'vbd:hdc', { path }, 'now');
    expect(await field(domain, 'vbd:hdc', 'path')).toMatchObject({ live: path, configured: path });
  });

  it('keeps its medium when the new one is missing, and a disk takes none', async () => {
    const domain = await harness.run(
      `disk=["${await image('a.img')},raw,xvda,w", ",raw,hdc,r,devtype=cdrom"]`,
    );
    const path = await image('cd.iso');
    await insert(domain, 'vbd:hdc', path, 'now');
    await expect(insert(domain, 'vbd:hdc', '/none.iso', 'now')).rejects.toMatchObject({
      code: 'ERROR_NOTFOUND',
      field: 'path',
    });
    expect(harness.machine().media.get('hdc')).toBe(path);
    await expect(insert(domain, 'vbd:xvda', path, 'now')).rejects.toMatchObject({ code: 'ERROR_INVAL' });
  });
});

describe('a network card', () => {
  it('gets the next number and an address of its own', async () => {
    const domain = await harness.run('vif=["mac=00:16:3e:00:00:01"]');
    expect(await add(domain, card(), 'both')).toMatchObject({ id: 'vif:1' });
    expect(await field(domain, 'vif:1', 'mac')).toMatchObject({ live: expect.stringMatching(/^00:16:3e/) });
    expect(await item(domain, 'vif:1')).toMatchObject({ inDomain: true, inFile: true });
    await remove(domain, 'vif:1', 'both', true);
    expect(await item(domain, 'vif:1')).toBeUndefined();
  });

  it('is refused with an address or on a bridge that cannot be', async () => {
    await harness.run('vif=["mac=00:16:3e:00:00:01"]', 'other');
    const domain = await harness.run('vif=["mac=00:16:3e:00:00:02"]');
    for (const mac of ['00:16:3e:00:00:01', '00:16:3E:00:00:02']) {
      await expect(add(domain, card({ mac }), 'now')).rejects.toMatchObject({
        code: 'ERROR_DEVICE_EXISTS',
        field: 'mac',
      });
    }
    await expect(add(domain, card({ mac: '00:16:3e:00:00:02' }), 'next')).rejects.toMatchObject({
      field: 'mac',
    });
    for (const scope of ['now', 'next'] as const) {
      await expect(add(domain, card({ bridge: 'nobr' }), scope)).rejects.toMatchObject({
        code: 'ERROR_FAIL',
        field: 'bridge',
      });
    }
  });

  it('has its cable pulled now, and plugged in at every start', async () => {
    const domain = await harness.run('vif=["mac=00:16:3e:00:00:01"]');
    const before = await text();
    await change(domain, 'vif:0', { link: false }, 'both');
    expect(harness.machine().unplugged.has(0)).toBe(true);
    expect(await field(domain, 'vif:0', 'link')).toEqual({ name: 'link', live: false, editable: 'live' });
    expect(await text()).toBe(before);
    await expect(change(domain, 'vif:0', { link: false }, 'next')).rejects.toMatchObject({ field: 'link' });
  });

  it('says nothing in the file that nobody asked for', async () => {
    const domain = await harness.run('vif=["mac=00:16:3e:00:00:01,model=e1000"]');
    await change(domain, 'vif:0', { rate: '10Mb/s' }, 'both');
    expect(await text()).toMatch(
      /vif=\["mac=00:16:3e:00:00:01,(bridge=xenbr0,)?model=e1000,(bridge=xenbr0,)?rate=.*"\]/,
    );
    expect(await field(domain, 'vif:0', 'rate')).toMatchObject({ live: '1250KB/s', configured: '1250KB/s' });
  });
});

describe('what every domain has', () => {
  it('changes now, at the next start, or both', async () => {
    const domain = await harness.run('maxmem=128');
    await change(domain, 'cpu', { weight: 300, capPercent: 40, cpus: '1' }, 'both');
    expect(await field(domain, 'cpu', 'weight')).toMatchObject({ live: 300, configured: 300 });
    expect(await field(domain, 'cpu', 'cpus')).toMatchObject({ live: '1', configured: '1' });
    await change(domain, 'memory', { memoryMiB: 96 }, 'now');
    expect(await field(domain, 'memory', 'memoryMiB')).toMatchObject({ live: 96, configured: 64 });
    await revert(domain, 'memory');
    expect(await field(domain, 'memory', 'memoryMiB')).toMatchObject({ live: 96, configured: 96 });
    await change(domain, 'boot', { cmdline: 'quiet', autostart: true }, 'next');
    expect(await field(domain, 'boot', 'cmdline')).toMatchObject({ live: '', configured: 'quiet' });
    expect(await field(domain, 'boot', 'autostart')).toMatchObject({ configured: true });
    await change(domain, 'overview', { name: 'www' }, 'both');
    expect(await text()).toContain('name="www"');
    expect(harness.local.host.domains().find(({ id }) => id === domain)?.name).toBe('www');
  });

  it.each([
    ['cpu', { weight: 0 }, 'weight'],
    ['cpu', { cpus: '7-9' }, 'cpus'],
    ['cpu', { shoeSize: 3 }, 'shoeSize'],
    ['overview', { uuid: 'x' }, 'uuid'],
    ['memory', { memoryMiB: 'much' }, 'memoryMiB'],
  ] as const)('is not changed to nonsense: %s %o', async (id, values, blamed) => {
    const domain = await harness.run();
    const before = await text();
    for (const scope of ['now', 'next', 'both'] as const) {
      await expect(change(domain, id, values, scope)).rejects.toMatchObject({
        code: 'ERROR_INVAL',
        field: blamed,
      });
    }
    expect(await text()).toBe(before);
  });

  it('does not change while it runs when it cannot', async () => {
    const domain = await harness.run();
    await expect(change(domain, 'boot', { cmdline: 'x' }, 'now')).rejects.toMatchObject({
      code: 'ERROR_INVAL',
      field: 'cmdline',
    });
    await change(domain, 'boot', { cmdline: 'x' }, 'both');
    expect(await field(domain, 'boot', 'cmdline')).toMatchObject({ live: '', configured: 'x' });
    await expect(remove(domain, 'memory', 'next')).rejects.toMatchObject({ code: 'ERROR_INVAL' });
  });

  it('is left alone in the file when it cannot change in the domain', async () => {
    const domain = await harness.run('maxmem=128');
    const before = await text();
    await expect(change(domain, 'memory', { memoryMiB: 500 }, 'both')).rejects.toMatchObject({
      code: 'ERROR_INVAL',
    });
    expect(await text()).toBe(before);
  });
});

describe('a domain that is off', () => {
  it('changes for its next start only', async () => {
    const domain = await define('vnc=0\nvga="none"');
    await expect(add(domain, card(), 'now')).rejects.toMatchObject({ code: 'ERROR_INVAL' });
    await expect(revert(domain, 'memory')).rejects.toMatchObject({ code: 'ERROR_INVAL' });
    for (const device of [
      disk('xvda', await image('a.img')),
      card(),
      { kind: 'channel', settings: { name: 'org.example.one' } },
      { kind: 'vfb', settings: { password: 'secret' } },
      { kind: 'rng', settings: {} },
      { kind: 'p9', settings: { tag: 'home', path: '/etc/xen', readOnly: true } },
      { kind: 'sound', settings: {} },
    ] satisfies DeviceDraftInput[]) {
      const { id } = await add(domain, device, 'next');
      expect(await item(domain, id), id).toMatchObject({ inFile: true });
      if (['vfb', 'rng', 'sound'].includes(id))
        await expect(add(domain, device, 'next')).rejects.toMatchObject({ code: 'ERROR_NI' });
    }
    expect(await text()).toContain('secret');
    await change(domain, 'vfb', { keymap: 'de' }, 'next');
    expect(await text()).toContain('secret');
    await change(domain, 'vfb', { password: '' }, 'next');
    expect(await text()).not.toContain('secret');
    for (const id of ['vbd:xvda', 'vif:0', 'channel:org.example.one', 'vfb', 'rng', 'p9:home', 'sound']) {
      await remove(domain, id, 'next');
      expect(await item(domain, id), id).toBeUndefined();
    }
  });

  it('gets no shared folder that would keep it from starting', async () => {
    const domain = await define('');
    const share: DeviceDraftInput = { kind: 'p9', settings: { tag: 'home', path: '/nowhere/at/all' } };
    await expect(add(domain, share, 'next')).rejects.toMatchObject({ code: 'ERROR_NOTFOUND', field: 'path' });
    expect(await text()).not.toContain('p9');
  });

  it('is not overwritten when somebody has broken its file', async () => {
    const domain = await define('');
    await harness.local.write('state/etc/xen/web.cfg', 'name = [');
    await expect(change(domain, 'cpu', { weight: 300 }, 'next')).rejects.toMatchObject({
      code: 'ERROR_INVAL',
    });
    expect(await text()).toBe('name = [');
  });

  it('changes in the file as somebody has just written it', async () => {
    const domain = await define('uuid="11111111-2222-4333-8444-555555555555"');
    await harness.local.write('state/etc/xen/web.cfg', `${await text()}# just now\n`);
    await change(domain, 'cpu', { weight: 300 }, 'next');
    expect(await text()).toMatch(/# just now\n[^]*cpu_weight = 300/);
  });
});

describe('what only the running domain has', () => {
  it('becomes part of the file when it is reverted, and the other way round', async () => {
    const domain = await harness.run();
    const path = await image('b.img');
    await add(domain, disk('xvdb', path), 'now');
    await add(domain, card({ mac: '00:16:3e:00:00:07' }), 'now');
    await revert(domain, 'vbd:xvdb');
    await revert(domain, 'vif:0');
    expect(await item(domain, 'vbd:xvdb')).toMatchObject({ inDomain: true, inFile: true });
    expect(await field(domain, 'vif:0', 'mac')).toMatchObject({ configured: '00:16:3e:00:00:07' });
    await remove(domain, 'vif:0', 'now', true);
    expect(await item(domain, 'vif:0')).toMatchObject({ inDomain: false, inFile: true });
    await revert(domain, 'vif:0');
    expect(await item(domain, 'vif:0')).toBeUndefined();
  });
});

describe('a domain that reboots', () => {
  it('has what was plugged in, and not what was taken out, again and again', async () => {
    const domain = await harness.run('on_reboot="restart"\nvif=["mac=00:16:3e:00:00:01"]');
    const path = await image('b.img');
    await add(domain, disk('xvdb', path), 'now');
    await add(domain, card({ mac: '00:16:3e:00:00:02' }), 'now');
    await remove(domain, 'vif:0', 'now', true);
    const { slot } = harness.machine().plugOf({ vdev: 'xvdb' }) ?? {};
    for (let round = 0; round < 2; round += 1) {
      const before = harness.machine();
      before.exit({ reason: 'reboot', detail: 'The guest chose to reboot.' });
      await harness.local.until(() => harness.machine() !== before && harness.machine().state === 'running');
      expect(harness.machine().spec.disks).toMatchObject([{ vdev: 'xvdb', path, pciSlot: slot }]);
      expect(harness.machine().spec.nics).toMatchObject([
        { devid: 1, mac: '00:16:3e:00:00:02', model: 'virtio' },
      ]);
    }
    await settle(harness.local.host.destroy(domain, harness.op()));
    await settle(harness.local.host.start(domain, { paused: false }, harness.op()));
    expect(harness.machine().spec.disks).toEqual([]);
    expect(harness.machine().spec.nics).toMatchObject([{ devid: 0 }]);
  });
});
