import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { networkInventory, storageInventory } from '../../../engine/api/index.ts';
import { portOwners } from '../../../engine/host/port-owners.ts';
import { poolsOf } from '../../../engine/host/storage-pools.ts';
import { networksOf, parseNetworks } from '../../../engine/host/xen/inventory/networks.ts';
import { parseStorage } from '../../../engine/host/xen/inventory/storage.ts';
import { parseIp } from '../../../engine/host/xen/parse/ip.ts';
import { parseGroups } from '../../../engine/host/xen/parse/lvm.ts';
import { readRunningConfig } from '../../../engine/toolstack/read-config.ts';

const read = (name: string): string =>
  readFileSync(new URL(`transcripts/${name}.out`, import.meta.url), 'utf8');

const bridge = '[{"ifindex":4,"ifname":"xenbr0","operstate":"UP"}]';
const said = (addresses: string, bridges = bridge, switches = ''): string =>
  `${addresses}\n\n@bridges\n${bridges}\n\n@switches\n${switches}`;

const long = JSON.parse(read('xl-list-l-pv1')) as { config: Record<string, unknown> }[];
const config = readRunningConfig(long[0]?.config ?? {});
const card = config?.nics[0];
if (!config || !card) throw new Error('The recorded domain has a card.');
const pv1 = {
  id: 'pv1-id',
  name: 'pv1',
  live: { domid: 2, config: { ...config, nics: [card, { ...card, devid: 1, vifname: 'pv1-back' }] } },
};
const networks = async (text: string, known: readonly string[] = []) =>
  networkInventory.parse(networksOf(await parseNetworks(text), portOwners([pv1]), known, 1));

describe('what dom0 says of its networks', () => {
  it('is its bridge with the cards of a running domain, one of which has a name of its own', async () => {
    const { bridges, others, truncated } = await networks(said(read('ip-j-addr-pv1')));
    expect(bridges).toMatchObject([
      {
        name: 'xenbr0',
        kind: 'linux',
        state: 'up',
        mac: '52:54:00:78:00:01',
        addresses: ['10.0.2.9/24', 'fec0::5054:ff:fe78:1/64'],
        ports: [
          { name: 'eth0', state: 'up', addresses: [], owner: null },
          { name: 'vif2.0', owner: { domain: 'pv1-id', name: 'pv1', domid: 2, devid: 0 } },
          { name: 'pv1-back', state: 'down', owner: { domain: 'pv1-id', devid: 1 } },
        ],
      },
    ]);
    expect(others.map(({ name, addresses }) => [name, addresses])).toEqual([['eth1', ['10.99.0.11/24']]]);
    expect(truncated).toBe(false);
  });

  it('has the ports of Open vSwitch, also those that are no interface of Linux', async () => {
    const addresses = `[{"ifname":"ovs-system","operstate":"DOWN"},{"ifname":"br0","operstate":"UNKNOWN","flags":["UP","LOWER_UP"]},
      {"ifname":"vif2.0-emu","master":"ovs-system","operstate":"UNKNOWN","flags":["UP"]}]`;
    const { bridges, others } = await networks(
      said(addresses, '[]', 'bridge br0\nvif2.0-emu\nvhost-user-1\nbridge br1\n'),
    );
    expect(bridges).toMatchObject([
      {
        name: 'br0',
        kind: 'openvswitch',
        state: 'up',
        ports: [
          { name: 'vif2.0-emu', state: 'unknown', owner: { domid: 2, devid: 0 } },
          { name: 'vhost-user-1', state: 'unknown', owner: null },
        ],
      },
      { name: 'br1', ports: [] },
    ]);
    expect(others).toEqual([]);
  });

  it('is what was seen when connecting on a host without ip', async () => {
    const { bridges } = await networks(said('', ''), ['xenbr0']);
    expect(bridges).toMatchObject([{ name: 'xenbr0', state: 'unknown', ports: [] }]);
  });
});

/** What the storage script prints. */
const stores = (parts: {
  vgs?: string;
  lvs?: string;
  folder?: string;
  drives?: string;
  end?: string;
}): string =>
  `@vgs\n${parts.vgs ?? ''}@lvs\n${parts.lvs ?? ''}@folder\n${parts.folder ?? '\n\n'}@drives\n${parts.drives ?? ''}${parts.end ?? '@end\n'}`;
const user = { domain: 'd', name: 'web', vdev: 'xvda', readOnly: false };
const drive = (path: string, format = 'raw') => ({ path, format, user });
const pools = async (text: string, drives: ReturnType<typeof drive>[] = []) =>
  storageInventory.parse(poolsOf(await parseStorage(text, ['/srv']), drives, 1));

describe('what dom0 says of its storage', () => {
  it('is a volume group with plain volumes, a snapshot, a thin pool and what lives in it', async () => {
    const [group] = await parseGroups(read('vgs').split('\n'), read('lvs').split('\n'));
    expect(group).toMatchObject({ name: 'vg0', capacityBytes: 4290772992, freeBytes: 4064280576 });
    const rows = group?.volumes.map(({ name, kind, of, bytes, allocatedBytes, fullPercent, active }) => [
      name,
      kind,
      of,
      bytes && bytes >> 20,
      allocatedBytes && allocatedBytes >> 20,
      fullPercent,
      active,
    ]);
    expect(rows).toEqual([
      ['asleep', 'linear', null, 32, 32, null, false],
      ['data-1', 'linear', null, 32, 32, null, true],
      ['pool', 'thin-pool', null, null, 64, 0, true],
      ['thin1', 'thin', 'pool', 128, 0, null, true],
      ['web', 'linear', null, 64, 64, null, true],
      ['web-before', 'snapshot', 'web', 64, 16, 0, true],
    ]);
  });

  it('has a volume’s users by whatever path leads to its device, and by its name where there is none', async () => {
    const mapped = 'block special file|0|0|512|5:139|fd|0|/dev/mapper/vg0-web\n';
    const drives = [drive('/dev/mapper/vg0-web'), drive('/dev/vg0/asleep'), drive('/dev/vg0/gone')];
    const found = await pools(stores({ vgs: read('vgs'), lvs: read('lvs'), drives: mapped }), drives);
    const used = found.pools[0]?.volumes.filter(({ users }) => users.length > 0);
    expect(used?.map(({ name, kind }) => [name, kind])).toEqual([
      ['asleep', 'linear'],
      ['gone', 'missing'],
      ['web', 'linear'],
    ]);
  });

  it('is a folder with its images, the room there, and what the guest does not see of a qcow2 image', async () => {
    const folder =
      '4096:1000:250\n5:1\nregular file|33554432|608|512|5:2|0|0|a b|c.img\nregular file|1000|8|512|5:3|0|0|d\ndirectory|4096|8|512|5:4|0|0|sub\n';
    const drives = 'regular file|1000|8|512|5:3|0|0|/srv/d\n';
    const found = await pools(stores({ folder, drives }), [drive('/srv/d', 'qcow2'), drive('/srv/gone.img')]);
    expect(found).toMatchObject({
      truncated: false,
      pools: [{ name: '/srv', capacityBytes: 4096000, freeBytes: 1024000 }],
    });
    expect(
      found.pools[0]?.volumes.map(({ users, ...volume }) => ({ ...volume, users: users.length })),
    ).toMatchObject([
      { name: 'a b|c.img', path: '/srv/a b|c.img', bytes: 33554432, allocatedBytes: 311296, users: 0 },
      { name: 'd', bytes: null, allocatedBytes: 4096, users: 1 },
      { name: 'gone.img', kind: 'missing', users: 1 },
    ]);
  });

  it('is said to be more than is listed when it was cut off', async () => {
    expect((await pools(stores({ end: '' }))).truncated).toBe(true);
  });
});

describe('whatever a host prints', () => {
  const hostile = [
    '\x1b[31mred\x1b[0m',
    '\u202egnp.txt',
    'x'.repeat(100_000),
    '"\\',
    '{"ifname":"a\x1bb","master":"xenbr0","addr_info":[{"local":"<b>","prefixlen":8}],"address":"zz"}',
    '{"ifname":"c","operstate":7,"flags":"UP","addr_info":{},"master":[]}',
  ];
  const line = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(...hostile),
    fc.constantFrom('@folder', '@vgs', '@end', '@drives', '[', ']', 'bridge ', 'bridge x'),
    fc.constantFrom(
      'vg0|web|99999999999999999999|-wi-a-|||||253|0',
      'vg0|9|9',
      'regular file|1|1|1|1:1|0|0|x',
    ),
  );
  const text = fc.array(line, { maxLength: 30 }).map((lines) => lines.join('\n'));

  it('fits the contract, and no control characters come through', async () => {
    await fc.assert(
      fc.asyncProperty(text, text, text, async (one, two, three) => {
        const nets = await networks(said(one, two, three));
        const found = await pools(stores({ vgs: one, lvs: two, folder: three }), [drive('/srv/x')]);
        expect(JSON.stringify([nets, found])).not.toMatch(/\\u00[01]|\u202e/);
      }),
      { numRuns: 150 },
    );
  });

  it('is bounded', async () => {
    const many = Array.from({ length: 9000 }, (_, at) => `{"ifname":"p${at}","master":"xenbr0"}`);
    const nets = await networks(said(`[${many.join(',')}]`));
    expect([nets.bridges[0]?.ports.length, nets.truncated]).toEqual([2000, true]);
    const files = Array.from({ length: 2100 }, (_, at) => `regular file|1|8|512|5:${at + 10}|0|0|f${at}`);
    const [pool] = (await pools(stores({ folder: `4096:1:1\n5:1\n${files.join('\n')}\n` }))).pools;
    expect([pool?.volumes.length, pool?.truncated]).toEqual([2000, true]);
    expect((await parseIp(hostile[4] ?? ''))[0]).toMatchObject({ name: 'a b', mac: null, addresses: [] });
  });
});
