import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordedOperation } from '../support/lab-harness.ts';
import { type RealLab, startRealLab } from '../support/real-lab.ts';

let lab: RealLab;
beforeAll(async () => (lab = await startRealLab()));
afterAll(() => lab?.dispose());

describe('the Xen lab', () => {
  it('is a real Xen host whose key was known before it answered', async () => {
    expect(await lab.dom0('xl info xen_version')).toMatch(/^4\.17\./);
    expect(await lab.dom0('xl list')).toMatch(/^Domain-0 +0 +\d+ +1 +r/m);
  });

  it('runs a PV guest: console echo, block-attach, destroy', async () => {
    await lab.dom0('xl create /etc/xen/pv1.cfg');
    const answer = await lab.talk('pv1', 'echo six times seven is $((6*7))', /six times seven is 42/);
    expect(answer).toBe('six times seven is 42');
    await lab.dom0('xl block-attach pv1 format=raw,vdev=xvdb,access=r,target=/var/lib/xenlab/disk2.img');
    expect(await lab.dom0('xl block-list pv1')).toMatch(/^51728 /m);
    await lab.dom0('xl destroy pv1');
    expect(await lab.dom0('xl list')).not.toMatch(/^pv1/m);
  });

  it('is switched off by its power button', async () => {
    await lab.labs.stop('lab1', { force: false }, recordedOperation());
    expect((await lab.labs.status()).labs[0]).toMatchObject({ state: 'off', note: null });
  });
});
