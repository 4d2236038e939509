import { mkdtemp, readdir, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Machine, MachineExit, MachineFactory, MachineSpec } from '../../../engine/guest/machine.ts';
import type { V86Counters } from '../../../engine/guest/v86/protocol.ts';
import { bootDisk, programs } from '../../support/boot-sector.ts';
import { createTestFactory, exitOf, linuxSpec, TestConsole } from '../../support/guest-machine.ts';

let folder: string;
let factory: MachineFactory;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'domus-life-'));
  factory = await createTestFactory();
});

afterAll(async () => {
  await factory.dispose();
  await rm(folder, { recursive: true, force: true });
});

const made: Machine[] = [];
afterEach(async () => {
  await Promise.all(made.splice(0).map((machine) => machine.destroy()));
});

/** A machine that will execute `program` from its first disk. */
async function create(program: readonly number[], overrides: Partial<MachineSpec> = {}): Promise<Machine> {
  const path = join(folder, `${Math.random().toString(36).slice(2)}.img`);
  await writeFile(path, bootDisk(program));
  const machine = await factory.create(
    linuxSpec({
      boot: { kind: 'firmware', order: 'c' },
      disks: [{ vdev: 'xvda', kind: 'disk', path, readOnly: false }],
      memoryKiB: 8192,
      ...overrides,
    }),
  );
  made.push(machine);
  return machine;
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Work done meanwhile: CPU nanoseconds and guest instructions. */
async function workDuring(machine: Machine, meanwhile: () => Promise<void>): Promise<[number, number]> {
  const before = (await machine.counters()) as V86Counters;
  await meanwhile();
  const after = (await machine.counters()) as V86Counters;
  return [after.cpuTimeNs - before.cpuTimeNs, (after.instructionsLow32 - before.instructionsLow32) >>> 0];
}

/** Starts, and resolves when the boot sector has taken over from the firmware (it says "."). */
async function started(machine: Machine): Promise<Machine> {
  const terminal = new TestConsole(machine);
  await machine.start();
  await terminal.expect(/^\.$/);
  return machine;
}

describe('The life of a machine', () => {
  it('executes nothing before it is started, and starts once', async () => {
    const machine = await create(programs.spin);
    expect(await workDuring(machine, () => sleep(50))).toEqual([0, 0]);
    await machine.start();
    await expect(machine.start()).rejects.toMatchObject({ code: 'state' });
  });

  it('executes nothing while paused, and goes on afterwards', async () => {
    const machine = await started(await create(programs.spin));
    await machine.pause();
    expect(await workDuring(machine, () => sleep(200))).toEqual([0, 0]);
    expect((await machine.counters()).running).toBe(false);
    await machine.unpause();
    const [cpuNs, instructions] = await workDuring(machine, () => sleep(200));
    expect(cpuNs).toBeGreaterThan(0);
    expect(instructions).toBeGreaterThan(0);
  });

  it('answers and pauses while its guest fills the screen with string instructions, which count as one each', async () => {
    const machine = await started(await create(programs.fillScreen));
    const [cpuNs] = await workDuring(machine, () => sleep(100));
    expect(cpuNs).toBeGreaterThan(0);
    await machine.pause();
    expect(await workDuring(machine, () => sleep(50))).toEqual([0, 0]);
  });

  it('paused before its start stays frozen at the start until it is unpaused', async () => {
    const machine = await create(programs.say('hello'));
    const terminal = new TestConsole(machine);
    await machine.pause();
    await machine.start();
    expect(await workDuring(machine, () => sleep(100))).toEqual([0, 0]);
    const exit = exitOf(machine);
    await machine.unpause();
    await exit;
    expect(terminal.text).toBe('hello');
  });

  it('does not pass a CPU cap of 25 % of wall time, and gives everything back at 100 %', async () => {
    const machine = await started(await create(programs.spin));
    const percentOver = async (ms: number): Promise<number> => {
      const startMs = performance.now();
      const [cpuNs] = await workDuring(machine, () => sleep(ms));
      return cpuNs / 1e4 / (performance.now() - startMs);
    };
    await machine.setShare({ capPercent: 25 });
    const capped = await percentOver(1500);
    // How near to 25 depends on what else the computer does: test/bench/scheduler.bench.ts tells.
    expect(capped).toBeGreaterThan(0);
    expect(capped).toBeLessThan(27);
    await machine.setShare({ capPercent: 100 });
    expect(await percentOver(300)).toBeGreaterThan(capped);
    await expect(machine.setShare({ capPercent: 0 })).rejects.toMatchObject({ code: 'failed' });
  });

  it('tells a computing guest from one that waits', async () => {
    const [busy, idle] = await Promise.all([create(programs.spin), create(programs.idle)]);
    await Promise.all([started(busy), started(idle)]);
    expect((await busy.counters()).running).toBe(true);
    expect((await idle.counters()).running).toBe(false);
    const [idleNs] = await workDuring(idle, () => sleep(1000));
    // One core is 1e9 ns in this second: an idle guest costs next to nothing.
    expect(idleNs).toBeLessThan(0.02e9);
  });
});

describe('The end of a machine', () => {
  it.each<[string, readonly number[], Partial<MachineSpec>, MachineExit['reason']]>([
    ['ACPI soft-off', programs.acpiOff, {}, 'poweroff'],
    ['halting with interrupts disabled', programs.halt, { acpi: false }, 'poweroff'],
    ['a reset through the keyboard controller', programs.reset, {}, 'reboot'],
    ['an exception that cannot be delivered', programs.fault, {}, 'crash'],
  ])('by %s is heard once, and nothing runs afterwards', async (_name, program, overrides, reason) => {
    const machine = await create(program, overrides);
    const terminal = new TestConsole(machine);
    const exits: MachineExit[] = [];
    machine.onExit((exit) => exits.push(exit));
    const exit = exitOf(machine);
    await machine.start();
    expect((await exit).reason).toBe(reason);
    expect((await exit).detail).toMatch(/\.$/);
    await expect(machine.counters()).rejects.toMatchObject({ code: 'gone' });
    expect(machine.sendSerial(0, Buffer.from('x'))).toBe(0);
    await sleep(50);
    // The program would go on printing "!" after switching itself off.
    if (program === programs.acpiOff) expect(terminal.text).toBe('off');
    expect(exits).toHaveLength(1);
  });

  it('has no power button without ACPI', async () => {
    const machine = await create(programs.idle, { acpi: false });
    await machine.start();
    await expect(machine.powerButton()).rejects.toMatchObject({ code: 'failed' });
  });

  it('by destroy leaves no thread, no open image and no exit event', async () => {
    const openImages = async (): Promise<string[]> => {
      const fds = await readdir('/proc/self/fd');
      const targets = await Promise.all(fds.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')));
      return targets.filter((target) => target.startsWith(folder));
    };
    // A running worker shows as the ports to it.
    const workers = (): number =>
      process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length;
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const [workersBefore, timersBefore] = [workers(), timers()];
    const machine = await started(await create(programs.spin));
    expect(await openImages()).toHaveLength(1);
    expect(workers()).toBeGreaterThan(workersBefore);
    const exits: MachineExit[] = [];
    machine.onExit((exit) => exits.push(exit));
    await Promise.all([machine.destroy(), machine.destroy()]);
    await machine.destroy();
    expect(await openImages()).toEqual([]);
    expect(workers()).toBe(workersBefore);
    expect(timers()).toBeLessThanOrEqual(timersBefore);
    expect(exits).toEqual([]);
    await expect(machine.pause()).rejects.toMatchObject({ code: 'gone' });
  });
});

describe('A worker that misbehaves', () => {
  /** A factory whose workers say "loaded" and then run `body` on every message. */
  async function factoryOf(body: string): Promise<MachineFactory> {
    const path = join(folder, `${Math.random().toString(36).slice(2)}.mjs`);
    const source = `import { parentPort } from 'node:worker_threads';
      parentPort.on('message', (message) => { ${body} });
      parentPort.postMessage({ op: 'loaded' });`;
    await writeFile(path, source);
    return createTestFactory(pathToFileURL(path));
  }

  it.each([
    ['throws', `throw new Error('boom')`, 'boom'],
    ['exits', 'process.exit(3)', 'code 3'],
    [
      'sends nonsense',
      `parentPort.postMessage({ op: 'frames', devid: 0, batch: new Uint8Array([9, 9]) })`,
      'nonsense',
    ],
  ])('and %s is a crash of its machine, not of the engine', async (_name, body, word) => {
    const broken = await factoryOf(body);
    const machine = await broken.create(
      linuxSpec({ nics: [{ devid: 0, mac: '00:16:3e:00:00:01', model: 'virtio' }] }),
    );
    const exit = exitOf(machine);
    await expect(machine.start()).rejects.toMatchObject({ code: 'gone' });
    expect(await exit).toMatchObject({ reason: 'crash', detail: expect.stringContaining(word) });
    await machine.destroy();
    await broken.dispose();
  });

  it('and listens to nothing any more is ended by force', async () => {
    const stuck = await factoryOf('for (;;);');
    const machine = await stuck.create(linuxSpec());
    const start = machine.start();
    await Promise.all([machine.destroy(), expect(start).rejects.toMatchObject({ code: 'gone' })]);
    await stuck.dispose();
  });

  it('or cannot be loaded refuses the machine', async () => {
    const none = await createTestFactory(pathToFileURL(join(folder, 'no-such-worker.mjs')));
    await expect(none.create(linuxSpec())).rejects.toMatchObject({ code: 'failed' });
    await none.dispose();
  });
});
