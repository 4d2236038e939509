import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DomainInfo } from '../../../../engine/api/index.ts';
import { Dom0Harness } from '../../../support/dom0-harness.ts';

let harness: Dom0Harness;
beforeEach(async () => {
  harness = await Dom0Harness.open();
});
afterEach(() => harness.close());

const row = (id: string): DomainInfo | undefined =>
  harness.local.host.domains().find((domain) => domain.id === id);
/** What the guest would write with its own rights. */
const call = (node: 'shutdown' | 'watchdog', value: string, domid = 1): void =>
  harness.store.write(`/local/domain/${domid}/data/${node}`, value);
const settled = (id: string, state: string): Promise<void> =>
  harness.local.until(() => row(id)?.state === state && row(id)?.operation === null, state);

describe('a watchdog', () => {
  it.each([
    ['', 'off'],
    ['on_watchdog="preserve"', 'shutdown'],
    ['on_watchdog="coredump-destroy"', 'off'],
  ])('that runs out with %j leaves the domain %s', async (option, state) => {
    const id = await harness.run(option);
    call('watchdog', '30');
    await harness.local.elapse(29_000);
    expect(row(id)?.domid).toBe(1);
    await settled(id, state);
    expect(row(id)?.lastExit).toMatchObject({
      reason: 'watchdog',
      detail: 'The guest has not fed its watchdog for 30 s.',
    });
    expect(row(id)?.letters).toBe(state === 'off' ? '------' : '---sw-');
    const dump = await stat(join(harness.local.stateDir, 'var/lib/xen/dump/web')).catch(() => null);
    expect(dump !== null).toBe(option.includes('coredump'));
  });

  it('restarts the domain when it is to', async () => {
    const id = await harness.run('on_watchdog="restart"');
    call('watchdog', '15');
    await harness.local.until(() => row(id)?.domid === 2 && row(id)?.operation === null, 'domid 2');
    await harness.local.elapse(60_000);
    expect(row(id)?.domid).toBe(2);
  });

  it('that is fed, or stopped, does not run out', async () => {
    const id = await harness.run();
    for (let fed = 0; fed < 3; fed += 1) {
      call('watchdog', '30');
      await harness.local.elapse(20_000);
    }
    call('watchdog', '0');
    await harness.local.elapse(100_000);
    call('watchdog', '1');
    harness.store.rm('/local/domain/1/data/watchdog');
    await harness.local.elapse(10_000);
    expect(row(id)).toMatchObject({ domid: 1, lastExit: null });
  });

  it('does not end a paused guest, which has its whole time again afterwards', async () => {
    const id = await harness.run();
    call('watchdog', '10');
    await harness.local.settle(harness.local.host.pause(id, harness.op()));
    await harness.local.elapse(60_000);
    expect(row(id)?.state).toBe('paused');
    await harness.local.settle(harness.local.host.unpause(id, harness.op()));
    await settled(id, 'off');
  });
});

describe('a guest that asks for its end', () => {
  it.each([
    ['poweroff', '', 'off', 'poweroff'],
    ['3', 'on_crash="preserve"', 'crashed', 'crash'],
    ['watchdog', 'on_watchdog="destroy"', 'off', 'watchdog'],
    ['200', '', 'off', 'destroyed'],
  ])('by %s with %j is %s', async (value, option, state, reason) => {
    const id = await harness.run(option);
    call('shutdown', value);
    await settled(id, state);
    expect(row(id)?.lastExit?.reason).toBe(reason);
  });

  it('for a suspension stays, suspended', async () => {
    const id = await harness.run();
    call('shutdown', 'suspend');
    await harness.local.until(() => row(id)?.letters === '---ss-', 'the suspension');
    expect(harness.machine().paused).toBe(true);
    await harness.local.elapse(5000);
    expect(row(id)).toMatchObject({ domid: 1, letters: '---ss-' });
  });

  it('in words nobody knows is not heard', async () => {
    const id = await harness.run();
    call('shutdown', 'please');
    await harness.local.elapse(2000);
    expect(row(id)).toMatchObject({ domid: 1, lastExit: null });
  });
});

describe('a soft reset', () => {
  it('keeps domid, machine, devices and what the guest wrote; an order not taken is forgotten', async () => {
    const id = await harness.run('vif=["bridge=xenbr0"]');
    const machine = harness.machine();
    const front = '/local/domain/1/device/vif/0';
    harness.store.write(`${front}/state`, '4');
    harness.store.write('/local/domain/1/data/mine', 'kept');
    harness.store.write('/local/domain/1/control/shutdown', 'suspend');
    call('shutdown', 'soft_reset');
    await harness.local.until(() => row(id)?.lastExit !== null, 'the end');
    await harness.local.until(() => row(id)?.operation === null && !machine.paused, 'the machine');
    expect(harness.store.read(`${front}/state`)).toBe('4');
    expect(harness.store.read('/local/domain/1/control/shutdown')).toBe('');
    expect(row(id)).toMatchObject({ domid: 1, lastExit: { reason: 'soft-reset' } });
    expect(row(id)?.state).toMatch(/running|blocked/);
    expect(harness.machine()).toBe(machine);
    expect(harness.store.read('/local/domain/1/data/mine')).toBe('kept');
    expect(harness.store.exists('/local/domain/1/data/shutdown')).toBe(false);
    call('shutdown', 'poweroff');
    await settled(id, 'off');
  });

  it('is refused to a PV domain, which stays as it is', async () => {
    const id = await harness.run('type="pv"');
    call('shutdown', 'soft_reset');
    await settled(id, 'shutdown');
    expect(row(id)).toMatchObject({ domid: 1, letters: '---sS-' });
    await harness.local.settle(harness.local.host.destroy(id, harness.op()));
  });

  it.each([
    ['on_soft_reset="destroy"', 'off'],
    ['on_soft_reset="preserve"', 'shutdown'],
  ])('with %s leaves it %s', async (option, state) => {
    const id = await harness.run(option);
    call('shutdown', '5');
    await settled(id, state);
  });

  it('again and again within ten seconds is a loop, which is ended', async () => {
    const id = await harness.run();
    for (let count = 0; count < 4; count += 1) {
      call('shutdown', 'soft_reset');
      await harness.local.until(() => !harness.store.exists('/local/domain/1/data/shutdown'));
      await harness.local.elapse(500);
    }
    await settled(id, 'shutdown');
    expect(harness.local.host.info().warnings.join()).toContain('web ended 4 times');
  });
});
