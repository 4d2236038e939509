import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deviceDraft, type HardwareItem, hardwareView } from '../../engine/api/index.ts';
import type { HardwareTools } from '../../engine/host/hardware.ts';
import { failure } from '../contract/host-suite.ts';
import { type RealLab, startRealLab } from '../support/real-lab.ts';
import { connectedXenHost, type XenHostHarness } from '../support/xen-host-harness.ts';

let lab: RealLab;
let harness: XenHostHarness;
let hardware: HardwareTools;
let pv1 = '';
beforeAll(async () => {
  lab = await startRealLab();
  harness = await connectedXenHost(lab.draft);
  hardware = harness.host.hardware as HardwareTools;
  pv1 = harness.host.domains().find(({ name }) => name === 'pv1')?.id ?? '';
  if (row().domid === null) await harness.host.start(pv1, { paused: false }, harness.op());
  await lab.talk('pv1', 'echo up-$((40+2))', /up-42/);
});
afterAll(async () => {
  if (harness && row().domid !== null) await harness.host.destroy(pv1, harness.op());
  await harness?.close();
  await lab?.dispose();
});
const row = () => {
  const found = harness.host.domains().find(({ id }) => id === pv1);
  if (!found) throw new Error('pv1 is gone');
  return found;
};
const op = () => harness.op();
const item = async (id: string): Promise<HardwareItem | undefined> =>
  hardwareView.parse(await hardware.view(pv1)).items.find((each) => each.id === id);

describe('the hardware of a real host', () => {
  it('is shown as it runs and as its file says', async () => {
    expect(await item('vbd:xvda')).toMatchObject({ inDomain: true, inFile: true, state: 'Connected' });
    expect(await item('vif:0')).toMatchObject({ inDomain: true, inFile: true, state: 'Connected' });
    const memory = await item('memory');
    expect(memory?.fields).toContainEqual({
      name: 'memoryMiB',
      live: 128,
      configured: 128,
      editable: 'live',
    });
    const { fields = [] } = (await item('vbd:xvda')) ?? {};
    expect(fields.filter(({ live, configured }) => live !== configured)).toEqual([]);
  });

  it('takes a disk and gives it back, in the guest and in the file', async () => {
    const device = deviceDraft.parse({
      kind: 'vbd',
      settings: { vdev: 'xvdb', path: '/var/lib/xenlab/disk2.img' },
    });
    await hardware.add(pv1, { device, scope: 'both' }, op());
    await lab.talk('pv1', 'grep -c xvdb /proc/partitions', /^1\r?$/m);
    expect(await item('vbd:xvdb')).toMatchObject({ inDomain: true, inFile: true, state: 'Connected' });
    expect((await harness.host.configText(pv1)).text).toContain('disk2.img');
    expect((await failure(hardware.add(pv1, { device, scope: 'now' }, op()))).code).toBe(
      'ERROR_DEVICE_EXISTS',
    );
    await hardware.remove(pv1, { id: 'vbd:xvdb', scope: 'both', force: false }, op());
    expect(await item('vbd:xvdb')).toBeUndefined();
  });

  it('takes a network card and gives it back', async () => {
    const device = await hardware.defaults(pv1, 'vif');
    const { id } = await hardware.add(pv1, { device, scope: 'now' }, op());
    expect(await item(id)).toMatchObject({ inDomain: true, inFile: false });
    await hardware.remove(pv1, { id, scope: 'now', force: false }, op());
    expect(await item(id)).toBeUndefined();
  });

  it('changes weight at once, and for the next start', async () => {
    await hardware.change(pv1, { id: 'cpu', values: { weight: 300 }, scope: 'now' }, op());
    const weight = async () => (await item('cpu'))?.fields.find(({ name }) => name === 'weight');
    expect(await weight()).toMatchObject({ live: 300, configured: 256 });
    await hardware.revert(pv1, { id: 'cpu', fields: ['weight'] }, op());
    expect(await weight()).toMatchObject({ live: 300, configured: 300 });
    await hardware.change(pv1, { id: 'cpu', values: { weight: 256 }, scope: 'both' }, op());
    expect(await weight()).toMatchObject({ live: 256, configured: 256 });
  });

  it('says why not', async () => {
    const missing = deviceDraft.parse({ kind: 'vbd', settings: { vdev: 'xvdc', path: '/no/such' } });
    expect(await failure(hardware.add(pv1, { device: missing, scope: 'now' }, op()))).toMatchObject({
      code: 'ERROR_NOTFOUND',
      field: 'path',
    });
    const insert = { id: 'vbd:xvda', path: '/x', scope: 'now' } as const;
    expect((await failure(hardware.insert(pv1, insert, op()))).code).toBe('ERROR_INVAL');
    const cable = { id: 'vif:0', values: { link: false }, scope: 'now' } as const;
    expect((await failure(hardware.change(pv1, cable, op()))).message).toContain('no switch for the cable');
    const rng = deviceDraft.parse({ kind: 'rng', settings: {} });
    expect((await failure(hardware.add(pv1, { device: rng, scope: 'now' }, op()))).code).toBe('ERROR_NI');
  });
});
