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
  let terminal = '';

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
    const ports = { pvConsole: true, channels: ['org.example.agent'] };
    machine = await factory.create(linuxSpec({ memoryKiB: 32 * 1024, boot, nics, ...ports }));
    shell = new TestConsole(machine);
    machine.pvConsole?.onData((bytes) => void (terminal += Buffer.from(bytes).toString()));
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

  it('has a shell on its PV console', async () => {
    await expect.poll(() => terminal, { timeout: 20_000 }).toContain('root@web:~# ');
    machine.pvConsole?.send(Buffer.from('tty; echo $((6 * 7))\r'));
    await expect.poll(() => terminal, { timeout: 20_000 }).toContain('/dev/hvc0\r\n42\r\n');
  });

  it('has its channels by their names, also those that come later', async () => {
    const names = (): Promise<string> => run('ls /dev/virtio-ports');
    await expect.poll(names, { timeout: 20_000 }).toContain('org.example.agent');
    await machine.attachChannel?.('org.example.late');
    await expect.poll(names, { timeout: 20_000 }).toContain('org.example.late');
    await machine.detachChannel?.('org.example.late');
    await expect.poll(names, { timeout: 20_000 }).not.toContain('org.example.late');
  });

  it('hears Ctrl+C', async () => {
    // While the line is being edited Ctrl+C is a character like others, and between two commands the shell may keep it to
    // itself: one process must have begun that is the whole command.
    shell.type("sh -c 'echo $((40 + 2)); exec sleep 1000'\n");
    await shell.expect(/\r\n42\r\n/);
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
