import { mkdir, readFile, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalHarness } from '../../../support/local-host-harness.ts';

/** What can be deleted together with a domain, and what stays. */
let harness: LocalHarness;
beforeEach(async () => {
  harness = await LocalHarness.open();
});
afterEach(() => harness.close());

const images = '/var/lib/xen/images';
const config = (name: string, disks: readonly string[]): string =>
  `name = "${name}"\ntype = "hvm"\nmemory = 32\ndisk = [ ${disks.map((disk) => `"${disk}"`).join(', ')} ]\n`;
const disk = (vdev: string, file: string, more = ''): string =>
  `format=raw,vdev=${vdev},access=rw${more},target=${images}/${file}`;
const define = async (name: string, disks: readonly string[], more = ''): Promise<string> =>
  (await harness.host.define(config(name, disks) + more, harness.op())).domain;
const write = (file: string): Promise<string> =>
  harness.write(`state${images}/${file}`, new Uint8Array(1024));
const volumes = (id: string) => harness.host.volumes?.(id);
const remains = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

describe('the storage of a domain', () => {
  it('can go when it is a file that only this domain writes', async () => {
    await write('own.img');
    const id = await define('web', [disk('xvda', 'own.img')]);
    expect(await volumes(id)).toEqual([{ vdev: 'xvda', path: `${images}/own.img`, bytes: 1024, why: null }]);
  });

  it('stays, with the reason, when it is another domain’s too, a medium, read only, a folder or missing', async () => {
    for (const file of ['both.img', 'cd.iso', 'ro.img']) await write(file);
    await mkdir(join(harness.stateDir, images, 'folder'));
    await symlink('both.img', join(harness.stateDir, images, 'alias.img'));
    await define('other', [disk('xvda', 'alias.img')]);
    const id = await define('web', [
      disk('xvda', 'both.img'),
      disk('xvdb', 'cd.iso', ',devtype=cdrom'),
      `format=raw,vdev=xvdc,access=ro,target=${images}/ro.img`,
      disk('xvdd', 'folder'),
      disk('xvde', 'gone.img'),
    ]);
    expect((await volumes(id))?.map(({ why }) => why)).toEqual([
      'other has it too.',
      'It is a medium, which was put in and can be put in elsewhere.',
      'The domain only reads it: it belongs to somebody else.',
      'It is no file but a device or a folder: delete it where it was made.',
      'There is no such file.',
    ]);
  });

  it('stays when it is given to others too', async () => {
    await write('common.img');
    const id = await define('web', [disk('xvda', 'common.img')], 'domus.shared_disks = [ "xvda" ]\n');
    expect((await volumes(id))?.map(({ why }) => why)).toEqual(['It is shared: others may write to it too.']);
  });

  it('is deleted once, by whatever names it is asked for', async () => {
    const own = await write('own.img');
    await symlink('own.img', join(harness.stateDir, images, 'alias.img'));
    const id = await define('web', [disk('xvda', 'own.img'), disk('xvdb', 'alias.img')]);
    const paths = ['own.img', 'alias.img'].map((file) => `${images}/${file}`);
    const { problem } = await harness.host.remove(id, harness.op(), paths);
    expect([problem, await remains(own)]).toEqual([undefined, false]);
  });

  it('goes with the definition only when it was asked for', async () => {
    const [kept, gone] = [await write('kept.img'), await write('gone.img')];
    const id = await define('web', [disk('xvda', 'kept.img'), disk('xvdb', 'gone.img')]);
    const { text } = await harness.host.remove(id, harness.op(), [`${images}/gone.img`]);
    expect(text).toContain('gone.img');
    expect([await remains(kept), await remains(gone)]).toEqual([true, false]);
  });

  it('is left alone, and the definition too, when one of what was asked for must stay', async () => {
    const own = await write('own.img');
    const id = await define('web', [disk('xvda', 'own.img')]);
    const outside = await harness.write('state/etc/passwd', 'root');
    for (const path of ['/etc/passwd', `${images}/../../../../etc/passwd`]) {
      await expect(harness.host.remove(id, harness.op(), [`${images}/own.img`, path])).rejects.toMatchObject({
        code: 'ERROR_INVAL',
        field: 'volumes',
      });
    }
    expect([await remains(own), await readFile(outside, 'utf8')]).toEqual([true, 'root']);
    expect(harness.host.domains().map(({ name }) => name)).toContain('web');
  });
});
