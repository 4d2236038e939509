import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { MachineFactory } from '../../../engine/guest/machine.ts';
import { bootDisk, ne2kProgram } from '../../support/boot-sector.ts';
import { createTestFactory, exitOf, linuxSpec, TestConsole } from '../../support/guest-machine.ts';

let folder: string;
let factory: MachineFactory;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'domus-ne2k-'));
  factory = await createTestFactory();
});

afterAll(async () => {
  await factory.dispose();
  await rm(folder, { recursive: true, force: true });
});

it('An ne2k card has the address it was given, sends, and receives', async () => {
  const path = join(folder, 'disk.img');
  await writeFile(path, bootDisk(ne2kProgram));
  const machine = await factory.create(
    linuxSpec({
      boot: { kind: 'firmware', order: 'c' },
      memoryKiB: 8192,
      disks: [{ vdev: 'xvda', kind: 'disk', path, readOnly: true }],
      nics: [{ devid: 7, mac: '00:16:3e:41:42:43', model: 'ne2k' }],
    }),
  );
  const terminal = new TestConsole(machine);
  const exit = exitOf(machine);
  const sent = new Promise<[number, Uint8Array]>((resolve) => {
    machine.onFrame((devid, frame) => resolve([devid, frame]));
  });
  await machine.start();
  expect(await sent).toEqual([7, new Uint8Array(60).fill(0xab)]);
  expect(await machine.counters()).toMatchObject({ vifs: [{ devid: 7, txPackets: 1, txBytes: 60 }] });
  machine.sendFrame(7, new Uint8Array(60).fill(0xff));
  expect(await exit).toMatchObject({ reason: 'poweroff' });
  expect(terminal.text).toBe('\x00\x16\x3eABCR');
  await machine.destroy();
});
