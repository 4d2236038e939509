import { z } from 'zod';
import { domainId, domid } from './names.ts';

/** What a host has for its domains to be connected to: bridges with their ports, pools of storage with their volumes. */

/** Most of each in one answer; `truncated` says when there was more. */
export const maxBridges = 256;
export const maxPorts = 2000;
export const maxPools = 200;
export const maxVolumes = 2000;

const interfaceName = z.string().min(1).max(64);
/** In CIDR notation: `192.0.2.1/24`. Link-local ones, which every interface has by itself, are left out. */
const addresses = z.array(z.string().max(64)).max(64);
/** Does something answer at the other end? `unknown`: its driver does not say. */
const linkState = z.enum(['up', 'down', 'unknown']);
export type LinkState = z.infer<typeof linkState>;

/** The domain whose network card an interface of Domain-0 is the other end of. */
export const portOwner = z.object({
  domain: domainId,
  name: z.string().max(256),
  domid,
  /** Number of the card. */
  devid: z.int().min(0),
  /** The card's own address, as the guest sees it; '' when it is not known. */
  mac: z.string().max(17),
});

export const networkPort = z.object({
  /** As `ip link` has it: `vif3.0`, `eth0`. */
  name: interfaceName,
  state: linkState,
  /** Of the interface in Domain-0; null when it has none of its own. */
  mac: z.string().max(17).nullable(),
  addresses,
  /** null: it is no card of a known domain. */
  owner: portOwner.nullable(),
});
export type NetworkPort = z.infer<typeof networkPort>;

export const networkBridge = z.object({
  name: interfaceName,
  kind: z.enum(['linux', 'openvswitch', 'embedded']),
  state: linkState,
  mac: z.string().max(17).nullable(),
  addresses,
  ports: z.array(networkPort).max(maxPorts),
});
export type NetworkBridge = z.infer<typeof networkBridge>;

export const networkInventory = z.object({
  /** Epoch ms of the look. */
  at: z.number(),
  bridges: z.array(networkBridge).max(maxBridges),
  /** Interfaces of Domain-0 that are at no bridge, without its loopback. */
  others: z.array(networkPort).max(maxPorts),
  truncated: z.boolean(),
});
export type NetworkInventory = z.infer<typeof networkInventory>;

/** A domain, running or off, that has a volume as one of its drives. */
export const volumeUser = z.object({
  domain: domainId,
  name: z.string().max(256),
  vdev: z.string().max(32),
  readOnly: z.boolean(),
});

export const storageVolume = z.object({
  name: z.string().max(256),
  /** What a configuration calls it: `/var/lib/xen/images/web.img`, `/dev/vg0/web`. */
  path: z.string().max(4096),
  /**
   * `missing`: domains have it, but nothing is there. A `snapshot` is of `of`, a `thin` volume lives in the thin pool
   * `of`; a `thin-pool` is no disk by itself. `special`: another kind of LVM (mirror, RAID, cache …), a disk like any.
   */
  kind: z.enum(['file', 'missing', 'linear', 'snapshot', 'thin', 'thin-pool', 'special']),
  of: z.string().max(256).nullable(),
  /** Bytes of the disk a guest sees; null when that is not known without reading the image. */
  bytes: z.number().min(0).nullable(),
  /** Bytes it takes of its pool now; null when not known. */
  allocatedBytes: z.number().min(0).nullable(),
  /** How full a snapshot or a thin pool is: at 100 it fails. */
  fullPercent: z.number().min(0).max(100).nullable(),
  /** Can it be opened? LVM's can be inactive. */
  active: z.boolean(),
  users: z.array(volumeUser).max(64),
});
export type StorageVolume = z.infer<typeof storageVolume>;

export const storagePool = z.object({
  kind: z.enum(['folder', 'lvm']),
  /** The folder's path, or the volume group's name. */
  name: z.string().max(4096),
  /** The folder its volumes' paths are in. */
  path: z.string().max(4096),
  /** Of the file system the folder is in, or of the volume group. null: it does not say. */
  capacityBytes: z.number().min(0).nullable(),
  freeBytes: z.number().min(0).nullable(),
  volumes: z.array(storageVolume).max(maxVolumes),
  truncated: z.boolean(),
});
export type StoragePool = z.infer<typeof storagePool>;

export const storageInventory = z.object({
  at: z.number(),
  pools: z.array(storagePool).max(maxPools),
  truncated: z.boolean(),
});
export type StorageInventory = z.infer<typeof storageInventory>;
