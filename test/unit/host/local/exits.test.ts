import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DomainInfo } from '../../../../engine/api/index.ts';
import type { MachineExit } from '../../../../engine/guest/machine.ts';
import { LocalHarness } from '../../../support/local-host-harness.ts';
import { draftOf } from '../../../support/drafts.ts';

let harness: LocalHarness;
beforeEach(async () => {
  harness = await LocalHarness.open();
});
afterEach(() => harness.close());

const row = (id: string): DomainInfo | undefined => harness.host.domains().find((domain) => domain.id === id);
const machine = () => harness.factory.machine('web');
const log = (): Promise<string> => readFile(join(harness.stateDir, 'var/log/xen/xl-web.log'), 'utf8');

async function run(options = ''): Promise<string> {
  const text = `name="web"\ntype="hvm"\nmemory=64\nkernel="/var/lib/xen/images/tiny-linux/bzImage"\n${options}\n`;
  const { domain } = await harness.settle(harness.host.define(text, harness.op()));
  await harness.settle(harness.host.start(domain, { paused: false }, harness.op()));
  return domain;
}

const end = (reason: MachineExit['reason']): void =>
  machine().exit({ reason, detail: `It was a ${reason}.` });

/** Waits until the domain has been dealt with. */
const settled = (id: string, state: string): Promise<void> =>
  harness.until(() => row(id)?.state === state && row(id)?.operation === null, state);

describe('a guest that ends by itself', () => {
  it.each([
    ['poweroff', 'on_poweroff="destroy"', 'off'],
    ['poweroff', 'on_poweroff="preserve"', 'shutdown'],
    ['reboot', 'on_reboot="destroy"', 'off'],
    ['crash', '', 'off'],
    ['crash', 'on_crash="preserve"', 'crashed'],
    ['crash', 'on_crash="coredump-destroy"', 'off'],
  ] as const)('by %s with %s is %s', async (reason, option, state) => {
    const id = await run(option);
    end(reason);
    await settled(id, state);
    expect(row(id)?.lastExit).toMatchObject({ reason, detail: `It was a ${reason}.` });
  });

  it.each([
    ['poweroff', 'on_poweroff="restart"'],
    ['reboot', ''],
    ['crash', 'on_crash="restart"'],
    ['crash', 'on_crash="coredump-restart"'],
    ['reboot', 'on_reboot="soft-reset"'],
  ] as const)('by %s with %s runs again under a new domid', async (reason, option) => {
    const id = await run(option);
    end(reason);
    await harness.until(() => row(id)?.domid === 2 && row(id)?.operation === null, 'domid 2');
    expect(row(id)?.state).toMatch(/running|blocked/);
    expect(harness.factory.alive).toHaveLength(1);
  });

  it('shows the letters of its end while it is preserved, holds its memory, and can only be forced off', async () => {
    const free = harness.host.info().memoryFreeKiB;
    const id = await run('on_crash="preserve"');
    end('crash');
    await settled(id, 'crashed');
    expect(row(id)).toMatchObject({ letters: '---sc-', memoryKiB: 65_536, domid: 1 });
    expect(harness.host.info().memoryFreeKiB).toBeLessThan(free);
    const refused = harness.settle(harness.host.start(id, { paused: false }, harness.op()));
    await expect(refused).rejects.toMatchObject({ code: 'ERROR_INVAL', fix: 'Force it off first.' });
    await harness.settle(harness.host.destroy(id, harness.op()));
    expect(harness.host.info().memoryFreeKiB).toBe(free);
    expect(row(id)?.lastExit?.reason).toBe('crash');
  });

  it('is put aside under another name by rename-restart, until it is forced off', async () => {
    const id = await run('on_crash="rename-restart"');
    end('crash');
    await harness.until(() => row(id)?.domid === 2, 'the new incarnation');
    const dead = harness.host.domains().find(({ domid }) => domid === 1);
    expect(dead).toMatchObject({ state: 'crashed', configPath: null });
    expect(dead?.name).toMatch(/^web-\d{8}T\d{4}Z$/);
    expect(dead?.uuid).not.toBe(id);
    await harness.settle(harness.host.destroy(dead?.id ?? '', harness.op()));
    expect(row(dead?.id ?? '')).toBeUndefined();
    expect(row(id)?.domid).toBe(2);
  });

  it('is written down in the words of xl', async () => {
    const id = await run();
    end('crash');
    await settled(id, 'off');
    await harness.settle(harness.host.close());
    expect((await log()).split('\n')).toEqual([
      expect.stringContaining('console=ttyS0'),
      `Waiting for domain web (domid 1) to die [pid ${process.pid}]`,
      'Domain 1 has shut down, reason code 3 0x3',
      'It was a crash.',
      'Action for shutdown reason code 3 is destroy',
      'Domain 1 needs to be cleaned up: destroying the domain',
      'Done. Exiting now',
      '',
    ]);
  });

  it('again and again right after its start is left alone after three restarts, with a warning', async () => {
    const id = await run('on_crash="restart"');
    for (let domid = 1; domid <= 4; domid += 1) {
      await harness.until(() => row(id)?.domid === domid && row(id)?.operation === null, `domid ${domid}`);
      end('crash');
    }
    await settled(id, 'crashed');
    await harness.elapse(5000);
    expect(row(id)).toMatchObject({ domid: 4, state: 'crashed' });
    expect(harness.host.info().warnings.join()).toContain('web ended 4 times within 10 s of its start');
  });

  it('now and then is restarted each time', async () => {
    const id = await run('on_crash="restart"');
    for (let domid = 1; domid <= 6; domid += 1) {
      await harness.until(() => row(id)?.domid === domid && row(id)?.operation === null, `domid ${domid}`);
      await harness.elapse(11_000);
      end('crash');
    }
    await harness.until(() => row(id)?.domid === 7, 'domid 7');
  });

  it('by a reset after a kernel panic has crashed', async () => {
    const id = await run();
    await machine().print('Kernel panic - not syncing: Fatal exception\r\n');
    end('reboot');
    await settled(id, 'off');
    expect(row(id)?.lastExit).toMatchObject({
      reason: 'crash',
      detail: expect.stringContaining('Fatal exception'),
    });
  });

  it('and cannot be restarted is off, with a warning that says why', async () => {
    const id = await run('on_crash="restart"');
    harness.factory.prepare = () => {
      throw new Error('no more machines');
    };
    end('crash');
    await harness.until(() => harness.host.info().warnings.length > 0, 'the warning');
    expect(row(id)).toMatchObject({ state: 'off', operation: null });
    expect(harness.host.info().warnings.join()).toContain('web could not be restarted: no more machines');
  });

  it('does not come back when it is forced off before its restart', async () => {
    const id = await run();
    end('reboot');
    await harness.until(() => row(id)?.operation === 'rebooting' && row(id)?.domid === null, 'the pause');
    await harness.settle(harness.host.destroy(id, harness.op()));
    await harness.elapse(5000);
    expect(row(id)).toMatchObject({ state: 'off', operation: null });
    expect(harness.factory.alive).toHaveLength(0);
  });
});

describe('commands on a guest with a will of its own', () => {
  it('shutdown: a guest that reboots instead is restarted, as configured', async () => {
    const id = await run();
    machine().powerButtonHabit = 'reboot';
    const op = harness.op();
    await harness.settle(harness.host.shutdown(id, op));
    expect(row(id)?.domid).toBe(2);
    expect(op.lines.join()).toContain('did not power off');
  });

  it('reboot: says that the guest is not started again when its configuration says so', async () => {
    const id = await run('on_reboot="destroy"');
    const op = harness.op();
    await harness.settle(harness.host.reboot(id, op));
    expect(row(id)?.state).toBe('off');
    expect(op.lines.join()).toContain('on_reboot=destroy');
  });

  it('reboot: given up, a later power off is a power off', async () => {
    const id = await run();
    machine().powerButtonHabit = 'ignore';
    const refused = harness.settle(harness.host.reboot(id, harness.op()));
    await expect(refused).rejects.toMatchObject({ code: 'ERROR_GUEST_TIMEDOUT' });
    end('poweroff');
    await settled(id, 'off');
  });

  it('shutdown: the button is pressed again for a guest that was still booting', async () => {
    const id = await run();
    machine().powerButtonHabit = 'ignore';
    const going = harness.host.shutdown(id, harness.op());
    await harness.elapse(5000);
    machine().powerButtonHabit = 'poweroff';
    await harness.settle(going);
    expect(row(id)?.state).toBe('off');
  });

  it('shutdown: is refused without ACPI, saying what to do', async () => {
    const id = await run('acpi=0');
    const refused = harness.settle(harness.host.shutdown(id, harness.op()));
    await expect(refused).rejects.toMatchObject({ code: 'ERROR_NOPARAVIRT', fix: expect.any(String) });
    expect(row(id)?.operation).toBeNull();
  });

  it('pause: a guest that ends at that moment is reported as ended', async () => {
    const id = await run();
    const web = machine();
    web.pause = async () => {
      web.exit({ reason: 'crash', detail: 'A triple fault.' });
      return Promise.reject(new Error('gone'));
    };
    const refused = harness.settle(harness.host.pause(id, harness.op()));
    await expect(refused).rejects.toMatchObject({ message: 'web has stopped: A triple fault.' });
    await settled(id, 'off');
  });
});

describe('a creation that fails or is cancelled', () => {
  const draft = draftOf('web');
  const create = (op = harness.op()) =>
    harness.settle(harness.host.create(draft, { start: true, paused: false }, op));

  const expectNothingLeft = async (): Promise<void> => {
    expect(harness.host.domains()).toHaveLength(1);
    expect(harness.host.info().memoryFreeKiB).toBe((1024 - 128) * 1024);
    await expect(readFile(join(harness.stateDir, 'etc/xen/web.cfg'))).rejects.toThrow('ENOENT');
    expect(harness.factory.alive).toHaveLength(0);
    harness.factory.prepare = () => {};
    await create();
    expect(harness.host.domains()).toHaveLength(2);
  };

  it('in the machine leaves nothing behind', async () => {
    harness.factory.prepare = () => {
      throw new Error('no such luck');
    };
    await expect(create()).rejects.toThrow('no such luck');
    await expectNothingLeft();
  });

  it('at the first instruction leaves nothing behind', async () => {
    harness.factory.prepare = (made) => {
      made.start = () => Promise.reject(new Error('would not start'));
    };
    await expect(create()).rejects.toThrow('would not start');
    await expectNothingLeft();
  });

  it('by its user while the machine is built leaves nothing behind', async () => {
    const op = harness.op();
    let release = (): void => {};
    harness.factory.prepare = () => new Promise((resolve) => (release = resolve));
    const creating = create(op);
    creating.catch(() => {});
    await harness.until(() => op.stages.includes('Building the machine'), 'the machine');
    op.abort.abort(new Error('changed my mind'));
    await expect(creating).rejects.toThrow('changed my mind');
    release();
    await harness.until(() => harness.factory.alive.length === 0, 'the end of the late machine');
    await expectNothingLeft();
  });
});
