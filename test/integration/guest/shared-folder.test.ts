import { lstat, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { Readable } from 'node:stream';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {
  Machine,
  MachineFactory,
  MachineSpec,
  MachineStatePart,
} from '../../../engine/guest/machine.ts';
import { createTestFactory, linuxSpec, TestConsole } from '../../support/guest-machine.ts';

let root: string;
let shared: string;
let factory: MachineFactory;
let machine: Machine;
let shell: TestConsole;
let spec: MachineSpec;

const MOUNT = 'mount -t 9p -o trans=virtio,version=9p2000.L';

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'domus-9p-'));
  shared = join(root, 'shared');
  await mkdir(join(shared, 'docs'), { recursive: true });
  await writeFile(join(root, 'secret'), 'not for guests');
  await writeFile(join(shared, 'hello.txt'), 'from the host\n');
  await writeFile(join(shared, 'docs/large'), Buffer.alloc(3 * 1024 * 1024, 'large '));
  await symlink('../secret', join(shared, 'way-out'));
  await symlink(root, join(shared, 'folder-out'));
  factory = await createTestFactory();
  spec = linuxSpec({
    folders: [
      { tag: 'home', path: shared, readOnly: false },
      { tag: 'books', path: shared, readOnly: true },
    ],
  });
  machine = await factory.create(spec);
  shell = new TestConsole(machine);
  await machine.start();
  await shell.login();
  await shell.run('mkdir -p /home9 /books');
}, 120_000);

afterAll(async () => {
  await machine?.destroy();
  await factory.dispose();
  await rm(root, { recursive: true, force: true });
});

describe('A shared folder', () => {
  it('is mounted by the ready-made guest, by its tag', async () => {
    expect(await shell.run(`${MOUNT} home /home9; ${MOUNT},ro books /books; echo $?`)).toMatch(/0$/);
    expect(await shell.run('ls /home9 | cat')).toBe('docs\nfolder-out\nhello.txt\nway-out');
    expect(await shell.run('cat /home9/hello.txt')).toBe('from the host');
    expect(machine.plugOf?.({ tag: 'home' })?.pci).toMatch(/^0000:00:/);
  });

  it('carries large files unharmed, both ways', async () => {
    await shell.run('cp /home9/docs/large /home9/copy; sync', 60_000);
    const [copy, large] = await Promise.all([
      readFile(join(shared, 'copy')),
      readFile(join(shared, 'docs/large')),
    ]);
    expect(copy.equals(large)).toBe(true);
  });

  it('is worked in as in a folder of the guest', async () => {
    const said = await shell.run(
      [
        'cd /home9',
        'mkdir -p a/b',
        'echo one >a/b/file',
        'echo two >>a/b/file',
        'mv a/b/file a/moved',
        'chmod 600 a/moved',
        'rmdir a/b',
        'ln a/moved a/twin',
        'rm a/moved',
        'truncate -s 3 a/twin',
        'touch -d "2020-01-02 03:04:05" a/twin',
        'cat a/twin; df /home9 | tail -1; cd /',
      ].join(' && '),
    );
    expect(said).toMatch(/^one\s*home/);
    expect(await readFile(join(shared, 'a/twin'), 'utf8')).toBe('one');
    const stat = await lstat(join(shared, 'a/twin'));
    expect(stat.mode & 0o7777).toBe(0o600);
    expect(stat.mtime.getUTCFullYear()).toBe(2020);
  });

  it('lists many files', async () => {
    await mkdir(join(shared, 'many'));
    for (let at = 0; at < 300; at += 1) await writeFile(join(shared, `many/a-file-with-a-name-${at}`), '');
    expect(await shell.run('ls /home9/many | wc -l')).toBe('300');
    expect(await shell.run('rm -r /home9/many; ls /home9 | grep -c many')).toBe('0');
  });

  it('has no way out', async () => {
    expect(await shell.run('cat /home9/way-out /home9/folder-out/secret')).not.toContain('not for guests');
    expect(await shell.run('ls /home9/..')).not.toContain('secret');
    expect(await shell.run('ln -s /etc/shadow /home9/trap || echo no')).toMatch(/no$/);
    await expect(lstat(join(shared, 'trap'))).rejects.toThrow();
  });

  it('is not changed when it is shared read-only', async () => {
    expect(await shell.run('mount -o remount,rw /books; echo x >/books/new || echo no')).toMatch(/no$/);
    expect(await shell.run('rm /books/hello.txt || echo no')).toMatch(/no$/);
    expect(await readFile(join(shared, 'hello.txt'), 'utf8')).toBe('from the host\n');
  });

  it('is there after save and restore, with the files that programs have open', async () => {
    await shell.run('exec 5>>/home9/log; echo before >&5; exec 6</home9/hello.txt');
    await machine.pause();
    const parts: MachineStatePart[] = [];
    for await (const part of machine.save!()) parts.push(part);
    const slots = new Map(['home', 'books'].map((tag) => [tag, machine.plugOf!({ tag })!.slot]));
    await machine.destroy();
    const folders = spec.folders!.map((folder) => ({ ...folder, pciSlot: slots.get(folder.tag)! }));
    machine = await factory.create({ ...spec, folders }, { restore: Readable.from(parts) });
    shell = new TestConsole(machine);
    await machine.start();
    expect(await shell.run('echo after >&5; cat <&6')).toContain('from the host');
    await shell.run('exec 5>&-; umount /home9');
    expect(await readFile(join(shared, 'log'), 'utf8')).toBe('before\nafter\n');
  });
});

describe('A folder that is none', () => {
  it('is refused by name', async () => {
    const folders = [{ tag: 'home', path: join(shared, 'hello.txt'), readOnly: true }];
    await expect(factory.create(linuxSpec({ folders }))).rejects.toMatchObject({
      code: 'failed',
      message: expect.stringContaining('The folder of home cannot be shared'),
    });
  });
});
