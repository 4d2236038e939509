import type {
  NetworkBridge,
  NetworkInventory,
  NetworkPort,
  StorageInventory,
  StoragePool,
  StorageVolume,
} from '../../../engine/api/inventory.ts';
import { formatPercent } from '../../ui/format.ts';

/** Rows from which on a filter is offered. */
export const manyRows = 12;

const has = (text: string, words: readonly (string | null)[]): boolean =>
  words.some((word) => word?.toLowerCase().includes(text));

const matchesPort = (text: string) => (port: NetworkPort) =>
  has(text, [port.name, port.mac, port.owner?.name ?? null, port.owner?.mac ?? null, ...port.addresses]);

/** What a filter leaves: bridges that match with all their ports, others with the ports that do. */
export function filterNetworks(inventory: NetworkInventory, filter: string): NetworkInventory {
  const text = filter.trim().toLowerCase();
  if (text === '') return inventory;
  const matches = matchesPort(text);
  const bridges = inventory.bridges.flatMap((bridge): NetworkBridge[] => {
    if (has(text, [bridge.name, ...bridge.addresses])) return [bridge];
    const ports = bridge.ports.filter(matches);
    return ports.length > 0 ? [{ ...bridge, ports }] : [];
  });
  return { ...inventory, bridges, others: inventory.others.filter(matches) };
}

const matchesVolume = (text: string) => (volume: StorageVolume) =>
  has(text, [volume.name, ...volume.users.flatMap(({ name, vdev }) => [name, vdev])]);

/** The same for pools and their volumes. */
export function filterPools({ pools }: StorageInventory, filter: string): readonly StoragePool[] {
  const text = filter.trim().toLowerCase();
  if (text === '') return pools;
  return pools.flatMap((pool) => {
    if (has(text, [pool.name])) return [pool];
    const volumes = pool.volumes.filter(matchesVolume(text));
    return volumes.length > 0 ? [{ ...pool, volumes }] : [];
  });
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

export const countPorts = ({ bridges }: NetworkInventory): number =>
  sum(bridges.map(({ ports }) => ports.length));
export const countVolumes = ({ pools }: StorageInventory): number =>
  sum(pools.map(({ volumes }) => volumes.length));

/** Percent of a pool that is taken; null when it does not say. */
export function usedPercent({ capacityBytes, freeBytes }: StoragePool): number | null {
  if (capacityBytes === null || freeBytes === null || capacityBytes <= 0) return null;
  return Math.min(100, Math.max(0, (1 - freeBytes / capacityBytes) * 100));
}

export const bridgeKinds: Readonly<Record<NetworkBridge['kind'], string>> = {
  linux: 'Linux bridge',
  openvswitch: 'Open vSwitch',
  embedded: 'Switch of the embedded host',
};

const kindWords: Readonly<Record<StorageVolume['kind'], string>> = {
  file: 'File',
  missing: 'Missing',
  linear: 'Volume',
  snapshot: 'Snapshot',
  thin: 'Thin volume',
  'thin-pool': 'Thin pool',
  special: 'Mirror, RAID, cache or the like',
};

/** `Snapshot of web, 12 % full`. */
export function volumeWords({ kind, of, fullPercent, active }: StorageVolume): string {
  const whose = of === null ? '' : ` ${kind === 'thin' ? 'in' : 'of'} ${of}`;
  const full = fullPercent === null ? '' : `, ${formatPercent(fullPercent)} full`;
  const asleep = active || kind === 'missing' ? '' : ', not active';
  return `${kindWords[kind]}${whose}${full}${asleep}`;
}

/** Can a guest have it as its disk? A thin pool holds disks, and is none. */
export const canBeDisk = ({ kind, active }: StorageVolume): boolean =>
  active && kind !== 'missing' && kind !== 'thin-pool';
