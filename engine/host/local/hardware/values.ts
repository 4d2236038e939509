import {
  DomusError,
  type FieldValue,
  type HardwareItem,
  type HardwareKind,
  hardwareSettings,
} from '../../../api/index.ts';
import type { Values } from '../../../device/fields.ts';

/** How a kind checks one of its settings. */
interface FieldSchema {
  safeParse(
    value: unknown,
  ):
    | { success: true; data: FieldValue }
    | { success: false; error: { issues: readonly { message: string }[] } };
}

/** The item that an id means. ERROR_NOTFOUND. */
export function itemOf(items: readonly HardwareItem[], id: string, name: string): HardwareItem {
  const item = items.find((one) => one.id === id);
  if (item) return item;
  throw new DomusError('ERROR_NOTFOUND', `${name} has no ${id}.`, { field: 'id' });
}

/** What tells a device from others of its kind; the kind's name where there is one only. */
export const keyOf = ({ id, kind }: Pick<HardwareItem, 'id' | 'kind'>): string =>
  id === kind ? kind : id.slice(kind.length + 1);

/** The values as their kind has them. ERROR_INVAL, `field` being the one to blame, also for fields that it has not got. */
export function checkedValues(kind: HardwareKind, values: Values): Values {
  const shape = hardwareSettings[kind].shape as Readonly<Record<string, FieldSchema>>;
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const schema = Object.hasOwn(shape, name) ? shape[name] : undefined;
      if (!schema) throw new DomusError('ERROR_INVAL', `There is no ${name} to set here.`, { field: name });
      const result = schema.safeParse(value);
      if (result.success) return [name, result.data];
      const why = result.error.issues[0]?.message ?? 'it is not valid';
      throw new DomusError(
        'ERROR_INVAL',
        `${name} cannot be ${JSON.stringify(value)}: ${why}`.slice(0, 2000),
        {
          field: name,
        },
      );
    }),
  );
}

/** May these fields change where they are to? ERROR_INVAL with the reason that the item itself gives. */
export function checkEditable(
  { fields, title }: HardwareItem,
  names: readonly string[],
  onlyLive: boolean,
): void {
  for (const name of names) {
    const field = fields.find((one) => one.name === name);
    const refuse = (message: string, fix?: string): never => {
      throw new DomusError('ERROR_INVAL', message, { field: name, ...(fix !== undefined && { fix }) });
    };
    if (!field) refuse(`${title} has no ${name}.`);
    else if (field.editable === 'no') refuse(field.why ?? `${name} of ${title} cannot change.`);
    else if (onlyLive && field.editable !== 'live')
      refuse(`${name} of ${title} cannot change while the domain runs.`, 'Change it for the next start.');
  }
}

/** Those that the running domain takes at once. */
export const liveOnes = ({ fields }: HardwareItem, values: Values): Values =>
  Object.fromEntries(
    Object.entries(values).filter(([name]) =>
      fields.some((field) => field.name === name && field.editable === 'live'),
    ),
  );
