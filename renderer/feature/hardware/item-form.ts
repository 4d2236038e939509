import { computed, type ComputedRef, reactive, shallowRef } from 'vue';
import type { z } from 'zod';
import type { ErrorData } from '../../../engine/api/error.ts';
import {
  type FieldValue,
  type HardwareField,
  type HardwareItem,
  hardwareSettings,
} from '../../../engine/api/hardware.ts';
import { type Entry, entryOf, readEntry } from '../form/schema-control.ts';

/** A field that people set, with what it takes. */
export interface SettingRow {
  readonly field: HardwareField;
  readonly schema: z.ZodType;
}

const schemaOf = ({ kind }: HardwareItem, name: string): z.ZodType | undefined => {
  const shape = hardwareSettings[kind].shape as Readonly<Record<string, z.ZodType>>;
  return Object.hasOwn(shape, name) ? shape[name] : undefined;
};

/** Fields that are settings; the rest are facts of the device. */
export function settingRows(item: HardwareItem): SettingRow[] {
  return item.fields.flatMap((field) => {
    const schema = schemaOf(item, field.name);
    return schema ? [{ field, schema }] : [];
  });
}

export const factFields = (item: HardwareItem): HardwareField[] =>
  item.fields.filter(({ name }) => schemaOf(item, name) === undefined);

/** What a field shows before anybody types: what runs where that can change, else what the next start makes of it. */
export const startOf = ({ editable, live, configured }: HardwareField): FieldValue | undefined =>
  editable === 'restart' ? (configured ?? live) : (live ?? configured);

/** What was typed, as values of the contract; those that are as before are left out. */
export function changedValues(
  rows: readonly SettingRow[],
  typed: ReadonlyMap<string, Entry>,
): { values: Record<string, FieldValue>; errors: Record<string, string> } {
  const values: Record<string, FieldValue> = {};
  const errors: Record<string, string> = {};
  for (const { field, schema } of rows) {
    const entry = typed.get(field.name);
    if (entry === undefined || entry === entryOf(startOf(field))) continue;
    const { value, error } = readEntry(schema, entry);
    if (error !== undefined) errors[field.name] = error;
    else if (value !== startOf(field)) values[field.name] = value;
  }
  return { values, errors };
}

/** What must not be more than another field of the same item, as it will be. */
const bounds: readonly { readonly field: string; readonly most: string; readonly unit: string }[] = [
  { field: 'memoryMiB', most: 'maxMemoryMiB', unit: ' MiB' },
  { field: 'vcpus', most: 'maxVcpus', unit: '' },
];

/** What is wrong between fields that are right by themselves. */
export function clashesOf(
  rows: readonly SettingRow[],
  values: Readonly<Record<string, FieldValue>>,
): Record<string, string> {
  const valueOf = (name: string): FieldValue | undefined => {
    const row = rows.find(({ field }) => field.name === name);
    return values[name] ?? (row && startOf(row.field));
  };
  return Object.fromEntries(
    bounds.flatMap(({ field, most, unit }) => {
      const [value, limit] = [valueOf(field), valueOf(most)];
      const typed = field in values ? field : most in values ? most : null;
      if (typed === null || typeof value !== 'number' || typeof limit !== 'number' || value <= limit)
        return [];
      return typed === field
        ? [[field, `More than it may have at most (${limit}${unit}): raise that too.`]]
        : [[most, `Less than it has (${value}${unit}): lower that too.`]];
    }),
  );
}

export interface ItemForm {
  readonly rows: ComputedRef<readonly SettingRow[]>;
  readonly errors: ComputedRef<Readonly<Record<string, string>>>;
  readonly values: ComputedRef<Readonly<Record<string, FieldValue>>>;
  /** Something was typed that differs from what is. */
  readonly dirty: ComputedRef<boolean>;
  readonly ready: ComputedRef<boolean>;
  entry(field: HardwareField): Entry;
  type(name: string, entry: Entry): void;
  /** Shows a refusal of the engine, at the field it names. */
  refuse(error: ErrorData | null): void;
  /** A refusal that belongs to no field. */
  readonly refusal: ComputedRef<ErrorData | null>;
  reset(): void;
}

/** An item's fields being edited. What nobody has typed in follows the domain. */
export function useItemForm(item: () => HardwareItem): ItemForm {
  const typed = reactive(new Map<string, Entry>());
  const refused = shallowRef<ErrorData | null>(null);
  const rows = computed(() => settingRows(item()));
  const changes = computed(() => {
    const { values, errors } = changedValues(rows.value, typed);
    return { values, errors: { ...clashesOf(rows.value, values), ...errors } };
  });
  /** A refusal stands at the field it names, where this item has it. */
  const isShown = (name: string | undefined): name is string =>
    name !== undefined && rows.value.some(({ field }) => field.name === name);
  const errors = computed(() => {
    const { field, message, fix } = refused.value ?? {};
    const told = isShown(field) && message ? { [field]: fix ? `${message} ${fix}` : message } : {};
    return { ...told, ...changes.value.errors };
  });
  const dirty = computed(
    () => Object.keys(changes.value.values).length + Object.keys(changes.value.errors).length > 0,
  );
  return {
    rows,
    errors,
    values: computed(() => changes.value.values),
    dirty,
    ready: computed(() => dirty.value && Object.keys(changes.value.errors).length === 0),
    entry: (field) => typed.get(field.name) ?? entryOf(startOf(field)),
    type(name, entry) {
      typed.set(name, entry);
      refused.value = null;
    },
    refuse: (error) => void (refused.value = error),
    refusal: computed(() => (isShown(refused.value?.field) ? null : refused.value)),
    reset() {
      typed.clear();
      refused.value = null;
    },
  };
}
