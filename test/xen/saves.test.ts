import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { saveInfo } from '../../engine/api/index.ts';
import type { SaveTools } from '../../engine/host/save.ts';
import { failure } from '../contract/host-suite.ts';
import { type RealLab, startRealLab } from '../support/real-lab.ts';
import { connectedXenHost, type XenHostHarness } from '../support/xen-host-harness.ts';

let lab: RealLab;
let harness: XenHostHarness;
let saves: SaveTools;
let pv1 = '';
const path = '/var/lib/xen/save/pv1';
beforeAll(async () => {
  lab = await startRealLab();
  harness = await connectedXenHost(lab.draft);
  saves = harness.host.saves as SaveTools;
  pv1 = harness.host.domains().find(({ name }) => name === 'pv1')?.id ?? '';
  if (row().domid === null) await harness.host.start(pv1, { paused: false }, harness.op());
  await lab.talk('pv1', 'export WORD=kept; echo up-$((40+2))', /up-42/);
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

describe('saves of a real host', () => {
  it('keep a guest, which goes on where it was', async () => {
    const { bytes, header } = await saves.save(pv1, { path, after: 'off', keepDomid: false }, harness.op());
    expect(bytes).toBeGreaterThan(16 * 1024 * 1024);
    expect(header).toMatchObject({ mandatoryFlags: 3, optionalFlags: 0 });
    expect(row()).toMatchObject({ state: 'off', domid: null });
    const { directory, saves: listed } = await saves.list();
    expect(directory).toBe('/var/lib/xen/save');
    expect(listed.map((each) => saveInfo.parse(each))).toMatchObject([
      { path, bytes, name: 'pv1', problem: null, memoryKiB: 128 * 1024 },
    ]);
    const { domid } = await saves.restore({ path, paused: false }, harness.op());
    expect(row()).toMatchObject({ domid, operation: null });
    expect(await lab.talk('pv1', 'echo word is $WORD', /word is kept/)).toBe('word is kept');
    const again = await failure(saves.restore({ path, paused: false }, harness.op()));
    expect(again.code).toBe('ERROR_INVAL');
  });

  it('leave the guest and the file as they were when they fail', async () => {
    const request = { path: '/no/such/directory/pv1', after: 'off', keepDomid: false } as const;
    const error = await failure(saves.save(pv1, request, harness.op()));
    expect(error.message).toBe('The host cannot write to /no/such/directory/pv1.');
    expect(row().domid).not.toBeNull();
  });

  it('are looked at and deleted; other files are not', async () => {
    expect((await failure(saves.inspect('/no/such/file'))).code).toBe('ERROR_NOTFOUND');
    const { header, save } = await saves.inspect('/etc/hosts');
    expect(header).toBeNull();
    expect(save.problem).toContain('wrong magic number');
    expect((await failure(saves.remove('/etc/hosts', harness.op()))).code).toBe('ERROR_INVAL');
    await saves.remove(path, harness.op());
    expect((await saves.list()).saves).toEqual([]);
  });

  it('say what this Xen cannot do', async () => {
    expect((await failure(saves.suspend(pv1, harness.op()))).code).toBe('ERROR_NI');
    const request = { path, after: 'off', keepDomid: true } as const;
    expect((await failure(saves.save(pv1, request, harness.op()))).code).toBe('ERROR_NI');
  });
});
