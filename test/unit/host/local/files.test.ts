import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { DomainInfo } from '../../../../engine/api/index.ts';
import { LocalHarness } from '../../../support/local-host-harness.ts';
import { draftOf } from '../../../support/drafts.ts';

const uuid = '01234567-89ab-cdef-0123-456789abcdef';
const cfg = (name: string, more = ''): string =>
  `name="${name}"\ntype="hvm"\nmemory=64\nkernel="/var/lib/xen/images/tiny-linux/bzImage"\n${more}`;

let harness: LocalHarness;
afterEach(() => harness.close());

const file = (name: string): string => join(harness.stateDir, name);
const named = (name: string): DomainInfo | undefined =>
  harness.host.domains().find((domain) => domain.name === name);
const warnings = (): string => harness.host.info().warnings.join('\n');

/** Opens a host on a directory in which these files are already. */
async function openWith(files: Record<string, string>): Promise<void> {
  harness = await LocalHarness.open();
  await harness.settle(harness.host.close());
  for (const [path, text] of Object.entries(files)) await harness.write(`state/${path}`, text);
  await harness.restart();
}

describe("the host's directory", () => {
  it("is laid out like dom0's file system", async () => {
    harness = await LocalHarness.open();
    expect((await readdir(harness.stateDir)).sort()).toEqual(['etc', 'var']);
    for (const path of [
      'etc/xen/auto',
      'etc/xen/xl.conf',
      'etc/default/xendomains',
      'var/lib/xen/images/tiny-linux/bzImage',
      'var/lib/xen/save',
      'var/lib/xen/dump',
      'var/log/xen/console',
      'var/run',
    ]) {
      await expect(readdir(join(file(path), '..'))).resolves.toContain(path.split('/').at(-1));
    }
  });

  it('gets a newer ready-made image when there is one, and keeps an equal one', async () => {
    harness = await LocalHarness.open();
    const image = file('var/lib/xen/images/tiny-linux/initramfs.cpio');
    await harness.settle(harness.host.close());
    await harness.write('assets/guest/initramfs.cpio', 'a newer ramdisk');
    await harness.restart();
    expect(await readFile(image, 'utf8')).toBe('a newer ramdisk');
    expect((await harness.host.images()).map(({ id }) => id)).toEqual(['tiny-linux']);
  });

  it('without the files of an image offers none and says so', async () => {
    harness = await LocalHarness.open({ assetsDir: '/nowhere' });
    expect(await harness.host.images()).toEqual([]);
    expect(warnings()).toMatch(/Tiny Linux is not available/);
  });
});

describe('configuration files', () => {
  it('of any origin are domains', async () => {
    await openWith({ 'etc/xen/web.cfg': cfg('web', `uuid="${uuid}"\n`), 'etc/xen/10-db.cfg': cfg('db') });
    expect(named('web')).toMatchObject({ id: uuid, state: 'off', configPath: '/etc/xen/web.cfg' });
    expect(named('db')).toMatchObject({ configPath: '/etc/xen/10-db.cfg', targetMemoryKiB: 65_536 });
  });

  it('without a UUID keep the one they were given at every start', async () => {
    await openWith({ 'etc/xen/web.cfg': cfg('web') });
    const first = named('web')?.id;
    await harness.settle(harness.host.close());
    await harness.restart();
    expect(named('web')?.id).toBe(first);
  });

  it('that are wrong become warnings with the words of the parser, and nothing else suffers', async () => {
    await openWith({
      'etc/xen/bad.cfg': 'name="bad\n',
      'etc/xen/empty.cfg': '',
      'etc/xen/good.cfg': cfg('good'),
      'etc/xen/huge.cfg': '#'.repeat(1024 * 1024 + 1),
      'etc/xen/notes.txt': 'not a configuration',
      'etc/xen/folder.cfg/x': '',
    });
    expect(named('good')).toBeDefined();
    expect(harness.host.domains()).toHaveLength(2);
    expect(warnings()).toMatch(/bad\.cfg:1: config parsing error/);
    expect(warnings()).toMatch(/empty\.cfg: .*name must be specified/);
    expect(warnings()).toMatch(/huge\.cfg is larger than 1 MiB/);
  });

  it('with a name or UUID of another one are not used, and named', async () => {
    await openWith({
      'etc/xen/a.cfg': cfg('web', `uuid="${uuid}"\n`),
      'etc/xen/b.cfg': cfg('web'),
      'etc/xen/c.cfg': cfg('other', `uuid="${uuid}"\n`),
    });
    expect(harness.host.domains().filter(({ domid }) => domid === null)).toHaveLength(1);
    expect(warnings()).toContain('/etc/xen/b.cfg is not used: /etc/xen/a.cfg has the same name web.');
    expect(warnings()).toContain(`/etc/xen/c.cfg is not used: /etc/xen/a.cfg has the same UUID ${uuid}.`);
  });

  it('changed by another program change the domain', async () => {
    await openWith({ 'etc/xen/web.cfg': cfg('web', `uuid="${uuid}"\n`) });
    await writeFile(file('etc/xen/web.cfg'), cfg('web', `uuid="${uuid}"\nmaxmem=128\n`));
    await harness.until(() => named('web')?.maxMemoryKiB === 131_072, 'the new maximum');
    await rename(file('etc/xen/web.cfg'), file('etc/xen/www.cfg'));
    await harness.until(() => named('web')?.configPath === '/etc/xen/www.cfg', 'the new path');
    await rm(file('etc/xen/www.cfg'));
    await harness.until(() => named('web') === undefined, 'the end of the domain');
  });

  it('broken by an editor keep their domain, which refuses to start until they are mended', async () => {
    await openWith({ 'etc/xen/web.cfg': cfg('web', `uuid="${uuid}"\n`) });
    await writeFile(file('etc/xen/web.cfg'), 'name = ');
    await harness.until(() => warnings().includes('web.cfg'), 'the warning');
    const refused = harness.settle(harness.host.start(uuid, { paused: true }, harness.op()));
    await expect(refused).rejects.toMatchObject({ code: 'ERROR_INVAL', fix: 'Correct /etc/xen/web.cfg.' });
    await writeFile(file('etc/xen/web.cfg'), cfg('web', `uuid="${uuid}"\n`));
    await harness.until(() => !warnings().includes('web.cfg'), 'the end of the warning');
    await harness.settle(harness.host.start(uuid, { paused: true }, harness.op()));
  });

  it('deleted under a running domain leave it running, and gone when it is off', async () => {
    await openWith({ 'etc/xen/web.cfg': cfg('web', `uuid="${uuid}"\n`) });
    await harness.settle(harness.host.start(uuid, { paused: false }, harness.op()));
    await rm(file('etc/xen/web.cfg'));
    await harness.until(() => named('web')?.configPath === null, 'a transient domain');
    expect(named('web')?.domid).toBe(1);
    await harness.settle(harness.host.destroy(uuid, harness.op()));
    expect(named('web')).toBeUndefined();
    expect(harness.sink.domains.has(uuid)).toBe(false);
  });

  it('that exist already are never overwritten by a creation', async () => {
    await openWith({ 'etc/xen/web.cfg': 'name = ' });
    const draft = draftOf('web', { nics: [] });
    const refused = harness.settle(harness.host.create(draft, { start: false, paused: false }, harness.op()));
    await expect(refused).rejects.toMatchObject({ code: 'ERROR_DEVICE_EXISTS', field: 'name' });
    expect(await readFile(file('etc/xen/web.cfg'), 'utf8')).toBe('name = ');
  });

  it('name files of the host first, then those of the computer', async () => {
    harness = await LocalHarness.open();
    const outside = await harness.write(
      'outside/kernel',
      await readFile(join(harness.root, 'assets/guest/bzImage')),
    );
    const text = (kernel: string): string => cfg('web').replace(/kernel=".*"/, `kernel="${kernel}"`);
    const { domain } = await harness.settle(harness.host.define(text(outside), harness.op()));
    await harness.settle(harness.host.start(domain, { paused: true }, harness.op()));
    expect(harness.factory.machine('web').spec.boot).toMatchObject({ kernelPath: outside });
    await harness.settle(harness.host.destroy(domain, harness.op()));
    await harness.settle(harness.host.remove(domain, harness.op()));
    const inside = await harness.settle(
      harness.host.define(text('/../../var/lib/xen/images/tiny-linux/bzImage'), harness.op()),
    );
    await harness.settle(harness.host.start(inside.domain, { paused: true }, harness.op()));
    expect(harness.factory.machine('web').spec.boot).toMatchObject({
      kernelPath: file('var/lib/xen/images/tiny-linux/bzImage'),
    });
  });
});

describe('after the engine was killed', () => {
  it('half-written files are removed, and it is said', async () => {
    await openWith({ 'etc/xen/.web.cfg.domus-0123abcd': 'name="w', 'etc/xen/web.cfg': cfg('web') });
    expect(await readdir(file('etc/xen'))).not.toContain('.web.cfg.domus-0123abcd');
    expect(named('web')).toBeDefined();
    expect(warnings()).toMatch(/1 half-written file/);
  });

  it('domains that ran are off and say why; domids go on growing', async () => {
    await openWith({ 'etc/xen/web.cfg': cfg('web', `uuid="${uuid}"\n`) });
    await harness.settle(harness.host.start(uuid, { paused: false }, harness.op()));
    const first = named('web')?.domid ?? 0;
    const settings = await readFile(file('var/lib/domus/host.json'), 'utf8');
    await harness.settle(harness.host.close());
    await writeFile(file('var/lib/domus/host.json'), settings);
    await harness.restart();
    expect(named('web')).toMatchObject({ state: 'off', lastExit: { reason: 'engine-lost' } });
    expect(warnings()).toContain('while web was running');
    await harness.settle(harness.host.start(uuid, { paused: false }, harness.op()));
    expect(named('web')?.domid).toBeGreaterThan(first);
  });

  it('unreadable settings give a host with defaults and a warning', async () => {
    await openWith({ 'var/lib/domus/host.json': '{ "memoryKiB": "lots' });
    expect(harness.host.info().memoryTotalKiB).toBe(1024 * 1024);
    expect(warnings()).toContain('host.json could not be read');
  });
});

describe("the host's memory", () => {
  it('is kept over restarts, and not made less than what is in use', async () => {
    await openWith({ 'etc/xen/web.cfg': cfg('web', `uuid="${uuid}"\n`) });
    await harness.settle(harness.host.configure({ memoryMiB: 512 }, harness.op()));
    expect(harness.host.info()).toMatchObject({ memoryTotalKiB: 512 * 1024, memoryFreeKiB: 384 * 1024 });
    await harness.settle(harness.host.close());
    await harness.restart();
    expect(harness.host.info().memoryTotalKiB).toBe(512 * 1024);
    await harness.settle(harness.host.start(uuid, { paused: false }, harness.op()));
    const refused = harness.settle(harness.host.configure({ memoryMiB: 160 }, harness.op()));
    await expect(refused).rejects.toMatchObject({
      code: 'ERROR_NOMEM',
      message: expect.stringContaining('196 MiB'),
    });
  });
});
