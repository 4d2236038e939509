import { type DeviceDraft, deviceSettings, DomusError, type HardwareScope } from '../../../api/index.ts';
import { type AddableKind, idOf } from '../../../device/device.ts';
import { readDisk, writeDisk } from '../../../device/vbd/config.ts';
import { readNic, writeNic } from '../../../device/vif/config.ts';
import { addToFile, type ConfigFile, removeFromFile, storedRate } from '../../../toolstack/device-file.ts';
import { checkImage } from '../../../toolstack/disk-images.ts';
import type { GuestConfig } from '../../../toolstack/guest-config.ts';
import type { LiveDomain } from '../../../toolstack/live-domain.ts';
import { findBridge } from '../../../toolstack/vifs.ts';
import type { HardwareChange } from '../../hardware.ts';
import type { HostContext } from '../context.ts';
import type { Definition } from '../definitions.ts';
import { racks } from './device-items.ts';
import { configs, type Subject } from './subject.ts';
import { whyNotConfigured, whyNotLive } from './view.ts';

export const nothing: HardwareChange = { hint: null };
export const isNow = (scope: HardwareScope): boolean => scope !== 'next';
export const isNext = (scope: HardwareScope): boolean => scope !== 'now';

export const fileOf = ({ path, text, config }: Definition): ConfigFile => ({ path, text, config });

/** The running domain. ERROR_INVAL when it is off. */
export function running({ domain, live }: Subject): LiveDomain {
  if (live) return live;
  throw new DomusError('ERROR_INVAL', `${domain.name} is off: there is nothing running to change.`, {
    field: 'scope',
    fix: 'Start it, or change its configuration only.',
  });
}

/** The domain's file. ERROR_NOTFOUND for one that has none. */
export function filed({ domain, definition }: Subject): Definition {
  if (definition) return definition;
  throw new DomusError('ERROR_NOTFOUND', `${domain.name} has no configuration file.`, {
    field: 'scope',
    fix: 'Change the running domain only.',
  });
}

/** `vbd:xvdb` in its parts. ERROR_NOTFOUND for what is no device. */
export function deviceOf(id: string): { kind: AddableKind; key: string } {
  const [kind = '', key = kind] = id.split(':');
  if (kind in racks) return { kind: kind as AddableKind, key };
  throw new DomusError('ERROR_NOTFOUND', `There is no device ${id}.`, { field: 'id' });
}

export function missing({ domain }: Subject, id: string, where: string): DomusError {
  return new DomusError('ERROR_NOTFOUND', `${domain.name} has no ${id} ${where}.`, { field: 'id' });
}

export interface RateConfig {
  readonly bytes: number;
  readonly intervalUs: number;
  readonly text: string;
}

/** ERROR_INVAL, field `rate`. */
export function rateOf(text: string | null): RateConfig | null {
  const stored = storedRate(text);
  return stored && { ...stored, text: text ?? '' };
}

interface Fresh {
  readonly device: DeviceDraft;
  readonly id: string;
  /** Of a card: its number. */
  readonly devid: number;
}

/** The lowest number that no card of the domain has, running or configured. */
function freeDevid(subject: Subject): number {
  const { live, configured } = configs(subject);
  const taken = new Set([...(live?.nics ?? []), ...(configured?.nics ?? [])].map(({ devid }) => devid));
  let devid = 0;
  while (taken.has(devid)) devid += 1;
  return devid;
}

const keyFields: Partial<Record<AddableKind, string>> = { vbd: 'vdev', channel: 'name', p9: 'tag' };

function named(subject: Subject, device: DeviceDraft): Fresh {
  const devid = device.kind === 'vif' ? freeDevid(subject) : -1;
  const own = device.kind in keyFields ? keyOf(device) : null;
  const key = device.kind === 'vif' ? String(devid) : own;
  return { device, id: idOf(device.kind, key), devid };
}

/** xvda and hda are one disk, and no two cards have one address: ERROR_DEVICE_EXISTS with the field to blame. */
function checkNew(host: HostContext, subject: Subject, { device }: Fresh, config: GuestConfig): void {
  const exists = (message: string, field: string): DomusError =>
    new DomusError('ERROR_DEVICE_EXISTS', message, { field, fix: 'Choose another one.' });
  const bare = (vdev: string): string => vdev.replace(/^xvd/, 'hd');
  if (device.kind === 'vbd') {
    const { vdev } = device.settings;
    const other = config.disks.find((disk) => bare(disk.vdev) === bare(vdev));
    if (other) throw exists(`${subject.domain.name} has a disk ${other.vdev} already.`, 'vdev');
  } else if (device.kind === 'vif') {
    const { mac, bridge } = device.settings;
    findBridge(host.toolstack.bridges, bridge);
    const all = host.domains.all.flatMap((domain) => [domain.live?.config, domain.definition?.config]);
    const other = mac && all.find((one) => one?.nics.some((nic) => nic.mac === mac.toLowerCase()));
    if (other) throw exists(`The address ${mac} belongs to a card of ${other.name} already.`, 'mac');
  } else if (racks[device.kind].keys(config, subject.domain.id).includes(keyOf(device))) {
    throw exists(`${subject.domain.name} has that one already.`, keyFields[device.kind] ?? 'kind');
  }
}

/** What the settings call it; kinds there is one of are called as the kind. */
function keyOf(device: DeviceDraft): string {
  const settings: Readonly<Record<string, unknown>> = device.settings;
  const key = settings[keyFields[device.kind] ?? ''];
  return typeof key === 'string' ? key : device.kind;
}

/** Plugs the device into the running domain. */
async function plug(
  live: LiveDomain,
  { device, devid }: Fresh,
  signal: AbortSignal,
): Promise<HardwareChange> {
  if (device.kind === 'vbd') {
    const { settings } = device;
    return live.devices.attachDisk(readDisk(writeDisk(settings), settings.shared), signal);
  }
  if (device.kind === 'vif') {
    const { settings } = device;
    const rate = rateOf(settings.rate);
    const struct = { ...writeNic(settings, rate), devid };
    const nic = { ...readNic(struct, devid, () => rate?.text ?? ''), link: settings.link };
    return live.devices.attachNic(nic, signal);
  }
  throw new DomusError('ERROR_NI', 'It is there from the start or not at all.', { field: 'scope' });
}

/** Adds a device. See `HardwareTools.add`. */
export async function addDevice(
  host: HostContext,
  subject: Subject,
  request: { device: DeviceDraft; scope: HardwareScope },
  signal: AbortSignal,
): Promise<HardwareChange & { id: string }> {
  const { scope } = request;
  const settings = deviceSettings[request.device.kind].parse(request.device.settings);
  const device = { ...request.device, settings } as DeviceDraft;
  racks[device.kind].check(device);
  const fresh = named(subject, device);
  const live = isNow(scope) ? running(subject) : null;
  const definition = isNext(scope) ? filed(subject) : null;
  const why =
    (live && whyNotLive(device.kind, subject)) ?? (definition && whyNotConfigured(device.kind, subject));
  if (why) throw new DomusError('ERROR_NI', why, { field: 'scope' });
  if (live) checkNew(host, subject, fresh, live.config);
  if (definition) checkNew(host, subject, fresh, definition.config);
  if (device.kind === 'vbd' && device.settings.path !== null)
    await checkImage({ ...device.settings, path: device.settings.path }, host.toolstack);
  const text =
    definition && addToFile(fileOf(definition), device, device.kind === 'vif' ? fresh.devid : undefined);
  const change = live ? await plug(live, fresh, signal) : nothing;
  if (definition && text !== null) await host.replaceDefinition(definition, text);
  return { hint: change.hint, id: fresh.id };
}

/** Removes a device. See `HardwareTools.remove`. */
export async function removeDevice(
  host: HostContext,
  subject: Subject,
  request: { id: string; scope: HardwareScope; force: boolean },
  signal: AbortSignal,
): Promise<HardwareChange> {
  const { id, scope, force } = request;
  const { kind, key } = deviceOf(id);
  const live = isNow(scope) ? running(subject) : null;
  const definition = isNext(scope) ? filed(subject) : null;
  const inFile = definition && racks[kind].find(definition.config, subject.domain.id, key);
  if (definition && !inFile) throw missing(subject, id, 'in its configuration');
  let change = nothing;
  if (live) {
    if (!racks[kind].find(live.config, subject.domain.id, key)) throw missing(subject, id, 'just now');
    if (kind === 'vbd') change = await live.devices.detachDisk(key, { force, signal });
    else if (kind === 'vif') change = await live.devices.detachNic(Number(key), { force, signal });
    else throw new DomusError('ERROR_NI', 'It stays until the domain is off.', { field: 'scope' });
  }
  if (definition && inFile) {
    const text = removeFromFile(fileOf(definition), kind, inFile.index, inFile.settings as never);
    await host.replaceDefinition(definition, text);
  }
  return change;
}
