import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import ssh2 from 'ssh2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BootWatch } from '../../../../engine/host/lab/boot-watch.ts';
import { qemuArguments } from '../../../../engine/host/lab/command-line.ts';
import { identities, identityDisk } from '../../../../engine/host/lab/identity.ts';
import { canBuild, canRun, type Surroundings, systemsOf } from '../../../../engine/host/lab/requirements.ts';
import { readTarHeader, tarHeader, tarOf } from '../../../../engine/host/lab/tar.ts';

let directory: string;
beforeAll(async () => (directory = await mkdtemp(join(tmpdir(), 'domus-lab-parts-'))));
afterAll(() => rm(directory, { recursive: true }));

describe('tar files', () => {
  it('are what tar understands', async () => {
    const path = join(directory, 'some.tar');
    await writeFile(
      path,
      tarOf([
        { name: 'a/b', mode: 0o600, content: 'x'.repeat(513) },
        { name: 'c', mode: 0o644, content: '' },
      ]),
    );
    expect(execFileSync('tar', ['-tvf', path], { encoding: 'utf8' })).toMatch(
      /-rw-------.* 513 .* a\/b\n-rw-r--r--.* 0 .* c\n/,
    );
  });

  it('say the same when read as when written', () => {
    const names = fc.stringMatching(/^[a-z0-9._/-]{1,100}$/);
    fc.assert(
      fc.property(names, fc.nat({ max: 8 ** 11 - 1 }), fc.nat({ max: 0o777 }), (name, size, mode) => {
        expect(readTarHeader(tarHeader({ name, size, mode }))).toEqual({ name, size, mode });
      }),
    );
  });

  it('with anything but plain files, or damaged, are not read', () => {
    const link = tarHeader({ name: 'xen', size: 0, mode: 0o777 });
    link[156] = 0x32;
    expect(readTarHeader(link)).toBeUndefined();
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 512, maxLength: 512 }), (bytes) => {
        expect(readTarHeader(bytes) ?? undefined).toBeUndefined();
      }),
    );
  });
});

describe('identities', () => {
  it('are made once, and let labs into each other', async () => {
    const keys = await identities(join(directory, 'keys'));
    expect(await identities(join(directory, 'keys'))).toEqual(keys);
    const parsed = ssh2.utils.parseKey(keys.of.lab1.client.private);
    expect(parsed).not.toBeInstanceOf(Error);
    const path = join(directory, 'identity.tar');
    await writeFile(path, identityDisk(keys, 'lab2'));
    const read = (name: string): string => execFileSync('tar', ['-xOf', path, name], { encoding: 'utf8' });
    expect(read('etc/domus-lab/number')).toBe('2\n');
    expect(read('etc/ssh/ssh_host_ed25519_key')).toBe(keys.of.lab2.host.private);
    expect(read('root/.ssh/authorized_keys')).toBe(`${keys.of.lab2.client.public}\n${keys.wire.public}\n`);
    expect(read('home/admin/.ssh/authorized_keys')).toBe(`${keys.of.lab2.client.public}\n`);
    expect(read('root/.ssh/known_hosts')).toContain(keys.of.lab1.host.public.split(' ')[1]);
  });
});

describe("a lab's start, as its serial port tells it", () => {
  it('goes forward step by step, however the text is cut', () => {
    const story = [
      '(XEN) Xen version 4.17.5 (Debian)\r\n',
      '(XEN) *** Building a PV Dom0 ***\r\n',
      '(XEN) *** Serial input to DOM0\r\n',
      '\x1b[1mDOMUS-LAB identity\r\nDOMUS-LAB devices\r\n',
      'DOMUS-LAB daemons\r\nDOMUS-LAB storage\r\nDOMUS-LAB ready 10.2\r\n',
    ].join('');
    fc.assert(
      fc.property(fc.array(fc.nat({ max: story.length }), { maxLength: 20 }), (cuts) => {
        const watch = new BootWatch();
        const at = [0, ...cuts.sort((a, b) => a - b), story.length];
        let fraction = 0;
        at.slice(1).forEach((end, index) => {
          watch.feed(story.slice(at[index], end));
          expect(watch.fraction).toBeGreaterThanOrEqual(fraction);
          fraction = watch.fraction;
        });
        expect(watch).toMatchObject({ ready: true, failure: null });
      }),
    );
  });

  it.each([
    ['[    1.2] Kernel panic - not syncing: VFS: no root\r\n', 'Domain-0 crashed: VFS: no root'],
    ['(XEN) Panic on CPU 0:\r\n(XEN) FATAL TRAP: vec 13\r\n', 'The hypervisor crashed: FATAL TRAP: vec 13'],
    ['DOMUS-LAB-FAILED The disk of dom0 cannot be mounted.\r\n', 'The disk of dom0 cannot be mounted.'],
  ])('ends with %j', (text, failure) => {
    const watch = new BootWatch();
    watch.feed(text);
    expect(watch).toMatchObject({ ready: false, failure });
  });

  it('is not moved by noise without end', () => {
    const watch = new BootWatch();
    for (let count = 0; count < 200; count += 1) watch.feed('\x07noise '.repeat(1000));
    expect(watch).toMatchObject({ ready: false, failure: null, fraction: 0 });
  });
});

describe('what the lab needs', () => {
  const debian: Surroundings = {
    platform: 'linux',
    isRoot: false,
    systems: ['debian'],
    has: () => true,
    hasKeyring: true,
  };
  const without =
    (...names: string[]) =>
    (program: string) =>
      !names.includes(program);

  it.each<[string, Partial<Surroundings>, string]>([
    ['Debian', {}, 'sudo apt install qemu-system-x86 qemu-utils'],
    ['Ubuntu', { systems: ['ubuntu', 'debian'] }, 'sudo apt install qemu-system-x86 qemu-utils'],
    ['Fedora', { systems: ['fedora'] }, 'sudo dnf install qemu-system-x86-core qemu-img'],
    ['macOS', { platform: 'darwin', systems: [] }, 'brew install qemu'],
    ['any other', { systems: ['plan9'] }, 'package manager of your system'],
  ])('says on %s how to get QEMU', (_, here, fix) => {
    const able = canRun({ ...debian, ...here, has: without('qemu-img', 'qemu-system-x86_64') });
    expect(able).toMatchObject({
      possible: false,
      why: expect.stringContaining('qemu-system-x86_64 and qemu-img'),
    });
    expect(able.fix).toContain(fix);
  });

  it('is not there on Windows', () => {
    expect(canRun({ ...debian, platform: 'win32' }).fix).toContain('WSL 2');
  });

  it('names every package that building lacks', () => {
    expect(canBuild({ ...debian, hasKeyring: false, has: without('cpio', 'fakeroot') }).fix).toBe(
      'Install what is missing with: sudo apt install cpio fakeroot debian-archive-keyring',
    );
    expect(canBuild({ ...debian, isRoot: true, has: without('fakeroot') })).toMatchObject({ possible: true });
    expect(canBuild({ ...debian, systems: ['fedora'] }).fix).toContain('exported');
  });

  it('reads the system from os-release', () => {
    expect(systemsOf('NAME="Linux Mint"\nID=linuxmint\nID_LIKE="ubuntu debian"\n')).toEqual([
      'linuxmint',
      'ubuntu',
      'debian',
    ]);
  });
});

describe("QEMU's command line", () => {
  const machine = {
    lab: 'lab2',
    accelerator: 'tcg',
    sshPort: 4022,
    wire: { own: 5001, peer: 5002 },
    memoryMiB: 2048,
    dom0MemoryMiB: 768,
    sandbox: true,
  } as const;

  it('has the processor without which Xen does not run under emulation, and doors on loopback only', () => {
    const line = qemuArguments(machine).join(' ');
    expect(line).toContain('-cpu EPYC,-monitor,-smap,-rdtscp,-xsave,-avx');
    expect(line).toContain('user,id=outside,hostfwd=tcp:127.0.0.1:4022-10.0.2.9:22');
    expect(line).toContain('socket,id=wire,udp=127.0.0.1:5002,localaddr=127.0.0.1:5001');
    expect(line).not.toMatch(/0\.0\.0\.0/);
  });

  it('takes the real processor with KVM', () => {
    expect(qemuArguments({ ...machine, accelerator: 'kvm' }).join(' ')).toContain('-accel kvm -cpu host');
  });
});
