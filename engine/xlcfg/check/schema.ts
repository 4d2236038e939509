/**
 * Order and defaults of the fields of libxl's JSON. Values equal to the default are not printed; structs always
 * are, even empty (compare the recorded `xl create -n`).
 */

export type Json = string | number | bigint | boolean | readonly Json[] | { readonly [key: string]: Json };

export type FieldType =
  | { readonly kind: 'plain'; readonly skip?: Json }
  | { readonly kind: 'struct'; readonly fields: Fields }
  | { readonly kind: 'array'; readonly of: FieldType }
  /** A tagged alternative, printed as `NAME.TAG`; the value holds `{ [tag]: struct }`. */
  | { readonly kind: 'union'; readonly cases: Readonly<Record<string, Fields>> };

export type Fields = readonly (readonly [name: string, type: FieldType])[];

/** Unset when absent: text, tri-state booleans, enumerations. */
export const text: FieldType = { kind: 'plain' };
export const zero: FieldType = { kind: 'plain', skip: 0 };
export const flag: FieldType = { kind: 'plain', skip: false };
export const unless = (skip: Json): FieldType => ({ kind: 'plain', skip });
export const list: FieldType = { kind: 'array', of: text };
export const lists: FieldType = { kind: 'array', of: { kind: 'plain' } };
export const struct = (fields: Fields): FieldType => ({ kind: 'struct', fields });
export const array = (fields: Fields): FieldType => ({ kind: 'array', of: struct(fields) });
export const union = (cases: Readonly<Record<string, Fields>>): FieldType => ({ kind: 'union', cases });

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function element(type: FieldType, value: unknown): Json {
  return type.kind === 'struct' ? arrange(type.fields, value) : (value as Json);
}

/** The fields of a struct in printing order, defaults left out. */
export function arrange(fields: Fields, value: unknown): Record<string, Json> {
  const source = isObject(value) ? value : {};
  const result: Record<string, Json> = {};
  for (const [name, type] of fields) {
    const item = source[name];
    if (type.kind === 'struct') result[name] = arrange(type.fields, item);
    else if (type.kind === 'union') arrangeUnion(result, name, type.cases, item);
    else if (item === undefined) continue;
    else if (type.kind === 'array') {
      if (Array.isArray(item) && item.length > 0) result[name] = item.map((each) => element(type.of, each));
    } else if (item !== type.skip) result[name] = item as Json;
  }
  return result;
}

function arrangeUnion(
  result: Record<string, Json>,
  name: string,
  cases: Readonly<Record<string, Fields>>,
  value: unknown,
): void {
  if (!isObject(value)) return;
  for (const [tag, fields] of Object.entries(cases))
    if (tag in value) result[`${name}.${tag}`] = arrange(fields, value[tag]);
}
