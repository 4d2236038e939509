import { createHash } from 'node:crypto';
import { mkdtemp, open, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Machine, MachineExit, MachineFactory } from '../../../engine/guest/machine.ts';
import {
  commandSpec,
  createTestFactory,
  exitOf,
  linuxSpec,
  TestConsole,
} from '../../support/guest-machine.ts';

const MAC = '00:16:3e:12:34:56';
const GUEST_IP = [10, 9, 0, 2];
const OUR_MAC = [2, 0, 0, 0, 0, 1];
const OUR_IP = [10, 9, 0, 1];

let folder: string;
let factory: MachineFactory;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'domus-linux-'));
  factory = await createTestFactory();
});

afterAll(async () => {
  await factory.dispose();
  await rm(folder, { recursive: true, force: true });
});

const macOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes)
    .toString('hex')
    .replace(/..(?!$)/g, '$&:');

/** "Who has the guest's address? Tell us." */
function arpRequest(): Uint8Array {
  const ethernet = [...new Array<number>(6).fill(0xff), ...OUR_MAC, 0x08, 0x06];
  const arp = [0, 1, 8, 0, 6, 4, 0, 1, ...OUR_MAC, ...OUR_IP, ...new Array<number>(6).fill(0), ...GUEST_IP];
  return Uint8Array.from([...ethernet, ...arp, ...new Array<number>(18).fill(0)]);
}

/** Asks for the guest's address until it answers; returns the MAC it answers with. */
async function resolveGuest(machine: Machine): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const answer = await new Promise<string>((resolve) => {
    machine.onFrame((devid, frame) => {
      const isArpReply = frame[12] === 8 && frame[13] === 6 && frame[21] === 2;
      if (devid === 3 && isArpReply) resolve(macOf(frame.subarray(22, 28)));
    });
    timer = setInterval(() => machine.sendFrame(3, arpRequest()), 200);
  });
  clearInterval(timer);
  return answer;
}

describe('A Linux guest', () => {
  let machine: Machine;
  let shell: TestConsole;
  let exit: Promise<MachineExit>;
  let disk: string;

  beforeAll(async () => {
    const path = (name: string): string => join(folder, name);
    disk = path('disk.img');
    await writeFile(disk, '');
    await truncate(disk, 64 * 1024 * 1024);
    const onDisk = await open(disk, 'r+');
    await onDisk.write('from the host', 4096 * 512);
    await onDisk.close();
    await writeFile(path('readonly.img'), Buffer.alloc(1024 * 1024, 'r'));
    await writeFile(path('cd.iso'), Buffer.alloc(512 * 1024, 'cd'));
    machine = await factory.create(
      linuxSpec({
        disks: [
          { vdev: 'xvda', kind: 'disk', path: disk, readOnly: false },
          { vdev: 'xvdb', kind: 'disk', path: path('readonly.img'), readOnly: true },
          { vdev: 'hdc', kind: 'cdrom', path: path('cd.iso'), readOnly: true },
        ],
        nics: [{ devid: 3, mac: MAC, model: 'virtio' }],
      }),
    );
    shell = new TestConsole(machine);
    exit = exitOf(machine);
    await machine.start();
    await shell.login();
  });

  afterAll(() => machine.destroy());

  it('is at its prompt, and its console answers', async () => {
    expect(await shell.run('echo $((6 * 7))')).toContain('42');
  });

  it('has the memory it was given', async () => {
    const kiB = Number(/MemTotal: +(\d+)/.exec(await shell.run('cat /proc/meminfo'))?.[1]);
    expect(kiB).toBeGreaterThan(32 * 1024);
    expect(kiB).toBeLessThan(64 * 1024);
    expect((await machine.counters()).memoryKiB).toBe(64 * 1024);
  });

  it('reads its disk from the image and writes through to it', async () => {
    expect(await shell.run('dd if=/dev/sda bs=512 skip=4096 count=1 2>/dev/null | head -c 13')).toContain(
      'from the host',
    );
    await shell.run(
      'head -c 300000 /dev/zero | tr "\\0" g | dd of=/dev/sda bs=64k seek=16 conv=fsync 2>/dev/null',
    );
    const image = await readFile(disk);
    expect(image.subarray(16 * 65_536, 16 * 65_536 + 300_000).equals(Buffer.alloc(300_000, 'g'))).toBe(true);
    const [counters] = (await machine.counters()).vbds;
    expect(counters?.vdev).toBe('xvda');
    expect(counters?.writeBytes).toBeGreaterThanOrEqual(300_000);
    expect(counters?.readOps).toBeGreaterThan(0);
  });

  it('gets an error when it writes to a read-only disk, and survives', async () => {
    expect(await shell.run('head -c 5 /dev/sdb')).toContain('rrrrr');
    expect(await shell.run('dd if=/dev/zero of=/dev/sdb bs=4k count=1 conv=fsync 2>&1')).toContain(
      'I/O error',
    );
    expect(await readFile(join(folder, 'readonly.img'), 'latin1')).toMatch(/^r{1048576}$/);
  });

  it('reads its CD', async () => {
    const image = await readFile(join(folder, 'cd.iso'));
    const sum = createHash('md5').update(image).digest('hex');
    expect(await shell.run('md5sum < /dev/sr0')).toContain(sum);
  });

  it('has the MAC address it was given, and frames travel both ways', async () => {
    expect(await shell.run('cat /sys/class/net/eth0/address')).toContain(MAC);
    await shell.run(`ip link set eth0 up; ip addr add ${GUEST_IP.join('.')}/24 dev eth0`);
    expect(await resolveGuest(machine)).toBe(MAC);
    const [vif] = (await machine.counters()).vifs;
    expect(vif?.devid).toBe(3);
    expect(vif?.rxPackets).toBeGreaterThan(0);
    expect(vif?.txPackets).toBeGreaterThan(0);
  });

  it('never reaches the host with frames that are none', async () => {
    const { rxDrops } = (await machine.counters()).vifs[0]!;
    machine.sendFrame(3, new Uint8Array(5));
    machine.sendFrame(3, new Uint8Array(3000));
    expect((await machine.counters()).vifs[0]?.rxDrops).toBe(rxDrops + 2);
  });

  it('switches itself off with `poweroff`', async () => {
    shell.type('poweroff\n');
    expect(await exit).toMatchObject({ reason: 'poweroff' });
  });
});

describe('The power button', () => {
  it('is heard by the guest, which may switch itself off', async () => {
    const machine = await factory.create(linuxSpec());
    const shell = new TestConsole(machine);
    const exit = exitOf(machine);
    await machine.start();
    await shell.login();
    await shell.run(
      'for event in /dev/input/event*; do (head -c 16 $event >/dev/null; echo pressed; poweroff -f) & done',
    );
    // Nobody knows when the readers have opened their device: press again until one has heard.
    const presses = setInterval(() => void machine.powerButton().catch(() => {}), 500);
    await shell.expect(/pressed/);
    clearInterval(presses);
    expect(await exit).toMatchObject({ reason: 'poweroff' });
    await machine.destroy();
  });
});

describe('A Linux kernel in 32 MiB', () => {
  it('that reboots is heard', async () => {
    const machine = await factory.create(commandSpec('reboot -f', { memoryKiB: 32 * 1024 }));
    const exit = exitOf(machine);
    await machine.start();
    expect(await exit).toMatchObject({ reason: 'reboot' });
    await machine.destroy();
  });
});
