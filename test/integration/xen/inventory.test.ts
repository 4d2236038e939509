import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { networkInventory, storageInventory } from '../../../engine/api/index.ts';
import { fakeDom0, type FakeDom0 } from '../../support/fake-dom0.ts';
import { connectedXenHost, type XenHostHarness } from '../../support/xen-host-harness.ts';

/** What a real host has, asked for by our scripts as they are. */
let dom0: FakeDom0;
let harness: XenHostHarness;
let images = '';

const addresses = [
  { ifname: 'lo', link_type: 'loopback', operstate: 'UNKNOWN' },
  { ifname: 'xenbr0', operstate: 'UP', addr_info: [{ local: '192.0.2.1', prefixlen: 24, scope: 'global' }] },
  { ifname: 'eth0', operstate: 'UP', master: 'xenbr0' },
  { ifname: 'vif1.0', operstate: 'UP', master: 'xenbr0' },
  { ifname: 'br1', operstate: 'UP' },
  { ifname: 'eth1', operstate: 'DOWN' },
];
const transcript = (name: string): Promise<string> =>
  readFile(new URL(`../../golden/xen/transcripts/${name}.out`, import.meta.url), 'utf8');

beforeAll(async () => {
  dom0 = await fakeDom0();
  images = join(dom0.directory, 'my images');
  await mkdir(images);
  await writeFile(join(images, 'disk1.img'), 'x'.repeat(2000));
  await writeFile(join(images, 'spare.QCOW2'), 'x');
  await writeFile(join(images, 'letter.txt'), 'x');
  const long = (await transcript('xl-list-l-pv1')).replaceAll('/var/lib/xenlab', images);
  for (const [name, text] of Object.entries({
    long,
    addresses: JSON.stringify(addresses),
    lvs: await transcript('lvs'),
    vgs: await transcript('vgs'),
  })) {
    await writeFile(join(dom0.directory, name), text);
  }
  await dom0.xl('list', 'if [ "$1" = -v ]; then cat "$FAKE/running"; else cat "$FAKE/long"; fi');
  const bridges = JSON.stringify([{ ifname: 'xenbr0' }]);
  await dom0.program('ip', `case "$*" in *bridge) echo '${bridges}';; *) cat "$FAKE/addresses";; esac`);
  await dom0.program('ovs-vsctl', 'case "$*" in *list-br) echo br1;; *) echo vhost-user-1;; esac');
  await dom0.program('vgs', 'cat "$FAKE/vgs"');
  await dom0.program('lvs', 'cat "$FAKE/lvs"');
  await dom0.running({ domid: 1, name: 'pv1', uuid: '7f685c42-a0bf-448a-9d27-f1ea7c76febd' });
  harness = await connectedXenHost(dom0.draft());
  await harness.until(() => harness.host.domains().some(({ disks }) => disks.length > 0), 'disks');
});
afterAll(async () => {
  await harness.close();
  await dom0.dispose();
});

const networks = async () => networkInventory.parse(await harness.host.inventory?.networks());
const storage = async () => storageInventory.parse(await harness.host.inventory?.storage());

describe('what a real host has', () => {
  it('is its bridges, of Linux and of Open vSwitch, with the domains at their ports', async () => {
    const { bridges, others } = await networks();
    const ports = bridges.map(({ name, kind, ports: its }) => [name, kind, its.map((port) => port.name)]);
    expect(ports).toEqual([
      ['xenbr0', 'linux', ['eth0', 'vif1.0']],
      ['br1', 'openvswitch', ['vhost-user-1']],
    ]);
    expect(bridges[0]?.addresses).toEqual(['192.0.2.1/24']);
    expect(bridges[0]?.ports[1]?.owner).toMatchObject({
      name: 'pv1',
      domid: 1,
      devid: 0,
      mac: '00:16:3e:00:00:01',
    });
    expect(others.map(({ name, state }) => [name, state])).toEqual([['eth1', 'down']]);
  });

  it('is the folders with its domains’ images, and its volume groups', async () => {
    const { pools, truncated } = await storage();
    expect(truncated).toBe(false);
    const folder = pools.find(({ path }) => path === images);
    expect(folder?.freeBytes).toBeGreaterThan(0);
    const user = { name: 'pv1', vdev: 'xvda', readOnly: false };
    expect(folder?.volumes).toMatchObject([
      { name: 'disk1.img', bytes: 2000, users: [user] },
      { name: 'spare.QCOW2', bytes: null, users: [] },
    ]);
    expect(pools.at(-1)).toMatchObject({ kind: 'lvm', name: 'vg0', path: '/dev/vg0' });
    expect(pools.at(-1)?.volumes).toHaveLength(6);
  });

  it('is what can be seen of it where tools are missing', async () => {
    for (const tool of ['ip', 'ovs-vsctl', 'vgs', 'lvs']) await dom0.program(tool, 'exit 127');
    expect((await networks()).others).toEqual([]);
    expect((await storage()).pools.map(({ kind }) => kind)).toEqual(['folder']);
  });

  it('is refused when it is endless', async () => {
    await dom0.program('ip', 'exec yes x');
    await expect(harness.host.inventory?.networks()).rejects.toMatchObject({ code: 'ERROR_FAIL' });
    await dom0.program('vgs', 'exec yes "vg0|1|1"');
    await dom0.program('lvs', 'exec yes "vg0|web|1|-wi-a|||||1|1"');
    expect((await storage()).truncated).toBe(true);
  });
});
