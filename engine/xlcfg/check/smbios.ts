import type { Value } from '../syntax/document.ts';
import type { Context } from './context.ts';

export const SMBIOS_KEYS = [
  'bios_vendor',
  'bios_version',
  'system_manufacturer',
  'system_product_name',
  'system_version',
  'system_serial_number',
  'baseboard_manufacturer',
  'baseboard_product_name',
  'baseboard_version',
  'baseboard_serial_number',
  'baseboard_asset_tag',
  'baseboard_location_in_chassis',
  'enclosure_manufacturer',
  'enclosure_serial_number',
  'enclosure_asset_tag',
  'battery_manufacturer',
  'battery_device_name',
  'oem',
];

/** The hypervisor's tables hold no more strings of this kind. */
const MAX_OEM_STRINGS = 99;

function entry(context: Context, item: Value, index: number): { key: string; value: string } {
  const fail = (text: string): never => context.fail('smbios', text, { param: 'smbios' });
  if (typeof item !== 'string') return fail(`xl: Unable to get element #${index} in smbios list`);
  const equals = item.indexOf('=');
  if (equals < 0) return fail(`xl: failed to split "${item}" at '='`);
  const key = item.slice(0, equals);
  const value = item.slice(equals + 1);
  if (value === '') return fail(`xl: empty value not allowed for smbios "${key}="`);
  const known = context.member(key, SMBIOS_KEYS);
  return known === undefined ? fail(`xl: unknown smbios type '${key}'`) : { key: known, value };
}

/** `smbios=["key=value", …]` (xl-cfg reference §4). */
export function smbios(context: Context): void {
  const { reader, typed } = context;
  const list = reader.list('smbios');
  if (list === undefined) {
    if (reader.has('smbios'))
      context.fail('smbios', 'xl: Unable to parse smbios options.', { param: 'smbios' });
    return;
  }
  let oemStrings = 0;
  typed.smbios = list.map((item, index) => {
    const found = entry(context, item, index);
    if (found.key === 'oem' && ++oemStrings > MAX_OEM_STRINGS)
      context.fail('smbios', 'xl: smbios limited to 99 oem strings', { param: 'smbios' });
    return found;
  });
}
