import { trimEndBlanks } from '../cnumber.ts';
import { parseVif } from '../device/vif.ts';
import type { Input } from '../edit/write.ts';
import { convertDisk } from './disk.ts';
import type { Constant } from './expression.ts';

/** A list of device specifications in today's form. */
export interface ConvertedList {
  readonly items: readonly Input[];
  /** Why something was rewritten; empty when nothing was. */
  readonly why: readonly string[];
  /** What could not be converted, as it was. */
  readonly failed: readonly { readonly spec: string; readonly why: string }[];
}

interface ConvertedItem {
  readonly spec: string;
  readonly why: readonly string[];
  readonly failed?: string;
}

function vif(old: string): ConvertedItem {
  const spec = old
    .split('=')
    .map((part, index) => trimEndBlanks(index === 0 ? part : part.trimStart()))
    .join('=');
  const why = spec === old ? [] : ['xl takes no blanks around ='];
  const problems = parseVif(spec).messages.filter(({ severity }) => severity !== 'warning');
  const failed = problems.map(({ text }) => text).join(', ');
  return failed === '' ? { spec, why } : { spec, why, failed };
}

const VFB_TYPES: Readonly<Record<string, string>> = { vnc: 'vnc=1', sdl: 'sdl=1' };

function vfb(old: string): ConvertedItem {
  const fields = old.split(',').map((field) => field.trim());
  const type = fields.findIndex((field) => /^type\s*=/.test(field));
  if (type < 0) return { spec: old, why: [] };
  const name = (fields[type] as string).replace(/^type\s*=\s*/, '');
  const field = Object.hasOwn(VFB_TYPES, name) ? VFB_TYPES[name] : undefined;
  const spec = fields
    .toSpliced(type, 1, ...(field === undefined || fields.includes(field) ? [] : [field]))
    .join(',');
  return { spec, why: ['xl ignores type= in vfb'] };
}

function disk(old: string, rootDevice: string | undefined): ConvertedItem {
  const converted = convertDisk(old, rootDevice);
  return converted.ok ? converted : { spec: old, why: [], failed: converted.why };
}

const CONVERTERS: Readonly<Record<string, (old: string, rootDevice: string | undefined) => ConvertedItem>> = {
  disk,
  vif,
  vfb,
};

/** Converts the elements of a device list; undefined for other options. */
export function convertList(
  key: string,
  value: Constant,
  rootDevice: string | undefined,
): ConvertedList | undefined {
  const convert = Object.hasOwn(CONVERTERS, key) ? CONVERTERS[key] : undefined;
  if (convert === undefined) return undefined;
  // A single text was accepted in place of a list of one.
  const items = (Array.isArray(value) ? value : [value]) as readonly Constant[];
  const why = new Set<string>(Array.isArray(value) ? [] : ['this option is a list']);
  const failed: { spec: string; why: string }[] = [];
  const specs: Input[] = [];
  for (const item of items) {
    if (typeof item !== 'string') {
      failed.push({ spec: JSON.stringify(item), why: 'this is no text' });
      continue;
    }
    const converted = convert(item, rootDevice);
    for (const reason of converted.why) why.add(reason);
    if (converted.failed === undefined) specs.push(converted.spec);
    else failed.push({ spec: item, why: converted.failed });
  }
  return { items: specs, why: [...why], failed };
}
