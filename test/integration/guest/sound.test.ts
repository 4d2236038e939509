import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Machine, MachineFactory, SoundChunk } from '../../../engine/guest/machine.ts';
import { bootDisk, tone, toneProgram } from '../../support/boot-sector.ts';
import { createTestFactory, linuxSpec, TestConsole } from '../../support/guest-machine.ts';

let folder: string;
let factory: MachineFactory;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'domus-sound-'));
  factory = await createTestFactory();
});

afterAll(async () => {
  await factory.dispose();
  await rm(folder, { recursive: true, force: true });
});

async function create(sound: boolean): Promise<Machine> {
  const path = join(folder, `${sound}.img`);
  await writeFile(path, bootDisk(toneProgram));
  const disk = { vdev: 'xvda', kind: 'disk', path, readOnly: false } as const;
  return factory.create(
    linuxSpec({ boot: { kind: 'firmware', order: 'c' }, disks: [disk], memoryKiB: 8192, sound }),
  );
}

/** Resolves when so many frames of sound have come. */
function heard(machine: Machine, frames: number): Promise<SoundChunk[]> {
  const chunks: SoundChunk[] = [];
  return new Promise((resolve) => {
    const stop = machine.sound?.listen((chunk) => {
      chunks.push(chunk);
      const sum = chunks.reduce((count, { samples }) => count + samples.length / 2, 0);
      if (sum < frames) return;
      stop?.();
      resolve(chunks);
    });
  });
}

it('plays what the guest plays, sample by sample, at its pace, and goes on after a pause', async () => {
  const machine = await create(true);
  const terminal = new TestConsole(machine);
  await machine.start();
  await terminal.expect(/^\.$/);
  const begun = performance.now();
  const chunks = await heard(machine, tone.rate);
  // Not faster than a card would: what was due before somebody listened is at most a tenth of a second.
  expect(performance.now() - begun).toBeGreaterThan(700);
  const samples = chunks.flatMap((chunk) => [...chunk.samples]);
  expect(new Set(chunks.map(({ rate }) => rate))).toEqual(new Set([tone.rate]));
  const left = samples.filter((_, at) => at % 2 === 0);
  expect(samples.filter((_, at) => at % 2 === 1)).toEqual(left);
  const half = tone.rate / tone.hertz / 2;
  const edges = left.flatMap((sample, at) => (at > 0 && sample >= 0 !== left[at - 1]! >= 0 ? [at] : []));
  expect(edges.slice(1).every((edge, at) => edge - edges[at]! === half)).toBe(true);
  expect(edges.length).toBeGreaterThan(left.length / half - 2);

  await machine.pause();
  await machine.unpause();
  expect(await heard(machine, tone.rate / 4)).not.toEqual([]);
  await machine.destroy();
});

it('is not there in a machine without a card', async () => {
  const machine = await create(false);
  const terminal = new TestConsole(machine);
  expect(machine.sound).toBeUndefined();
  await machine.start();
  await terminal.expect(/^-$/);
  await machine.destroy();
});
