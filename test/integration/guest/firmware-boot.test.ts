import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MachineDisk, MachineFactory } from '../../../engine/guest/machine.ts';
import { bootCd, bootDisk, programs } from '../../support/boot-sector.ts';
import { createTestFactory, exitOf, linuxSpec, TestConsole } from '../../support/guest-machine.ts';

let folder: string;
let factory: MachineFactory;
const media: MachineDisk[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'domus-boot-'));
  factory = await createTestFactory();
  const add = async (disk: Omit<MachineDisk, 'path'>, image: Buffer): Promise<void> => {
    const path = join(folder, disk.vdev);
    await writeFile(path, image);
    media.push({ ...disk, path });
  };
  await add({ vdev: 'xvda', kind: 'disk', readOnly: false }, bootDisk(programs.say('disk'), 4096));
  await add({ vdev: 'hdc', kind: 'cdrom', readOnly: true }, bootCd(programs.say('compact')));
  await add({ vdev: 'fda', kind: 'floppy', readOnly: false }, bootDisk(programs.say('floppy')));
});

afterAll(async () => {
  await factory.dispose();
  await rm(folder, { recursive: true, force: true });
});

/** Boots with the given media and returns what the boot sector said before it halted. */
async function boot(order: string, disks: readonly MachineDisk[]): Promise<string> {
  const machine = await factory.create(
    linuxSpec({ boot: { kind: 'firmware', order }, disks, memoryKiB: 8192 }),
  );
  const terminal = new TestConsole(machine);
  const exit = exitOf(machine);
  await machine.start();
  expect((await exit).reason).toBe('poweroff');
  await machine.destroy();
  return terminal.text;
}

describe('A machine that boots from its firmware', () => {
  it.each([
    ['c', 'disk'],
    ['d', 'compact'],
    ['a', 'floppy'],
    ['dc', 'compact'],
    ['ca', 'disk'],
  ])('with boot order "%s" starts from the %s', async (order, word) => {
    expect(await boot(order, media)).toBe(word);
  });

  it('goes on to the next device when there is no medium in the first', async () => {
    expect(await boot('dc', [media[0]!, { vdev: 'hdc', kind: 'cdrom', readOnly: true }])).toBe('disk');
  });
});
