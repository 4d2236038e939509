import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deviceDraft, type HardwareItem, hardwareView } from '../../../../engine/api/index.ts';
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
const view = async (id: string) => hardwareView.parse(await tools().view(id));
const item = async (id: string, which: string): Promise<HardwareItem> => {
  const found = (await view(id)).items.find((one) => one.id === which);
  if (!found) throw new Error(`There is no ${which}.`);
  return found;
};
const field = async (id: string, which: string, name: string) =>
  (await item(id, which)).fields.find((one) => one.name === name);

const options = 'maxmem=128\ncpu_weight=512\nvif=["mac=00:16:3e:00:00:01,rate=10Mb/s"]';

describe('the hardware of a domain', () => {
  it('that runs shows what runs beside what its file says', async () => {
    const disk = await harness.local.write('state/disk.img', new Uint8Array(4096));
    const id = await harness.run(`${options}\ndisk=["${disk},raw,xvda,w"]`);
    expect((await view(id)).items.map((one) => one.id)).toEqual([
      'overview',
      'cpu',
      'memory',
      'boot',
      'events',
      'serial',
      'input',
      'balloon',
      'watchdog',
      'vbd:xvda',
      'vif:0',
      'vfb',
    ]);
    expect(await field(id, 'memory', 'memoryMiB')).toEqual({
      name: 'memoryMiB',
      live: 64,
      configured: 64,
      editable: 'live',
    });
    expect(await item(id, 'vbd:xvda')).toMatchObject({ inDomain: true, inFile: true, state: 'Connected' });
    expect(await field(id, 'vif:0', 'rate')).toMatchObject({ live: '1250KB/s', configured: '1250KB/s' });
  });

  it('follows what is changed while it runs, and leaves the file as it is', async () => {
    const id = await harness.run(options);
    await harness.tools.setMemory(id, 96 * 1024, harness.op());
    await harness.tools.setDomainSchedule(id, { weight: 100, cap: 20 }, harness.op());
    expect(await field(id, 'memory', 'memoryMiB')).toMatchObject({ live: 96, configured: 64 });
    expect(await field(id, 'cpu', 'weight')).toMatchObject({ live: 100, configured: 512 });
    expect(await field(id, 'cpu', 'capPercent')).toMatchObject({ live: 20, configured: 0 });
    expect(await field(id, 'cpu', 'scheduler')).toMatchObject({ live: 'credit2', editable: 'no' });
  });

  it('that is off has no running values', async () => {
    const { domain } = await harness.local.settle(
      harness.local.host.define(harness.config(options), harness.op()),
    );
    const { items, agent, addable } = await view(domain);
    expect(agent).toBe(false);
    expect(
      items.every(({ inDomain, fields }) => !inDomain && fields.every((one) => one.live === undefined)),
    ).toBe(true);
    expect(addable.every(({ live }) => live === 'web is off.')).toBe(true);
    expect(await field(domain, 'vif:0', 'link')).toMatchObject({ editable: 'no' });
  });

  it('never shows a password', async () => {
    const id = await harness.run('vncpasswd="secret"');
    expect(JSON.stringify(await view(id))).not.toContain('secret');
  });

  it('does not claim what the embedded machine has not got', async () => {
    const id = await harness.run('soundhw="hda"');
    expect(await item(id, 'sound')).toMatchObject({
      inDomain: false,
      inFile: true,
      leftOut: expect.stringContaining('no hda card, only sb16'),
    });
  });

  it('shows a sound card it has', async () => {
    const id = await harness.run('soundhw="sb16"');
    expect(await item(id, 'sound')).toMatchObject({ inDomain: true, inFile: true });
    expect(await item(id, 'sound')).not.toHaveProperty('leftOut');
  });

  it('shows a shared folder as it is in the guest and in the store', async () => {
    const id = await harness.run('p9=["tag=home,path=/etc/xen,security_model=none"]');
    expect(await item(id, 'p9:home')).toMatchObject({
      inDomain: true,
      inFile: true,
      state: 'Connected',
      removeLive: expect.stringContaining('until the domain is off'),
    });
    expect(await field(id, 'p9:home', 'pci')).toMatchObject({ live: expect.stringMatching(/^0000:00:/) });
  });

  it('is refused for Domain-0 and for nobody', async () => {
    await expect(tools().view('00000000-0000-0000-0000-000000000000')).rejects.toMatchObject({
      code: 'ERROR_INVAL',
    });
    await expect(tools().view('nobody')).rejects.toMatchObject({ code: 'ERROR_DOMAIN_NOTFOUND' });
  });
});

describe('a new device', () => {
  it('gets a name that no other disk has, and an address of its own', async () => {
    const disk = await harness.local.write('state/disk.img', new Uint8Array(4096));
    const id = await harness.run(`disk=["${disk},raw,hda,w", ",raw,hdc,r,devtype=cdrom"]`);
    expect((await tools().defaults(id, 'vbd')).settings).toMatchObject({ vdev: 'xvdb', devtype: 'disk' });
    const card = await tools().defaults(id, 'vif');
    expect(card.settings).toMatchObject({ bridge: 'xenbr0', mac: expect.stringMatching(/^00:16:3e:[0-7]/) });
    for (const kind of ['vbd', 'vif', 'channel', 'vfb', 'rng', 'p9', 'sound'] as const) {
      expect(deviceDraft.parse(await tools().defaults(id, kind)).kind).toBe(kind);
    }
  });
});
