import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { networkInventory, storageInventory, type StoragePool } from '../../../../engine/api/index.ts';
import { LocalHarness } from '../../../support/local-host-harness.ts';

/** The embedded host's switch and its images, as the Network and Storage tabs show them. */
let harness: LocalHarness;
beforeEach(async () => {
  harness = await LocalHarness.open();
});
afterEach(() => harness.close());

const images = '/var/lib/xen/images';
const define = async (name: string, lines: string): Promise<string> =>
  (await harness.host.define(`name = "${name}"\ntype = "hvm"\nmemory = 32\n${lines}\n`, harness.op())).domain;
const disks = (...targets: readonly string[]): string =>
  `disk = [ ${targets.map((target, at) => `"format=raw,vdev=xvd${'abcd'[at]},access=rw,target=${target}"`).join(', ')} ]`;
const write = (file: string, bytes = 1024): Promise<string> =>
  harness.write(`state${file}`, new Uint8Array(bytes));
const pools = async (): Promise<readonly StoragePool[]> =>
  storageInventory.parse(await harness.host.inventory?.storage()).pools;

describe('the networks of the embedded host', () => {
  it('are its switch, with the cards of running domains by the names they have there', async () => {
    const lines =
      'kernel = "/var/lib/xen/images/tiny-linux/bzImage"\nvif = [ "mac=00:16:3e:00:00:01", "mac=00:16:3e:00:00:02,vifname=web-back" ]';
    const web = await define('web', lines);
    await define('off', lines.replaceAll('web-back', 'off-back').replaceAll(':00:0', ':01:0'));
    await harness.settle(harness.host.start(web, { paused: true }, harness.op()));
    const { bridges, others } = networkInventory.parse(await harness.host.inventory?.networks());
    const owner = { domain: web, name: 'web', domid: 1 };
    const port = { state: 'up', mac: null, addresses: [] };
    expect(others).toEqual([]);
    expect(bridges).toEqual([
      {
        name: 'xenbr0',
        kind: 'embedded',
        state: 'up',
        mac: null,
        addresses: [],
        ports: [
          { ...port, name: 'vif1.0', owner: { ...owner, devid: 0, mac: '00:16:3e:00:00:01' } },
          { ...port, name: 'web-back', owner: { ...owner, devid: 1, mac: '00:16:3e:00:00:02' } },
        ],
      },
    ]);
  });
});

describe('the storage of the embedded host', () => {
  it('is its folder for images, and the room there', async () => {
    await write(`${images}/a.img`, 4096);
    await write(`${images}/notes`);
    const [pool] = await pools();
    expect(pool).toMatchObject({ kind: 'folder', name: images, path: images, truncated: false });
    expect(pool?.freeBytes).toBeLessThanOrEqual(pool?.capacityBytes ?? 0);
    expect(pool?.volumes.map(({ name, bytes, users }) => [name, bytes, users])).toEqual([
      ['a.img', 4096, []],
      ['notes', 1024, []],
    ]);
  });

  it('has with each volume the domains that use it, whatever path leads to it, also those that are off', async () => {
    await write(`${images}/a.img`);
    await write('/srv/b.img');
    await write('/srv/letter.txt');
    await symlink(join(harness.stateDir, images, 'a.img'), join(harness.stateDir, 'srv', 'link'));
    const web = await define('web', disks(`${images}/a.img`));
    const db = await define('db', disks('/srv/link', '/srv/gone.img'));
    const all = await pools();
    const usedBy = (pool: number, name: string) =>
      all[pool]?.volumes
        .find((volume) => volume.name === name)
        ?.users.map(({ domain, vdev }) => [domain, vdev]);
    expect(
      all.map(({ name, volumes }) => [name, volumes.map((volume) => `${volume.name} ${volume.kind}`)]),
    ).toEqual([
      [images, ['a.img file']],
      ['/srv', ['b.img file', 'gone.img missing', 'link file']],
    ]);
    expect(usedBy(0, 'a.img')).toEqual([
      [web, 'xvda'],
      [db, 'xvda'],
    ]);
    expect(usedBy(1, 'link')).toEqual(usedBy(0, 'a.img'));
    expect(usedBy(1, 'gone.img')).toEqual([[db, 'xvdb']]);
  });

  it('lists a folder once, and one that is gone for what domains miss in it', async () => {
    await mkdir(join(harness.stateDir, 'srv'));
    await write('/srv/a.img');
    await symlink('srv', join(harness.stateDir, 'also'));
    await define('web', disks('/srv/a.img', '/also/a.img', '/no/such/b.img'));
    expect((await pools()).map(({ name }) => name)).toEqual([images, '/also', '/no/such']);
    expect((await pools()).at(-1)).toMatchObject({ capacityBytes: null, freeBytes: null });
  });
});
