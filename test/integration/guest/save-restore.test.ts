import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Machine,
  MACHINE_PAGE_BYTES,
  type MachineFactory,
  type MachineSpec,
  type MachineStatePart,
} from '../../../engine/guest/machine.ts';
import { createTestFactory, linuxSpec, TestConsole } from '../../support/guest-machine.ts';

let folder: string;
let factory: MachineFactory;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'domus-save-'));
  factory = await createTestFactory();
});

afterAll(async () => {
  await factory.dispose();
  await rm(folder, { recursive: true, force: true });
});

async function stateOf(machine: Machine): Promise<MachineStatePart[]> {
  const parts: MachineStatePart[] = [];
  for await (const part of machine.save?.() ?? []) parts.push(part);
  return parts;
}

async function* streamOf(parts: readonly MachineStatePart[]): AsyncGenerator<MachineStatePart> {
  for (const part of parts) yield part;
}

const macOf = (frame: Uint8Array): string => Buffer.from(frame.subarray(6, 12)).toString('hex');

describe('A saved machine', () => {
  let spec: MachineSpec;
  let parts: MachineStatePart[];
  let restored: Machine;
  let shell: TestConsole;

  beforeAll(async () => {
    const disk = join(folder, 'disk.img');
    await writeFile(disk, '');
    await truncate(disk, 16 * 1024 * 1024);
    spec = linuxSpec({
      disks: [{ vdev: 'xvda', kind: 'disk', path: disk, readOnly: false }],
      nics: [{ devid: 0, mac: '00:16:3e:00:00:07', model: 'virtio' }],
    });
    const machine = await factory.create(spec);
    const before = new TestConsole(machine);
    await machine.start();
    await before.login();
    await before.run('killall udhcpc; ip addr add 10.9.0.7/24 dev eth0; ip link set eth0 up');
    await before.run('mke2fs -q /dev/sda && mount /dev/sda /mnt && echo kept > /mnt/kept; MARK=marker$$');
    await before.run('(i=0; while :; do i=$((i+1)); echo $i >/tmp/count; done) & echo started');
    // The disk has work to do at the moment of the save.
    before.type(
      '(while :; do dd if=/dev/urandom of=/mnt/noise bs=64k count=8 2>/dev/null; sync; done) & echo bu""sy\n',
    );
    await before.expect(/busy/);
    await machine.pause();
    machine.sendSerial(0, Buffer.from('echo typed meanwhile\n'));
    parts = await stateOf(machine);
    await machine.destroy();
    restored = await factory.create(spec, { restore: streamOf(parts) });
    shell = new TestConsole(restored);
    await restored.start();
  });

  afterAll(() => restored?.destroy());

  it('leaves pages of zeros out and comes in small pieces', () => {
    const bytes = parts.reduce((sum, part) => sum + part.bytes.length, 0);
    expect(bytes).toBeLessThan(48 * 1024 * 1024);
    expect(Math.max(...parts.map((part) => part.bytes.length))).toBeLessThanOrEqual(1024 * 1024);
    const numbers = parts.flatMap((part) => (part.kind === 'pages' ? [...part.numbers] : []));
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
    expect(numbers.at(-1)).toBeLessThan((64 * 1024 * 1024) / MACHINE_PAGE_BYTES);
  });

  it('hears what was typed while it stood still', async () => {
    await shell.expect(/typed meanwhile/);
  });

  it('goes on with its processes and variables', async () => {
    expect(await shell.run('echo $MARK')).toMatch(/^marker\d+$/);
    // The file is empty for a moment whenever the guest writes it anew.
    const count = async (): Promise<number> => {
      for (;;) {
        const text = await shell.run('cat /tmp/count');
        if (/^\d+$/.test(text)) return Number(text);
      }
    };
    const before = await count();
    await expect.poll(count).toBeGreaterThan(before);
  });

  it('has a clock that neither jumped nor stands', async () => {
    const [a, b] = (await shell.run('cat /proc/uptime; sleep 1; cat /proc/uptime'))
      .split('\n')
      .map(parseFloat);
    expect(b! - a!).toBeGreaterThan(0.9);
    expect(b! - a!).toBeLessThan(20);
    expect(a).toBeLessThan(120);
  });

  it('finds its disk as it left it', async () => {
    await shell.run('kill %2; wait %2 2>/dev/null; echo 3 >/proc/sys/vm/drop_caches');
    // The shell tells of a job that ended when it likes.
    expect(
      await shell.run('cat /mnt/kept; umount /mnt && fsck -fn /dev/sda >/dev/null 2>&1; echo $?'),
    ).toMatch(/(^|\n)kept\n0$/);
  });

  it('goes on talking to the network from its own address', async () => {
    const heard = new Promise<string>((resolve) => restored.onFrame((_, frame) => resolve(macOf(frame))));
    shell.type('ping -c 1 -W 1 10.9.0.1\n');
    expect(await heard).toBe('00163e000007');
  });

  it('still has a power button that works', async () => {
    const exit = new Promise((resolve) => restored.onExit(resolve));
    await restored.powerButton();
    expect(await exit).toMatchObject({ reason: 'poweroff' });
  });
});

describe('A state that does not fit', () => {
  const onePage = new Uint8Array(MACHINE_PAGE_BYTES);
  const broken: [string, readonly MachineStatePart[]][] = [
    ['nothing at all', []],
    ['noise', [{ kind: 'devices', bytes: new Uint8Array(1000).fill(7) }]],
    ['more memory', [{ kind: 'pages', numbers: Uint32Array.of(1 << 20), bytes: onePage }]],
    ['pages cut off', [{ kind: 'pages', numbers: Uint32Array.of(1, 2), bytes: onePage }]],
  ];
  it.each(broken)('(%s) is refused with a sentence, and no thread is left', async (_, parts) => {
    const spec = linuxSpec({ memoryKiB: 16 * 1024 });
    await expect(factory.create(spec, { restore: streamOf(parts) })).rejects.toMatchObject({
      code: 'failed',
      message: expect.stringMatching(/does not fit/),
    });
  });

  it('because it is of a machine with other memory is refused', async () => {
    const small = await factory.create(linuxSpec({ memoryKiB: 16 * 1024 }));
    await small.pause();
    const parts = await stateOf(small);
    await small.destroy();
    const larger = factory.create(linuxSpec({ memoryKiB: 32 * 1024 }), { restore: streamOf(parts) });
    await expect(larger).rejects.toMatchObject({
      message: expect.stringContaining('another size of memory'),
    });
  });

  it('or a stream that fails is passed on, and a running machine is not saved', async () => {
    async function* failing(): AsyncGenerator<MachineStatePart> {
      yield { kind: 'devices', bytes: new Uint8Array(1) };
      throw new Error('the file ends here');
    }
    await expect(factory.create(linuxSpec(), { restore: failing() })).rejects.toThrow('the file ends here');
    const machine = await factory.create(linuxSpec());
    await machine.start();
    await expect(stateOf(machine)).rejects.toMatchObject({ code: 'state' });
    await machine.destroy();
  });
});
