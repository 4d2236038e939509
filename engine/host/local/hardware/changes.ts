import { type DeviceDraft, DomusError, type FieldValue, type HardwareItem } from '../../../api/index.ts';
import { isPending, type Values } from '../../../device/fields.ts';
import { addToFile } from '../../../toolstack/device-file.ts';
import type { Operation } from '../../operation.ts';
import type { HostContext } from '../context.ts';
import type { Places, Prepared } from './carry-out.ts';
import { type DeviceItem, isDevice, prepareChange, prepareRemove } from './device-changes.ts';
import { racks } from './device-items.ts';
import { isPart, preparePart } from './part-changes.ts';
import { checkedValues, checkEditable, itemOf, keyOf } from './values.ts';
import { viewOf } from './view.ts';

/** The item of that id, as the domain has it now. ERROR_NOTFOUND. */
export async function findItem(host: HostContext, { subject }: Places, id: string): Promise<HardwareItem> {
  return itemOf((await viewOf(host, subject)).items, id, subject.domain.name);
}

/**
 * ERROR_INVAL for a field that cannot change there, or to that value; `field` names it. For both places: what must wait for
 * the next start changes in the file only.
 */
export async function prepareValues(
  host: HostContext,
  places: Places,
  item: HardwareItem,
  wanted: Values,
  op: Operation,
): Promise<Prepared> {
  const values = checkedValues(item.kind, wanted);
  checkEditable(item, Object.keys(values), places.live !== null && places.file === null);
  if (isDevice(item)) return prepareChange(host, places, item, values);
  if (isPart(item, host.pcpus)) return preparePart(host, places, item, values, op);
  throw new DomusError('ERROR_INVAL', `${item.title} cannot change.`);
}

/** Only drives take media. */
export async function prepareInsert(
  host: HostContext,
  places: Places,
  item: HardwareItem,
  path: string | null,
): Promise<Prepared> {
  const devtype = item.fields.find(({ name }) => name === 'devtype');
  if (!isDevice(item) || item.kind !== 'vbd' || (devtype?.live ?? devtype?.configured) === 'disk') {
    throw new DomusError('ERROR_INVAL', `${item.title} takes no media: only CD and floppy drives do.`, {
      field: 'id',
    });
  }
  const prepared = await prepareChange(host, places, item, { path, format: 'raw' });
  const said = path === null ? `The medium of ${item.title} is out.` : `${item.title} has ${path}.`;
  return { ...prepared, said };
}

/** The fields to be given back: those asked for, else all that are pending. ERROR_INVAL for one that does not run. */
function runningValues(item: HardwareItem, names: readonly string[] | undefined): Values {
  const pending = item.fields.filter((field) => isPending(field) && field.editable !== 'no');
  const wanted = names ?? pending.map(({ name }) => name);
  return Object.fromEntries(
    wanted.map((name): [string, FieldValue] => {
      const live = item.fields.find((field) => field.name === name)?.live;
      if (live !== undefined) return [name, live];
      throw new DomusError(
        'ERROR_INVAL',
        `Nothing runs that ${name} of ${item.title} could be set back to.`,
        {
          field: name,
        },
      );
    }),
  );
}

/** A device that only the running domain has becomes one of the file too. */
function keepText({ subject, file }: Places, item: DeviceItem): string | null {
  const key = keyOf(item);
  const config = subject.live?.config;
  const entry = config && racks[item.kind].entries(config).find((one) => one.key === key);
  if (!entry || !file) return null;
  const draft = { kind: item.kind, settings: entry.settings } as DeviceDraft;
  return addToFile(file, draft, item.kind === 'vif' ? Number(key) : undefined);
}

/** Makes the file say what runs: of these fields, or of all of the item, also whether it is there at all. */
export async function prepareRevert(
  host: HostContext,
  places: Places,
  item: HardwareItem,
  names: readonly string[] | undefined,
  op: Operation,
): Promise<Prepared> {
  const { name } = places.subject.domain;
  const said = `The configuration of ${name} says of ${item.title} what runs.`;
  if (!places.subject.live) {
    throw new DomusError('ERROR_INVAL', `${name} is off: nothing runs that its file could be set back to.`);
  }
  if (isDevice(item) && names === undefined) {
    if (!item.inFile) return { text: keepText(places, item), live: null, said };
    if (!item.inDomain) return { ...prepareRemove(places, item, false), said };
  }
  const values = runningValues(item, names);
  if (Object.keys(values).length === 0) return { text: null, live: null, said };
  return { ...(await prepareValues(host, places, item, values, op)), said };
}
