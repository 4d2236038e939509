import { type DeviceDraft, DomusError, type HardwareItem } from '../../../api/index.ts';
import { type AddableKind, idOf } from '../../../device/device.ts';
import type { Values } from '../../../device/fields.ts';
import { addToFile, changeInFile, removeFromFile } from '../../../toolstack/device-file.ts';
import type { GuestConfig } from '../../../toolstack/guest-config.ts';
import type { HostContext } from '../context.ts';
import type { Places, Prepared } from './carry-out.ts';
import { checkMacFree, checkStart, checkUnique, startNeeds } from './checks.ts';
import { type Entry, racks } from './device-items.ts';
import { changeStep, plugStep, unplugStep } from './plug.ts';
import { keyOf, liveOnes } from './values.ts';
import { whyNotConfigured, whyNotLive } from './view.ts';

/** An item of a kind that comes and goes. */
export type DeviceItem = HardwareItem & { readonly kind: AddableKind };

export const isDevice = (item: HardwareItem): item is DeviceItem => item.kind in racks;

/** Which one of its kind the file has: ERROR_NOTFOUND when it has not. */
function inFile(config: GuestConfig, item: DeviceItem): Entry & { readonly index: number } {
  const entries = racks[item.kind].entries(config);
  const index = entries.findIndex(({ key }) => key === keyOf(item));
  const entry = entries[index];
  if (entry) return { ...entry, index };
  throw new DomusError('ERROR_NOTFOUND', `The configuration of ${config.name} has no ${item.title}.`, {
    field: 'id',
  });
}

function mustBeInDomain({ inDomain, title }: HardwareItem, name: string): void {
  if (!inDomain) throw new DomusError('ERROR_NOTFOUND', `${name} runs without ${title}.`, { field: 'id' });
}

/** As libxl counts: one more than the highest number. */
function nextDevid(configs: readonly GuestConfig[]): number {
  return Math.max(-1, ...configs.flatMap(({ nics }) => nics.map(({ devid }) => devid))) + 1;
}

/** ERROR_NI or ERROR_DEVICE_EXISTS where such a device cannot be; those of the settings, `field` naming the one. */
export async function prepareAdd(
  host: HostContext,
  { subject, live, file }: Places,
  device: DeviceDraft,
): Promise<Prepared & { id: string }> {
  const { kind, settings } = device;
  const whyNot = (live && whyNotLive(kind, subject)) ?? (file && whyNotConfigured(kind, subject));
  if (whyNot) throw new DomusError('ERROR_NI', whyNot, { field: 'kind' });
  racks[kind].check(settings);
  const { live: running, definition } = subject;
  const counted = file ? [running?.config, definition?.config] : [running?.config];
  const devid = nextDevid(counted.flatMap((config) => config ?? []));
  if (live) checkUnique(live.config, kind, settings);
  if (file) checkUnique(file.config, kind, settings);
  if (kind === 'vif') checkMacFree(host, settings.mac);
  await checkStart(host, kind, settings);
  const names: Record<string, string> = {
    vif: String(devid),
    vbd: String((settings as Values)['vdev']),
    p9: String((settings as Values)['tag']),
    channel: String((settings as Values)['name']),
  };
  const id = idOf(kind, names[kind] ?? null);
  return {
    id,
    text: file && addToFile(file, device, devid),
    live: live && plugStep(live, device, devid),
    said: `${subject.domain.name} has ${id} ${where(live, file)}.`,
  };
}

const where = (live: unknown, file: unknown): string =>
  live && file ? 'now and at its next start' : live ? 'now' : 'at its next start';

/** For both places: it goes from wherever it is. */
export function prepareRemove({ subject, live, file }: Places, item: DeviceItem, force: boolean): Prepared {
  const { name } = subject.domain;
  const both = live !== null && file !== null;
  const fromLive = live && (item.inDomain || !both) ? live : null;
  const fromFile = file && (item.inFile || !both) ? file : null;
  if (fromLive) mustBeInDomain(item, name);
  const known = fromFile && inFile(fromFile.config, item);
  return {
    text: fromFile && known && removeFromFile(fromFile, item.kind, known.index, known.settings as never),
    live: fromLive && unplugStep(fromLive, item, force),
    said: `${name} has no ${item.id} ${where(fromLive, fromFile)}.`,
  };
}

/** `values` are checked and may change where they are to. */
export async function prepareChange(
  host: HostContext,
  { subject, live, file }: Places,
  item: DeviceItem,
  values: Values,
): Promise<Prepared> {
  const { name, id } = subject.domain;
  const rack = racks[item.kind];
  const { unwritten } = rack;
  const written = Object.fromEntries(Object.entries(values).filter(([key]) => !unwritten.includes(key)));
  const [unsaid] = Object.keys(values).filter((key) => unwritten.includes(key));
  if (!live && unsaid !== undefined) {
    throw new DomusError(
      'ERROR_INVAL',
      `A configuration has no word for ${unsaid}: it is as usual at a start.`,
      {
        field: unsaid,
      },
    );
  }
  const now = live && liveOnes(item, values);
  const changesNow = now !== null && Object.keys(now).length > 0;
  if (changesNow) mustBeInDomain(item, name);
  const said = `${item.title} of ${name} is changed ${where(changesNow, file)}.`;
  const step = live && changesNow ? changeStep(live, item, now) : null;
  if (!file || Object.keys(written).length === 0) return { text: null, live: step, said };
  const { index, settings: before } = inFile(file.config, item);
  const after = { ...before, ...written };
  rack.check(after);
  checkUnique(file.config, item.kind, after, keyOf(item));
  if (typeof written['mac'] === 'string') checkMacFree(host, written['mac'], { id, key: keyOf(item) });
  if (startNeeds.some((key) => key in written)) await checkStart(host, item.kind, after);
  const text = changeInFile(file, item.kind, index, { before, after, named: written } as never);
  return { text, live: step, said };
}
