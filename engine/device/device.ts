import type { DeviceDraft, DeviceSettings } from '../api/index.ts';
import type { Rules } from './fields.ts';

/** Kinds of devices that are added and removed. */
export type AddableKind = DeviceDraft['kind'];

/** libxl's JSON of one device: fields we do not know of are kept when it is written again. */
export type Struct = Readonly<Record<string, unknown>>;

/** What a device is in front of, as far as its rules depend on it. */
export interface Surroundings {
  readonly type: 'pv' | 'pvh' | 'hvm';
  /** Is this device in a running domain? */
  readonly running: boolean;
}

/** What new devices are made of: whatever is taken already, in the running domain or in its file. */
export interface Taken {
  /** Names or numbers of devices of this kind. */
  readonly keys: readonly string[];
  readonly bridges: readonly string[];
  /** `count` random bytes. */
  readonly random: (count: number) => Uint8Array;
}

/**
 * One kind of device as a table of verbs. `Config` is a device of a domain, read from libxl's JSON; `DeviceSettings[Kind]` is
 * what people and the contract see of it.
 */
export interface DeviceKind<Kind extends AddableKind, Config> {
  readonly kind: Kind;
  /** For menus: `Disk`. */
  readonly title: string;
  /** What tells it from others of its kind in one domain; null for a kind there is once. */
  key(config: Config): string | null;
  name(config: Config): string;
  /** One line. */
  summary(config: Config): string;
  settings(config: Config): DeviceSettings[Kind];
  rules(config: Config, around: Surroundings): Rules<DeviceSettings[Kind]>;
  /** What a new device gets when nobody says anything. */
  defaults(taken: Taken): DeviceSettings[Kind];
  /** Throws DomusError, `field` being the setting to blame, for settings that do not go together. */
  check(settings: DeviceSettings[Kind]): void;
}

export const idOf = (kind: string, key: string | null): string => (key === null ? kind : `${kind}:${key}`);
