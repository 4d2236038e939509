import { type DeviceSettings, DomusError, type FieldValue } from '../../../api/index.ts';
import type { AddableKind } from '../../../device/device.ts';
import type { Values } from '../../../device/fields.ts';
import { checkImage } from '../../../toolstack/disk-images.ts';
import type { GuestConfig } from '../../../toolstack/guest-config.ts';
import { stableMac } from '../../../toolstack/machine-spec.ts';
import { checkFolder } from '../../../toolstack/shared-folders.ts';
import { findBridge } from '../../../toolstack/vifs.ts';
import type { HostContext } from '../context.ts';
import { racks } from './device-items.ts';
import { diskOf } from './plug.ts';

const exists = (message: string, field: string): DomusError =>
  new DomusError('ERROR_DEVICE_EXISTS', message, { field, fix: 'Choose another one.' });

/** xvda and hda are two names of one disk. */
const bare = (name: FieldValue | undefined): string => String(name).replace(/^xvd/, 'hd');

const names: { readonly [Kind in AddableKind]?: string } = { vbd: 'vdev', p9: 'tag', channel: 'name' };

/** ERROR_DEVICE_EXISTS when another device of that name is there; `self` is the one that changes. */
export function checkUnique(config: GuestConfig, kind: AddableKind, settings: Values, self?: string): void {
  const name = names[kind];
  if (name === undefined) return;
  const others = racks[kind].entries(config).filter(({ key }) => key !== self);
  const twin = others.find((other) => bare(other.settings[name]) === bare(settings[name]));
  if (twin) throw exists(`${config.name} has ${String(twin.settings[name])} already.`, name);
}

/**
 * ERROR_DEVICE_EXISTS when a card of another domain, running or not, has this address, or another one of the same: two of
 * them on one bridge take each other's frames. `self` is the card that is to have it.
 */
export function checkMacFree(
  host: HostContext,
  mac: string | null,
  self?: { readonly id: string; readonly key: string },
): void {
  if (mac === null) return;
  for (const { id, name, live, definition } of host.domains.all) {
    for (const nic of [live?.config, definition?.config].flatMap((config) => config?.nics ?? [])) {
      if (self?.id === id && self.key === String(nic.devid)) continue;
      if ((nic.mac ?? stableMac(id, nic.devid)) === mac.toLowerCase())
        throw exists(`Network card ${nic.devid} of ${name} has the address ${mac} already.`, 'mac');
    }
  }
}

/** Settings that can keep a domain from starting. */
export const startNeeds: readonly string[] = ['path', 'format', 'readOnly', 'bridge'];

/** Would a start with this device fail? ERROR_NOTFOUND, ERROR_INVAL, ERROR_NI, ERROR_FAIL. */
export async function checkStart(host: HostContext, kind: AddableKind, settings: Values): Promise<void> {
  if (kind === 'vif') findBridge(host.toolstack.bridges, String(settings['bridge']));
  if (kind === 'p9') await checkFolder(settings as DeviceSettings['p9'], host.toolstack);
  if (kind !== 'vbd') return;
  const disk = diskOf(settings as DeviceSettings['vbd']);
  if (disk.path !== null) await checkImage({ ...disk, path: disk.path }, host.toolstack);
}
