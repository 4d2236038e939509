import { fields, strtoul, toUint32 } from '../cnumber.ts';
import { joinPairs, member, read, reject, splitAtEquals, type SpecResult } from './spec.ts';

/** A paravirtual keyboard and pointer as libxl's JSON names it. */
export interface Vkb {
  devid?: number;
  backend_domname?: string;
  backend_type?: 'qemu' | 'linux';
  unique_id?: string;
  feature_disable_keyboard?: boolean;
  feature_disable_pointer?: boolean;
  feature_abs_pointer?: boolean;
  feature_raw_pointer?: boolean;
  feature_multi_touch?: boolean;
  width?: number;
  height?: number;
  multi_touch_width?: number;
  multi_touch_height?: number;
  multi_touch_num_contacts?: number;
}

const FLAGS = [
  'feature-disable-keyboard',
  'feature-disable-pointer',
  'feature-abs-pointer',
  'feature-raw-pointer',
  'feature-multi-touch',
] as const;
const NUMBERS = [
  'width',
  'height',
  'multi-touch-width',
  'multi-touch-height',
  'multi-touch-num-contacts',
] as const;

type FlagField = Extract<keyof Vkb, `feature_${string}`>;
type NumberField = Exclude<Extract<keyof Vkb, `multi_touch_${string}` | 'width' | 'height'>, FlagField>;
const fieldOf = (key: string): string => key.replaceAll('-', '_');

function set(vkb: Vkb, key: string, value: string): string | undefined {
  if (key === 'backend') vkb.backend_domname = value;
  else if (key === 'unique-id') vkb.unique_id = value;
  else if (key === 'backend-type') {
    const type = member(value, ['qemu', 'linux']);
    if (type === undefined) return `Unknown backend_type "${value}" in vkb spec`;
    vkb.backend_type = type;
  } else if ((FLAGS as readonly string[]).includes(key))
    vkb[fieldOf(key) as FlagField] = strtoul(value, 0).value !== 0n;
  else if ((NUMBERS as readonly string[]).includes(key))
    vkb[fieldOf(key) as NumberField] = toUint32(strtoul(value, 0).value);
  else return `Unknown string "${key}=${value}" in vkb spec`;
  return undefined;
}

const TOUCH = ['multi_touch_width', 'multi_touch_height', 'multi_touch_num_contacts'] as const;

/** Reads a vkb spec; the backend type is mandatory (xl-cfg reference §4). */
export function parseVkb(spec: string): SpecResult<Vkb> {
  const vkb: Vkb = {};
  for (const field of fields(spec)) {
    const pair = splitAtEquals(field);
    const problem = pair === undefined ? `Unknown string "${field}" in vkb spec` : set(vkb, pair[0], pair[1]);
    if (problem !== undefined) return reject('vkb', problem, field);
  }
  if (vkb.backend_type === undefined) return reject('vkb', 'backend-type should be set in vkb spec');
  const touch = TOUCH.some((name) => vkb[name]);
  if (touch) vkb.feature_multi_touch = true;
  else if (vkb.feature_multi_touch) {
    const names = 'multi-touch-width, multi-touch-height, multi-touch-num-contacts';
    return reject('vkb', `${names} should be set for multi touch in vkb spec`);
  }
  return read(vkb);
}

/** The specification text; reading it back gives the same device. */
export function printVkb(vkb: Vkb): string {
  return joinPairs([
    ['backend-type', vkb.backend_type],
    ['backend', vkb.backend_domname],
    ['unique-id', vkb.unique_id],
    ...FLAGS.map((key) => [key, vkb[fieldOf(key) as FlagField]] as const),
    ...NUMBERS.map((key) => [key, vkb[fieldOf(key) as NumberField]] as const),
  ]);
}
