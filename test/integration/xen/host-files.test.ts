import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failure } from '../../contract/host-suite.ts';
import { fakeDom0, type FakeDom0 } from '../../support/fake-dom0.ts';
import { connectedXenHost, type XenHostHarness } from '../../support/xen-host-harness.ts';

let dom0: FakeDom0;
let harness: XenHostHarness;
let images = '';
beforeAll(async () => {
  dom0 = await fakeDom0();
  images = join(dom0.directory, 'images');
  await mkdir(join(images, 'sub'), { recursive: true });
  await writeFile(join(images, 'a disk.img'), 'x'.repeat(2000));
  await symlink('a disk.img', join(images, 'link.img'));
  await symlink('nowhere', join(images, 'broken'));
  await symlink('/dev/null', join(images, 'null'));
  const long = await readFile(
    new URL('../../golden/xen/transcripts/xl-list-l-pv1.out', import.meta.url),
    'utf8',
  );
  await writeFile(
    join(dom0.directory, 'long'),
    long.replaceAll('/var/lib/xenlab/disk1.img', join(images, 'a disk.img')),
  );
  await dom0.xl('list', 'if [ "$1" = -v ]; then cat "$FAKE/running"; else cat "$FAKE/long"; fi');
  await dom0.running({ domid: 1, name: 'pv1' });
  harness = await connectedXenHost(dom0.draft());
});
afterAll(async () => {
  await harness.close();
  await dom0.dispose();
});

describe('files of a real host', () => {
  it('are listed as the host has them, folders first; what leads nowhere is left out', async () => {
    expect(await harness.host.browse?.(images)).toEqual({
      path: images,
      parent: dom0.directory,
      entries: [
        { name: 'sub', kind: 'directory', bytes: null },
        { name: 'a disk.img', kind: 'file', bytes: 2000 },
        { name: 'link.img', kind: 'file', bytes: 2000 },
      ],
      truncated: false,
    });
    expect((await harness.host.browse?.(undefined))?.path).toMatch(/^\//);
  });

  it('say why not', async () => {
    const browse = async (path: string): Promise<void> => void (await harness.host.browse?.(path));
    expect(await failure(browse('images'))).toMatchObject({ code: 'ERROR_INVAL', field: 'path' });
    expect((await failure(browse('/no/such'))).message).toContain(
      'There is no such directory on the host: /no/such',
    );
    expect((await failure(browse(join(images, 'link.img')))).message).toContain(
      'no directory that can be read',
    );
  });

  it('behind a domain’s disks have their size', async () => {
    const id = harness.host.domains().find(({ name }) => name === 'pv1')?.id ?? '';
    await harness.until(
      () => (harness.host.domains().find((each) => each.id === id)?.disks.length ?? 0) > 0,
      'disks',
    );
    expect(await harness.host.volumes?.(id)).toEqual([
      { vdev: 'xvda', path: join(images, 'a disk.img'), bytes: 2000, why: null },
    ]);
  });
});
