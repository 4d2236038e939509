import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Machine, MachineExit, MachineFactory } from '../../../engine/guest/machine.ts';
import {
  createTestFactory,
  exitOf,
  kernelPath,
  linuxSpec,
  ramdiskPath,
  TestConsole,
} from '../../support/guest-machine.ts';

const PROMPT = 'root@web:~# ';

describe('The ready-made guest in 32 MiB, called web', () => {
  let factory: MachineFactory;
  let machine: Machine;
  let shell: TestConsole;
  let exit: Promise<MachineExit>;
  let greeting: string;

  /** What a command prints, without the echoed line and the next prompt. */
  async function run(command: string): Promise<string> {
    shell.type(`${command}\n`);
    await shell.expect(/\r\n/);
    const output = await shell.expect(/root@web:~# $/);
    return output.slice(0, -PROMPT.length).replaceAll('\r', '').trim();
  }

  beforeAll(async () => {
    factory = await createTestFactory();
    const boot = {
      kind: 'direct',
      kernelPath,
      ramdiskPath,
      cmdline: 'console=ttyS0 domus.name=web domus.size=200x50',
    } as const;
    const nics = [{ devid: 0, mac: '00:16:3e:00:00:01', model: 'virtio' }] as const;
    machine = await factory.create(linuxSpec({ memoryKiB: 32 * 1024, boot, nics }));
    shell = new TestConsole(machine);
    exit = exitOf(machine);
    await machine.start();
    greeting = await shell.expect(/root@web:~# $/);
    // What follows the prompt has ended when the last of it, the links to rare commands, is there.
    await run('until [ -e /bin/zcat ] && [ -e /bin/yes ] && [ -e /bin/lsattr ]; do sleep 0.1; done');
  });

  afterAll(async () => {
    await machine?.destroy();
    await factory?.dispose();
  });

  it('greets calmly and is at its prompt', () => {
    expect(greeting).toMatch(/^\s*Domus Tiny Linux \S+\r\n.*\r\n\r\nroot@web:~# $/);
  });

  it('leaves half of its memory to programs', async () => {
    expect(Number(await run("free | awk '/^Mem/ { print $7 }'"))).toBeGreaterThan(14 * 1024);
  });

  it('has both its interfaces up, and asks for an address on the card', async () => {
    expect(await run('ip -o link')).toMatch(/ lo: <LOOPBACK,UP.*\n.* eth0: <BROADCAST,MULTICAST,UP/);
    expect(await run('pidof udhcpc')).toMatch(/^\d+$/);
  });

  it('serves a page with its name', async () => {
    expect(await run('wget -qO- http://127.0.0.1/')).toContain('<h1>web</h1>');
  });

  it('knows the size of its console', async () => {
    expect(await run('stty size')).toBe('50 200');
  });

  it('hears Ctrl+C', async () => {
    shell.type('sleep 1000\n');
    await shell.expect(/sleep 1000\r\n/);
    shell.type('\x03');
    await shell.expect(/root@web:~# $/);
  });

  it('loads a kernel module when something needs it', async () => {
    expect(await run('iptables -t nat -A POSTROUTING -j MASQUERADE; iptables -t nat -S POSTROUTING')).toBe(
      '-P POSTROUTING ACCEPT\n-A POSTROUTING -j MASQUERADE',
    );
  });

  it('switches itself off when the power button is pressed', async () => {
    await machine.powerButton();
    expect(await exit).toMatchObject({ reason: 'poweroff' });
  });
});
