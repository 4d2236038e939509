import { describe, expect, it } from 'vitest';
import type {
  NetworkBridge,
  NetworkPort,
  StoragePool,
  StorageVolume,
} from '../../../../engine/api/inventory.ts';
import { listVolumes } from '../../../../renderer/feature/file/file-list.ts';
import {
  filterNetworks,
  filterPools,
  usedPercent,
  volumeWords,
} from '../../../../renderer/feature/inventory/inventory.ts';

const port = (name: string, owner: string | null = null): NetworkPort => ({
  name,
  state: 'up',
  mac: null,
  addresses: [],
  owner: owner === null ? null : { domain: owner, name: owner, domid: 1, devid: 0, mac: '00:16:3e:00:00:01' },
});
const bridge = (name: string, ports: NetworkPort[]): NetworkBridge => ({
  name,
  kind: 'linux',
  state: 'up',
  mac: null,
  addresses: ['192.0.2.1/24'],
  ports,
});
const networks = {
  at: 0,
  bridges: [bridge('xenbr0', [port('eth0'), port('vif1.0', 'web')]), bridge('xenbr1', [port('eth2')])],
  others: [port('eth1')],
  truncated: false,
};

const volume = (name: string, more: Partial<StorageVolume> = {}): StorageVolume => ({
  name,
  path: `/dev/vg0/${name}`,
  kind: 'linear',
  of: null,
  bytes: 1024,
  allocatedBytes: 1024,
  fullPercent: null,
  active: true,
  users: [],
  ...more,
});
const user = { domain: 'd', name: 'web', vdev: 'xvda', readOnly: false };
const pool = (volumes: StorageVolume[], more: Partial<StoragePool> = {}): StoragePool => ({
  kind: 'lvm',
  name: 'vg0',
  path: '/dev/vg0',
  capacityBytes: 1000,
  freeBytes: 250,
  volumes,
  truncated: false,
  ...more,
});

describe('the filter of the Network tab', () => {
  const left = (text: string) => {
    const { bridges, others } = filterNetworks(networks, text);
    return [
      bridges.map(({ name, ports }) => `${name}: ${ports.map((each) => each.name).join(' ')}`),
      others.length,
    ];
  };
  it.each([
    ['', [['xenbr0: eth0 vif1.0', 'xenbr1: eth2'], 1]],
    ['WEB', [['xenbr0: vif1.0'], 0]],
    [' xenbr1 ', [['xenbr1: eth2'], 0]],
    ['16:3e', [['xenbr0: vif1.0'], 0]],
    ['eth1', [[], 1]],
  ])('leaves of "%s" %j', (text, expected) => {
    expect(left(text)).toEqual(expected);
  });
});

describe('the Storage tab', () => {
  it('is filtered by pool, volume and domain', () => {
    const pools = [pool([volume('a', { users: [user] }), volume('data')])];
    const left = (text: string) =>
      filterPools({ at: 0, pools, truncated: false }, text).map(({ volumes }) =>
        volumes.map(({ name }) => name),
      );
    expect([left('vg0'), left('web'), left('data'), left('none')]).toEqual([
      [['a', 'data']],
      [['a']],
      [['data']],
      [],
    ]);
  });

  it('says how full a pool is, where that is known', () => {
    expect(usedPercent(pool([]))).toBe(75);
    expect(usedPercent(pool([], { capacityBytes: null }))).toBeNull();
    expect(usedPercent(pool([], { capacityBytes: 0, freeBytes: 0 }))).toBeNull();
  });

  it.each([
    [volume('a'), 'Volume'],
    [volume('a', { active: false }), 'Volume, not active'],
    [volume('a', { kind: 'snapshot', of: 'web', fullPercent: 12 }), 'Snapshot of web, 12 % full'],
    [volume('a', { kind: 'thin', of: 'pool' }), 'Thin volume in pool'],
    [volume('a', { kind: 'missing', active: false }), 'Missing'],
  ])('calls it what it is: %#', (one, words) => {
    expect(volumeWords(one)).toBe(words);
  });
});

it('a volume can be chosen as a disk when it is one', () => {
  const volumes = [
    volume('a', { users: [user] }),
    volume('pool', { kind: 'thin-pool' }),
    volume('asleep', { active: false }),
    volume('gone', { kind: 'missing', active: false }),
    volume('thin', { kind: 'thin', of: 'pool' }),
  ];
  expect(listVolumes(pool(volumes))).toMatchObject([
    { name: 'a', path: '/dev/vg0/a', kind: 'file', bytes: 1024, note: 'used by web' },
    { name: 'thin', note: 'Thin volume in pool' },
  ]);
});
