import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { domainRow, physicalInfo, schedulerView } from '../../../../../engine/api/index.ts';
import { featureWords } from '../../../../../engine/host/local/dom0/cpu-features.ts';
import { Dom0Harness } from '../../../../support/dom0-harness.ts';

let harness: Dom0Harness;
beforeEach(async () => {
  harness = await Dom0Harness.open();
});
afterEach(() => harness.close());

describe('xl info', () => {
  it('is complete, and adds up', async () => {
    const info = physicalInfo.parse(await harness.tools.physical());
    expect(info).toMatchObject({ nrCpus: 2, maxCpuId: 1, nrNodes: 1, freeCpus: 0, xenScheduler: 'credit2' });
    expect(info.totalMemoryKiB).toBe(1024 * 1024);
    expect(info.freeMemoryKiB).toBe(1024 * 1024 - 128 * 1024);
    expect(info.nodes).toEqual([
      { node: 0, memoryKiB: info.totalMemoryKiB, freeKiB: info.freeMemoryKiB, distances: [10] },
    ]);
    expect(info.topology.map(({ cpu }) => cpu)).toEqual([0, 1]);
  });

  it.each([
    [['fpu', 'sse2'], 0, 0x04000001],
    [['pni', 'hypervisor'], 1, 0x80000001],
    [['svm'], 3, 0x4],
    [[], 0, 0],
  ])('shows the flags %j in word %i of hw_caps as %i', (flags, word, value) => {
    expect(featureWords(flags)).toHaveLength(8);
    expect(featureWords(flags)[word]).toBe(value);
  });
});

describe('xl list', () => {
  it('has Domain-0 first, then guests by domid, with what their machines have done', async () => {
    await harness.run('vif=[""]\ndisk=[]');
    const [dom0, web, ...others] = (await harness.tools.domains()).map((row) => domainRow.parse(row));
    expect(others).toEqual([]);
    expect(dom0).toMatchObject({ domid: 0, name: 'Domain-0', maxMemoryKiB: null, vcpusOnline: 2 });
    expect(web).toMatchObject({
      domid: 1,
      name: 'web',
      memoryKiB: 65536,
      maxMemoryKiB: 65536 + 1024,
      vcpusOnline: 1,
      pool: 'Pool-0',
    });
    harness.machine().cpuTimeNs = 3e9;
    await harness.local.elapse(2500);
    const after = await harness.row(1);
    expect(after?.cpuTimeNs).toBe(3e9);
    expect(after?.vcpuTimesNs).toEqual([3e9]);
    expect(after?.vifs).toHaveLength(1);
  });

  it.each([
    ['reboot', 'on_reboot="preserve"', '---sr-', '-s----', 1],
    ['crash', 'on_crash="preserve"', '---sc-', '---c--', 3],
  ] as const)(
    'shows a guest that ended by %s and is preserved',
    async (reason, option, letters, top, code) => {
      await harness.run(option);
      harness.machine().exit({ reason, detail: 'It ended.' });
      await harness.local.until(() => harness.local.host.domains()[1]?.lastExit !== null);
      expect(await harness.row(1)).toMatchObject({ letters, topLetters: top, shutdownCode: code });
    },
  );
});

describe('the scheduler page', () => {
  it('shows pools, pCPUs and every vCPU of every domain', async () => {
    const id = await harness.run('cpu_weight=512\ncap=50');
    const view = schedulerView.parse(await harness.tools.schedulerView());
    expect(view.pools).toMatchObject([
      { id: 0, name: 'Pool-0', scheduler: 'credit2', cpus: [0, 1], domains: 2 },
    ]);
    expect(view.domains).toMatchObject([
      { domid: 0, weight: 256, cap: 0, vcpus: [{ vcpu: 0 }, { vcpu: 1 }] },
      {
        domid: 1,
        id,
        name: 'web',
        weight: 512,
        cap: 50,
        vcpus: [{ hard: [0, 1], soft: [0, 1], online: true }],
      },
    ]);
  });
});

describe('xl dmesg', () => {
  it('begins with the boot, tells of domains, and can be cleared', async () => {
    await harness.run();
    const text = await harness.tools.dmesg(true);
    expect(text).toMatch(/^\(XEN\) Domus /);
    expect(text).toContain('(XEN) Using scheduler: SMP Credit Scheduler rev2 (credit2)');
    expect(text).toContain('"web": created with 65536 kB');
    expect(await harness.tools.dmesg(false)).toBe('');
  });

  it.each([
    ['r', 'Scheduler: SMP Credit Scheduler rev2 (credit2)'],
    ['q', 'General information for domain 0:'],
    ['h', " key 'r' (ascii '72') => dump run queues"],
    ['m', 'Physical memory information:'],
  ])('gets the report of debug key %s', async (key, line) => {
    await harness.tools.dmesg(true);
    await harness.tools.debugKeys(key);
    expect(await harness.tools.dmesg(false)).toContain(`(XEN) ${line}\n`);
  });

  it('gets nothing from a key without a handler', async () => {
    await harness.tools.dmesg(true);
    await harness.tools.debugKeys('\u0000Z_');
    expect(await harness.tools.dmesg(false)).toBe('');
  });
});
