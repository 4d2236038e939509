import { type DeviceDraft, DomusError, type FieldValue, type HardwareItem } from '../../../api/index.ts';
import { type AddableKind, idOf } from '../../../device/device.ts';
import { isPending, type Values } from '../../../device/fields.ts';
import type { Part, PartKind } from '../../../device/part.ts';
import { addToFile, changeInFile, removeFromFile, withOptions } from '../../../toolstack/device-file.ts';
import type { GuestConfig } from '../../../toolstack/guest-config.ts';
import { partsOf } from '../../../toolstack/parts/index.ts';
import { checkedValues, checkEditable, keyOf, liveOnes } from '../../local/hardware/values.ts';
import type { Definition } from '../model/definitions.ts';
import { racks } from './racks.ts';
import type { Running, Subject } from './subject.ts';
import { whyNotConfigured, whyNotLive } from './view.ts';

/** Where a change is to be made; null where it is not. */
export interface Places {
  readonly subject: Subject;
  readonly live: Running | null;
  readonly file: Definition | null;
}

/** What is to be done to the running domain. */
export type LiveChange =
  | { readonly do: 'plug'; readonly device: DeviceDraft }
  | { readonly do: 'unplug'; readonly item: HardwareItem; readonly force: boolean }
  | { readonly do: 'device'; readonly item: HardwareItem; readonly values: Values }
  | { readonly do: 'part'; readonly kind: PartKind; readonly values: Values };

/** A change that was found possible and waits to be made. */
export interface Prepared {
  /** The text of the file afterwards; null: it stays. */
  readonly text: string | null;
  readonly live: LiveChange | null;
  /** To be made or removed in /etc/xen/auto. */
  readonly autostart?: boolean;
  /** A sentence for the task. */
  readonly said: string;
}

type DeviceItem = HardwareItem & { readonly kind: AddableKind };
const isDevice = (item: HardwareItem): item is DeviceItem => item.kind in racks;

const where = (live: unknown, file: unknown): string =>
  live && file ? 'now and at its next start' : live ? 'now' : 'at its next start';

const names: { readonly [Kind in AddableKind]?: string } = { vbd: 'vdev', p9: 'tag', channel: 'name' };

/** xvda and hda are two names of one disk. */
const bare = (name: FieldValue | undefined): string => String(name).replace(/^xvd/, 'hd');

/** ERROR_DEVICE_EXISTS when another device of that name is there; `self` is the one that changes. */
function checkUnique(config: GuestConfig, kind: AddableKind, settings: Values, self?: string): void {
  const name = names[kind];
  if (name === undefined) return;
  const others = racks[kind].entries(config).filter(({ key }) => key !== self);
  const twin = others.find((other) => bare(other.settings[name]) === bare(settings[name]));
  if (!twin) return;
  throw new DomusError('ERROR_DEVICE_EXISTS', `${config.name} has ${String(twin.settings[name])} already.`, {
    field: name,
    fix: 'Choose another one.',
  });
}

/** As libxl counts: one more than the highest number. */
const nextDevid = (configs: readonly GuestConfig[]): number =>
  Math.max(-1, ...configs.flatMap(({ nics }) => nics.map(({ devid }) => devid))) + 1;

/** ERROR_NI or ERROR_DEVICE_EXISTS where such a device cannot be; those of the settings, `field` naming the one. */
export function prepareAdd(
  { subject, live, file }: Places,
  device: DeviceDraft,
): Prepared & { readonly id: string } {
  const { kind, settings } = device;
  const rack = racks[kind];
  const whyNot = (live && whyNotLive(rack, subject)) ?? (file && whyNotConfigured(rack, subject));
  if (whyNot) throw new DomusError('ERROR_NI', whyNot, { field: 'kind' });
  rack.check(settings);
  if (live) checkUnique(live.config, kind, settings);
  if (file) checkUnique(file.config, kind, settings);
  const configs = [subject.live?.config, file ? subject.definition?.config : undefined].flatMap(
    (c) => c ?? [],
  );
  const devid = nextDevid(configs);
  const counted: Record<string, string> = {
    vif: String(devid),
    channel: String((settings as Values)['name']),
  };
  const named = (settings as Values)[names[kind] ?? ''];
  const id = idOf(kind, counted[kind] ?? (named === undefined ? null : String(named)));
  return {
    id,
    text: file && addToFile(file, device, devid),
    live: live && { do: 'plug', device },
    said: `${subject.domain.name} has ${id} ${where(live, file)}.`,
  };
}

/** Which one of its kind the file has: ERROR_NOTFOUND when it has not. */
function inFile(config: GuestConfig, item: DeviceItem): { index: number; settings: Values } {
  const entries = racks[item.kind].entries(config);
  const index = entries.findIndex(({ key }) => key === keyOf(item));
  const entry = entries[index];
  if (entry) return { index, settings: entry.settings };
  throw new DomusError('ERROR_NOTFOUND', `The configuration of ${config.name} has no ${item.title}.`, {
    field: 'id',
  });
}

/** For both places: it goes from wherever it is. */
export function prepareRemove(places: Places, item: HardwareItem, force: boolean): Prepared {
  const { subject, live, file } = places;
  const { name } = subject.domain;
  if (!isDevice(item)) {
    throw new DomusError('ERROR_INVAL', `${item.title} stays: every domain has this.`, { field: 'id' });
  }
  const both = live !== null && file !== null;
  const fromLive = live && (item.inDomain || !both) ? live : null;
  const fromFile = file && (item.inFile || !both) ? file : null;
  if (fromLive && !item.inDomain)
    throw new DomusError('ERROR_NOTFOUND', `${name} runs without ${item.title}.`, { field: 'id' });
  const known = fromFile && inFile(fromFile.config, item);
  return {
    text: fromFile && known && removeFromFile(fromFile, item.kind, known.index, known.settings as never),
    live: fromLive && { do: 'unplug', item, force },
    said: `${name} has no ${item.id} ${where(fromLive, fromFile)}.`,
  };
}

/** ERROR_INVAL for a field that cannot change there, or to that value; `field` names it. */
export function prepareValues(places: Places, item: HardwareItem, wanted: Values, pcpus: number): Prepared {
  const { live, file } = places;
  const values = checkedValues(item.kind, wanted);
  checkEditable(item, Object.keys(values), live !== null && file === null);
  const now = live && item.inDomain ? liveOnes(item, values) : {};
  const changesNow = Object.keys(now).length > 0;
  const { name } = places.subject.domain;
  const said = `${item.title} of ${name} is changed ${where(changesNow, file)}.`;
  if (isDevice(item)) {
    const change: LiveChange | null = changesNow ? { do: 'device', item, values: now } : null;
    return { text: file && deviceText(file, item, values), live: change, said };
  }
  const kind = item.kind as PartKind;
  const part = partsOf(pcpus)[kind] as Part<PartKind>;
  const { autostart } = values;
  return {
    text: file && withOptions(file, part.options(values, file.config.libxl)),
    live: changesNow ? { do: 'part', kind, values: now } : null,
    ...(file && typeof autostart === 'boolean' && { autostart }),
    said,
  };
}

function deviceText(file: Definition, item: DeviceItem, values: Values): string | null {
  if (Object.keys(values).length === 0) return null;
  const { index, settings: before } = inFile(file.config, item);
  const after = { ...before, ...values };
  racks[item.kind].check(after);
  checkUnique(file.config, item.kind, after, keyOf(item));
  return changeInFile(file, item.kind, index, { before, after, named: values } as never);
}

/** Only drives take media. */
export function prepareInsert(
  places: Places,
  item: HardwareItem,
  path: string | null,
  pcpus: number,
): Prepared {
  const devtype = item.fields.find(({ name }) => name === 'devtype');
  if (item.kind !== 'vbd' || (devtype?.live ?? devtype?.configured) === 'disk') {
    throw new DomusError('ERROR_INVAL', `${item.title} takes no media: only CD and floppy drives do.`, {
      field: 'id',
    });
  }
  const prepared = prepareValues(places, item, { path, format: 'raw' }, pcpus);
  const said = path === null ? `The medium of ${item.title} is out.` : `${item.title} has ${path}.`;
  return { ...prepared, said };
}

/** The fields to be given back: those asked for, else all that are pending. ERROR_INVAL for one that does not run. */
function runningValues(item: HardwareItem, asked: readonly string[] | undefined): Values {
  const pending = item.fields.filter((field) => isPending(field) && field.editable !== 'no');
  const wanted = asked ?? pending.map(({ name }) => name);
  return Object.fromEntries(
    wanted.map((name): [string, FieldValue] => {
      const live = item.fields.find((field) => field.name === name)?.live;
      if (live !== undefined) return [name, live];
      const message = `Nothing runs that ${name} of ${item.title} could be set back to.`;
      throw new DomusError('ERROR_INVAL', message, { field: name });
    }),
  );
}

/** Makes the file say what runs: of these fields, or of all of the item, also whether it is there at all. */
export function prepareRevert(
  places: Places,
  item: HardwareItem,
  asked: readonly string[] | undefined,
  pcpus: number,
): Prepared {
  const { subject, file } = places;
  const { name } = subject.domain;
  const said = `The configuration of ${name} says of ${item.title} what runs.`;
  if (!subject.live) {
    throw new DomusError('ERROR_INVAL', `${name} is off: nothing runs that its file could be set back to.`);
  }
  if (isDevice(item) && asked === undefined && file) {
    if (!item.inFile) return { text: keepText(subject.live.config, file, item), live: null, said };
    if (!item.inDomain) return { ...prepareRemove(places, item, false), said };
  }
  const values = runningValues(item, asked);
  if (Object.keys(values).length === 0) return { text: null, live: null, said };
  return { ...prepareValues(places, item, values, pcpus), said };
}

/** A device that only the running domain has becomes one of the file too. */
function keepText(config: GuestConfig, file: Definition, item: DeviceItem): string | null {
  const key = keyOf(item);
  const entry = racks[item.kind].entries(config).find((one) => one.key === key);
  const draft = entry && ({ kind: item.kind, settings: entry.settings } as DeviceDraft);
  return draft ? addToFile(file, draft, item.kind === 'vif' ? Number(key) : undefined) : null;
}
