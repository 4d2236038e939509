import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Machine, MachineFactory } from '../../../engine/guest/machine.ts';
import { bootDisk, programs } from '../../support/boot-sector.ts';
import { createTestFactory, linuxSpec, TestConsole } from '../../support/guest-machine.ts';

const KiB = 1024;
let folder: string;
let factory: MachineFactory;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'domus-serial-'));
  factory = await createTestFactory();
});

afterAll(async () => {
  await factory.dispose();
  await rm(folder, { recursive: true, force: true });
});

async function create(program: readonly number[]): Promise<Machine> {
  const path = join(folder, `${Math.random().toString(36).slice(2)}.img`);
  await writeFile(path, bootDisk(program));
  return factory.create(
    linuxSpec({
      boot: { kind: 'firmware', order: 'c' },
      disks: [{ vdev: 'xvda', kind: 'disk', path, readOnly: true }],
      memoryKiB: 8 * KiB,
    }),
  );
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('Output of a serial port', () => {
  it('comes complete and in order, in batches of at most 16 KiB, 20 MiB without end', async () => {
    const machine = await create(programs.flood);
    let received = 0;
    let largest = 0;
    let wrong = -1;
    const enough = new Promise<void>((resolve) => {
      machine.onSerial((port, bytes) => {
        largest = Math.max(largest, bytes.length);
        for (const byte of bytes) {
          if (wrong < 0 && (port !== 0 || byte !== (received & 0xff))) wrong = received;
          received += 1;
        }
        if (received >= 20 * KiB * KiB) resolve();
      });
    });
    await machine.start();
    await enough;
    await machine.destroy();
    expect(wrong).toBe(-1);
    expect(largest).toBe(16 * KiB);
  });

  it('that nobody takes stops the guest after 256 KiB, until it is taken', async () => {
    const machine = await create(programs.flood);
    const held: (() => void)[] = [];
    let received = 0;
    let holding = true;
    const off = machine.onSerial((_port, bytes) => {
      received += bytes.length;
      return holding ? new Promise<void>((resolve) => held.push(resolve)) : undefined;
    });
    await machine.start();
    while (received <= 256 * KiB) await sleep(20);
    await sleep(100);
    const stalledAt = received;
    const usedNs = (await machine.counters()).cpuTimeNs;
    await sleep(200);
    expect(received).toBe(stalledAt);
    expect((await machine.counters()).cpuTimeNs).toBe(usedNs);
    // One slice may end beyond the window.
    expect(stalledAt).toBeLessThan(512 * KiB);

    holding = false;
    for (const release of held) release();
    while (received < 2 * stalledAt) await sleep(20);
    off();
    await machine.destroy();
  });

  it('is acknowledged also when a listener fails', async () => {
    const machine = await create(programs.flood);
    let received = 0;
    machine.onSerial((_port, bytes) => {
      received += bytes.length;
      throw new Error('listener');
    });
    machine.onSerial(() => Promise.reject(new Error('listener')));
    await machine.start();
    while (received < KiB * KiB) await sleep(20);
    await machine.destroy();
  });
});

describe('Input of a serial port', () => {
  it('reaches the guest complete and in order, and its sender waits for room', async () => {
    const machine = await create(programs.echo);
    const sent = Buffer.from(Array.from({ length: 100 * KiB }, (_, at) => (at * 7) & 0xff));
    const echoed: Buffer[] = [];
    let echoedBytes = 0;
    const ready = new TestConsole(machine).expect(/^\.$/);
    await machine.start();
    await ready;
    const complete = new Promise<void>((resolve) => {
      machine.onSerial((_port, bytes) => {
        echoed.push(Buffer.from(bytes));
        echoedBytes += bytes.length;
        if (echoedBytes === sent.length) resolve();
      });
    });
    let offset = machine.sendSerial(0, sent);
    expect(offset).toBe(64 * KiB);
    expect(machine.sendSerial(0, sent.subarray(offset))).toBe(0);
    let drains = 0;
    machine.onSerialDrain((port) => {
      expect(port).toBe(0);
      drains += 1;
      offset += machine.sendSerial(0, sent.subarray(offset));
    });
    await complete;
    expect(offset).toBe(sent.length);
    expect(drains).toBeGreaterThan(0);
    expect(Buffer.concat(echoed).equals(sent)).toBe(true);
    await machine.destroy();
  });

  it('for a port the guest does not read waits, and one that does not exist takes nothing', async () => {
    const machine = await create(programs.echo);
    const tooMuch = new Uint8Array(100 * KiB);
    expect(machine.sendSerial(3, tooMuch)).toBe(64 * KiB);
    expect(machine.sendSerial(3, tooMuch)).toBe(0);
    expect(machine.sendSerial(4, tooMuch)).toBe(0);
    await machine.destroy();
  });
});
