import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dom0Uuid } from '../../../../../engine/api/index.ts';
import { Dom0Harness } from '../../../../support/dom0-harness.ts';

let harness: Dom0Harness;
beforeEach(async () => {
  harness = await Dom0Harness.open();
});
afterEach(() => harness.close());

const domain = async (domid: number) =>
  (await harness.tools.schedulerView()).domains.find((each) => each.domid === domid);

describe('sched-credit2', () => {
  it('changes what is given and leaves the rest', async () => {
    const id = await harness.run();
    await harness.tools.setDomainSchedule(id, { weight: 512 }, harness.op());
    await harness.tools.setDomainSchedule(id, { cap: 50 }, harness.op());
    expect(await domain(1)).toMatchObject({ weight: 512, cap: 50 });
  });

  it('holds a busy guest to a cap set while it runs', async () => {
    const id = await harness.run();
    await harness.tools.setDomainSchedule(id, { cap: 25 }, harness.op());
    harness.machine().busy = true;
    await harness.local.until(() => harness.machine().share.capPercent <= 26, 'the cap');
  });

  it.each([
    [{ weight: 0 }, 'Cpu weight out of range, valid values are within range from 1 to 65535'],
    [{ weight: 65536 }, 'Cpu weight out of range, valid values are within range from 1 to 65535'],
    [{ cap: 101 }, 'Cpu cap out of range, valid range is from 0 to 100 for specified number of vcpus'],
  ])('refuses %j in the words of libxl', async (change, message) => {
    const id = await harness.run();
    await expect(harness.tools.setDomainSchedule(id, change, harness.op())).rejects.toMatchObject({
      code: 'ERROR_INVAL',
      message,
    });
  });

  it('is for Domain-0 too, and not for a domain that is off', async () => {
    await harness.tools.setDomainSchedule(dom0Uuid, { weight: 300 }, harness.op());
    expect(await domain(0)).toMatchObject({ weight: 300 });
    const id = await harness.run();
    await harness.local.settle(harness.local.host.destroy(id, harness.op()));
    await expect(harness.tools.setDomainSchedule(id, { weight: 1 }, harness.op())).rejects.toMatchObject({
      code: 'ERROR_INVAL',
      message: 'web is off.',
    });
  });
});

describe('cpupools', () => {
  it('are made of free CPUs, take domains, and appear in the store', async () => {
    const id = await harness.run('cap=20');
    await expect(
      harness.tools.createPool({ name: 'p', scheduler: 'credit', cpus: [1] }, harness.op()),
    ).rejects.toMatchObject({ message: 'cpu 1 illegal or not free' });
    await harness.tools.removePoolCpus('Pool-0', [1], harness.op());
    const pool = { name: 'p', scheduler: 'credit', cpus: [1] } as const;
    expect(await harness.tools.createPool(pool, harness.op())).toEqual({ id: 1 });
    expect(harness.store.read('/local/pool/1/name')).toBe('p');
    await harness.tools.moveDomain(id, 'p', harness.op());
    expect(await domain(1)).toMatchObject({ pool: 'p', cap: 0, vcpus: [{ hard: [0, 1] }] });
    await expect(harness.tools.destroyPool('p', harness.op())).rejects.toMatchObject({
      message: "Can't destroy cpupool 'p'",
    });
    await harness.tools.moveDomain(id, '0', harness.op());
    await harness.tools.renamePool('1', 'q', harness.op());
    await harness.tools.setPoolSchedule('q', { tsliceMs: 5 }, harness.op());
    expect((await harness.tools.schedulerView()).pools[1]).toMatchObject({ name: 'q', tsliceMs: 5 });
    await harness.tools.destroyPool('q', harness.op());
    expect(harness.store.exists('/local/pool/1')).toBe(false);
    await harness.tools.addPoolCpus('Pool-0', [1], harness.op());
    expect((await harness.tools.physical()).freeCpus).toBe(0);
  });

  it.each([
    ['an unknown pool', () => harness.tools.destroyPool('nope', harness.op()), "unknown cpupool 'nope'"],
    ['pool 0', () => harness.tools.destroyPool('Pool-0', harness.op()), "Can't destroy cpupool 'Pool-0'"],
    [
      'CPU 0 of pool 0',
      () => harness.tools.removePoolCpus('0', [0], harness.op()),
      'Pool-0 cannot lose pCPU 0.',
    ],
    [
      'a time slice of zero',
      () => harness.tools.setPoolSchedule('0', { ratelimitUs: 1 }, harness.op()),
      'Ratelimit out of range, valid range is from 100 to 500000',
    ],
  ])('refuse %s', async (_what, act, message) => {
    await expect(act()).rejects.toMatchObject({ message });
  });

  it('warn about a CPU that cannot be moved and take the others', async () => {
    const op = harness.op();
    await harness.tools.removePoolCpus('Pool-0', [0, 1], op);
    expect(op.lines).toContain('Pool-0 cannot lose pCPU 0.');
    expect((await harness.tools.physical()).freeCpus).toBe(1);
  });
});

describe('vcpu-pin and vcpu-set', () => {
  it('pins one vCPU or all, hard or soft', async () => {
    const id = await harness.run();
    await harness.tools.pinVcpu(id, { vcpu: 0, hard: [1] }, harness.op());
    await harness.tools.pinVcpu(id, { vcpu: null, soft: [0] }, harness.op());
    expect((await domain(1))?.vcpus).toMatchObject([{ hard: [1], soft: [0] }]);
    await harness.tools.pinVcpu(dom0Uuid, { vcpu: 1, hard: [0] }, harness.op());
    expect((await domain(0))?.vcpus[1]?.hard).toEqual([0]);
  });

  it.each([
    [{ vcpu: 7, hard: [0] }, 'Setting vcpu affinity: Invalid argument'],
    [{ vcpu: 0, hard: [9] }, 'Setting vcpu affinity: Invalid argument'],
    [{ vcpu: 0, hard: [] }, 'vcpu hard affinity map is empty'],
  ])('refuses %j in the words of libxl', async (pinning, message) => {
    const id = await harness.run();
    await expect(harness.tools.pinVcpu(id, pinning, harness.op())).rejects.toMatchObject({ message });
  });

  it.each([
    [0, 'Requested 0 VCPUs, however at least 1 is needed!'],
    [3, 'Requested 3 VCPUs, however maxcpus is 1!'],
  ])('refuses %i vCPUs', async (count, message) => {
    const id = await harness.run();
    await expect(harness.tools.setVcpus(id, count, harness.op())).rejects.toMatchObject({ message });
  });

  it('says which vCPUs are online in the store', async () => {
    const id = await harness.run();
    await harness.tools.setVcpus(id, 1, harness.op());
    expect(harness.store.read('/local/domain/1/cpu/0/availability')).toBe('online');
  });
});
