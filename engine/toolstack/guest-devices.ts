import type { Json } from '../xlcfg/index.ts';
import type { GuestConfig } from './guest-config.ts';
import type { DeviceLists } from './live-devices.ts';

/** The configuration with these devices, in libxl's words too (`xl list -l`). */
export function withDevices(config: GuestConfig, lists: DeviceLists): GuestConfig {
  const structs = (list: readonly { readonly struct: object }[]) => list.map(({ struct }) => struct as Json);
  const { disks, nics, channels } = lists;
  const present = { disks: structs(disks), nics: structs(nics), channels: structs(channels) };
  const gone = Object.entries(present).flatMap(([key, list]) => (list.length === 0 ? [key] : []));
  const libxl = Object.entries({ ...config.libxl, ...present }).filter(([key]) => !gone.includes(key));
  return { ...config, ...lists, libxl: Object.fromEntries(libxl) };
}
