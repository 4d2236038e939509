import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalHarness } from '../../../support/local-host-harness.ts';

let harness: LocalHarness;
beforeEach(async () => {
  harness = await LocalHarness.open();
});
afterEach(() => harness.close());

async function run(name: string, options = ''): Promise<string> {
  const text = `name="${name}"\ntype="hvm"\nmemory=64\nkernel="/var/lib/xen/images/tiny-linux/bzImage"\n${options}\n`;
  const { domain } = await harness.settle(harness.host.define(text, harness.op()));
  await harness.settle(harness.host.start(domain, { paused: false }, harness.op()));
  return domain;
}

describe('guests with cards on one bridge', () => {
  const frame = (fill: number): Uint8Array => {
    const bytes = new Uint8Array(60).fill(fill);
    bytes.fill(0xff, 0, 6);
    bytes[6] = 2;
    return bytes;
  };

  it('see each other until one is off', async () => {
    const a = await run('a', 'vif=["bridge=xenbr0"]');
    await run('b', 'vif=["bridge=xenbr0",""]');
    harness.factory.machine('a').transmit(0, frame(7));
    expect(harness.factory.machine('b').received.map(({ devid }) => devid)).toEqual([0, 1]);
    expect(harness.factory.machine('b').received[0]?.frame).toEqual(frame(7));
    await harness.settle(harness.host.destroy(a, harness.op()));
    harness.factory.machine('b').transmit(0, frame(8));
    expect(harness.factory.machine('b').received).toHaveLength(3);
    expect(harness.factory.machine('a').received).toHaveLength(0);
  });

  it('are refused a bridge that does not exist', async () => {
    const refused = run('a', 'vif=["bridge=br9"]');
    await expect(refused).rejects.toMatchObject({
      code: 'ERROR_FAIL',
      field: 'vif',
      fix: 'Use one of: xenbr0.',
    });
  });
});

describe('disks', () => {
  it('are not opened by two running domains when one writes', async () => {
    const path = await harness.write('disk.img', new Uint8Array(4096));
    const a = await run('a', `disk=["${path},raw,hda,w"]`);
    await expect(run('b', `disk=["${path},raw,hda,r"]`)).rejects.toMatchObject({
      code: 'ERROR_FAIL',
      field: 'disk',
    });
    await harness.settle(harness.host.destroy(a, harness.op()));
    const b = harness.host.domains().find(({ name }) => name === 'b')?.id ?? '';
    await harness.settle(harness.host.start(b, { paused: false }, harness.op()));
  });
});

describe('console logs', () => {
  it('hold what the guest printed, over restarts', async () => {
    const id = await run('web');
    await harness.factory.machine('web').print('first life\n');
    await harness.settle(harness.host.reboot(id, harness.op()));
    await harness.factory.machine('web').print('second life\n');
    const log = await readFile(join(harness.stateDir, 'var/log/xen/console/guest-web.log'), 'utf8');
    expect(log).toMatch(/first life\n[^]*Welcome to web[^]*second life\n/);
  });

  it('of a name that is no file name stay inside their directory', async () => {
    await run('../../evil');
    await harness.factory.machine('../../evil').print('hello\n');
    const log = await readFile(join(harness.stateDir, 'var/log/xen/console/guest-_._.._evil.log'), 'utf8');
    expect(log).toContain('hello');
  });
});

describe('CPU', () => {
  const capOf = (name: string): number => harness.factory.machine(name).share.capPercent;
  /** Guests that use whatever they are allowed, on a clock that goes in tenths of a second. */
  const work = async (ms: number, ...names: string[]): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 100) {
      for (const name of names) {
        const machine = harness.factory.machine(name);
        machine.busy = true;
        machine.cpuTimeNs += machine.share.capPercent * 1e6;
      }
      await harness.elapse(100);
    }
  };

  it('is held to the cap of the configuration', async () => {
    await run('web', 'cap=25');
    await work(3000, 'web');
    expect(capOf('web')).toBeGreaterThan(20);
    expect(capOf('web')).toBeLessThan(30);
  });

  it('is shared by weight when guests compete for it', async () => {
    await harness.settle(harness.host.close());
    await harness.restart({ pcpus: 1 });
    await run('heavy', 'cpu_weight=768');
    await run('light', 'cpu_weight=256');
    await work(5000, 'heavy', 'light');
    expect(capOf('heavy') / capOf('light')).toBeGreaterThan(2);
    expect(capOf('heavy') / capOf('light')).toBeLessThan(4);
  });

  it('is not limited while there is enough, and nobody is told so again and again', async () => {
    await run('web');
    await work(3000, 'web');
    expect(capOf('web')).toBe(100);
    expect(harness.factory.machine('web').shareChanges).toBe(0);
  });

  it('is refused out of range, in the words of the hypervisor', async () => {
    await expect(run('web', 'cpu_weight=70000')).rejects.toMatchObject({
      code: 'ERROR_INVAL',
      message: expect.stringContaining('Cpu weight out of range'),
    });
  });

  it('and traffic are measured as rates', async () => {
    const id = await run('web', 'vif=[""]');
    await harness.until(() => harness.sink.newest?.domains[id] !== undefined, 'a first sample');
    const machine = harness.factory.machine('web');
    for (let second = 0; second < 5; second += 1) {
      machine.cpuTimeNs += 0.5e9;
      machine.vifs = machine.vifs.map((vif) => ({ ...vif, txBytes: vif.txBytes + 2000 }));
      await harness.elapse(1000);
    }
    const sample = harness.sink.newest?.domains[id];
    expect(sample?.cpuPercent).toBeGreaterThan(30);
    expect(sample?.cpuPercent).toBeLessThan(70);
    expect(sample?.txBps).toBeGreaterThan(1000);
    expect(sample?.cpuSeconds).toBeGreaterThan(2);
  });

  it('of a machine that does not answer is a gap, and holds nobody else up', async () => {
    const silent = await run('silent');
    const other = await run('other');
    await harness.until(() => harness.sink.newest?.domains[silent] !== undefined, 'a first sample');
    harness.factory.machine('silent').counters = () => new Promise(() => {});
    await harness.elapse(4000);
    expect(harness.sink.newest?.domains[silent]).toBeUndefined();
    expect(harness.sink.newest?.domains[other]).toBeDefined();
    const columns = await harness.host.history(silent, '5m');
    expect(columns.cpuPercent.at(-2)).toBeNull();
  });
});
