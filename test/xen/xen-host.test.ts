import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deviceDraft, dom0Uuid, domainDraft, type DomainInfo } from '../../engine/api/index.ts';
import { type RealLab, startRealLab } from '../support/real-lab.ts';
import { connectedXenHost, type XenHostHarness } from '../support/xen-host-harness.ts';

let lab: RealLab;
let harness: XenHostHarness;
let guest = '';
let heard = '';
beforeAll(async () => {
  lab = await startRealLab();
  harness = await connectedXenHost(lab.draft);
});
afterAll(async () => {
  await harness?.close();
  await lab?.dispose();
});

const row = (name: string): DomainInfo | undefined =>
  harness.host.domains().find((domain) => domain.name === name);

describe('a real Xen host, in short:', () => {
  it('is connected and says what it is', () => {
    expect(harness.host.info()).toMatchObject({
      state: 'online',
      kind: 'xen',
      version: expect.stringMatching(/^Xen 4\.17\./) as unknown,
      bridges: expect.arrayContaining(['xenbr0']) as unknown,
    });
    expect(row('Domain-0')).toMatchObject({ id: dom0Uuid, domid: 0, state: 'running' });
  });

  it('makes a PV guest', async () => {
    const draft = domainDraft.parse({
      name: 'short',
      type: 'pv',
      memoryMiB: 96,
      source: {
        kind: 'kernel',
        kernel: '/var/lib/xenlab/vmlinuz',
        ramdisk: '/var/lib/xenlab/guest.img',
        cmdline: 'console=hvc0 guest=short',
      },
      nics: [{ bridge: 'xenbr0' }],
    });
    const made = await harness.host.create(draft, { start: true, paused: false }, harness.op());
    guest = made.domain;
    expect(row('short')).toMatchObject({ id: guest, type: 'pv', configPath: '/etc/xen/short.cfg' });
  });

  it('whose console answers', async () => {
    const stream = await harness.host.openSerial(guest, 0);
    stream.onData((bytes) => {
      heard += new TextDecoder().decode(bytes);
      stream.credit(bytes.length);
    });
    stream.credit(1024 * 1024);
    await harness.until(() => /GUEST-UP/.test(heard), 'GUEST-UP', 120_000);
    stream.write(new TextEncoder().encode('echo six times seven is $((6*7))\r'));
    await harness.until(() => /six times seven is 42/.test(heard), 'the echo');
    stream.close();
  });

  it('takes a disk while it runs', async () => {
    const device = deviceDraft.parse({
      kind: 'vbd',
      settings: { vdev: 'xvdb', path: '/var/lib/xenlab/disk2.img', readOnly: true },
    });
    await harness.host.hardware?.add(guest, { device, scope: 'now' }, harness.op());
    expect(await lab.dom0('xl block-list short')).toMatch(/^51728 /m);
  });

  it('that is seen within 2 s when it is paused behind our back', async () => {
    await lab.dom0('xl pause short');
    const before = performance.now();
    await harness.until(() => row('short')?.state === 'paused', 'paused', 5000);
    expect(performance.now() - before).toBeLessThan(2000);
    await harness.host.unpause(guest, harness.op());
  });

  it('and goes without a trace', async () => {
    await harness.host.destroy(guest, harness.op());
    expect(row('short')).toMatchObject({ state: 'off', lastExit: { reason: 'destroyed' } });
    await harness.host.remove(guest, harness.op());
    expect(row('short')).toBeUndefined();
    expect(await lab.dom0('xl list; ls /etc/xen')).not.toMatch(/short/);
  });
});
