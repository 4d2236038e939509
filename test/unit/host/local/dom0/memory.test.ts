import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dom0Uuid } from '../../../../../engine/api/index.ts';
import { Dom0Harness } from '../../../../support/dom0-harness.ts';

let harness: Dom0Harness;
beforeEach(async () => {
  harness = await Dom0Harness.open();
});
afterEach(() => harness.close());

const mib = 1024;
const freeKiB = async (): Promise<number> => (await harness.tools.physical()).freeMemoryKiB;

describe('mem-set', () => {
  it('takes memory from a guest and gives it back', async () => {
    const id = await harness.run('vga="none"');
    const before = await freeKiB();
    await harness.tools.setMemory(id, 40 * mib, harness.op());
    expect(harness.store.read('/local/domain/1/memory/target')).toBe(String(40 * mib));
    await harness.local.elapse(2000);
    expect(harness.machine().targetKiB).toBe(40 * mib);
    expect(await harness.row(1)).toMatchObject({ memoryKiB: 40 * mib, maxMemoryKiB: 41 * mib });
    expect(await freeKiB()).toBe(before + 24 * mib);
    await harness.tools.setMemory(id, 64 * mib, harness.op());
    expect(await freeKiB()).toBe(before);
  });

  it('counts what a guest does not give up as its own', async () => {
    const id = await harness.run();
    harness.machine().deafToBalloon = true;
    await harness.tools.setMemory(id, 40 * mib, harness.op());
    await harness.local.elapse(2000);
    expect((await harness.row(1))?.memoryKiB).toBe(64 * mib);
  });

  it('starts a guest with maxmem with room to grow, and grows it', async () => {
    const id = await harness.run('maxmem=128');
    expect(harness.machine().spec).toMatchObject({ memoryKiB: 128 * mib, memoryTargetKiB: 64 * mib });
    expect((await harness.row(1))?.memoryKiB).toBe(64 * mib);
    await harness.tools.setMemory(id, 100 * mib, harness.op());
    expect(harness.machine().targetKiB).toBe(100 * mib);
    expect((await harness.row(1))?.memoryKiB).toBe(100 * mib);
  });

  it('grows only as far as there is memory, and goes on when there is more', async () => {
    const id = await harness.run('maxmem=128');
    const other = await harness.run('memory=800', 'other');
    await harness.tools.setMemory(id, 128 * mib, harness.op());
    const partKiB = (await harness.row(1))?.memoryKiB ?? 0;
    expect(partKiB).toBeLessThan(128 * mib);
    expect(await freeKiB()).toBe(0);
    await harness.local.settle(harness.local.host.destroy(other, harness.op()));
    await harness.local.until(() => harness.machine().targetKiB === 128 * mib, 'the rest');
  });

  it.each([
    [4096 * mib, 'memory_dynamic_max must be less than or equal to memory_static_max'],
    [0, '0 KiB is not an amount of memory.'],
  ])('refuses %i KiB in the words of libxl', async (kib, message) => {
    const id = await harness.run();
    await expect(harness.tools.setMemory(id, kib, harness.op())).rejects.toMatchObject({
      code: 'ERROR_INVAL',
      message,
    });
  });

  it('does not take Domain-0 below 128 MiB', async () => {
    await expect(harness.tools.setMemory(dom0Uuid, 64 * mib, harness.op())).rejects.toMatchObject({
      message: 'new target 65536 for dom0 is below the minimum threshold',
    });
  });

  it('is done too when somebody writes memory/target by hand', async () => {
    await harness.run('vga="none"');
    harness.store.write('/local/domain/1/memory/target', String(48 * mib));
    await harness.local.until(() => harness.machine().targetKiB === 48 * mib, 'the balloon');
  });

  it.each(['', 'lots', '-1', '99999999999'])('is not done for a target of "%s"', async (value) => {
    await harness.run();
    harness.store.write('/local/domain/1/memory/target', value);
    await harness.local.elapse(300);
    expect(harness.machine().targetKiB).toBe(64 * mib);
  });
});

describe('mem-max', () => {
  it('moves the limit, not below the target', async () => {
    const id = await harness.run();
    await harness.tools.setMaxMemory(id, 256 * mib, harness.op());
    expect(harness.store.read('/local/domain/1/memory/static-max')).toBe(String(256 * mib));
    expect((await harness.row(1))?.maxMemoryKiB).toBe(257 * mib);
    await expect(harness.tools.setMaxMemory(id, 32 * mib, harness.op())).rejects.toMatchObject({
      message: 'memory_static_max must be greater than or equal to memory_dynamic_max',
    });
  });
});
