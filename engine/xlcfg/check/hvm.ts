import { toUint64 } from '../cnumber.ts';
import type { Context, Step } from './context.ts';

export const BIOSES = ['unknown', 'rombios', 'seabios', 'ovmf'];
export const VIRIDIAN = [
  'base',
  'freq',
  'time_ref_count',
  'reference_tsc',
  'hcall_remote_tlb_flush',
  'apic_assist',
  'crash_ctl',
  'synic',
  'stimer',
  'hcall_ipi',
  'ex_processor_masks',
  'no_vp_limit',
  'cpu_hotplug',
];
/** Sets of enlightenments are 64 bits wide, so "all" names more than there are. */
const VIRIDIAN_BITS = 64;
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

const FLAGS = ['pae', 'acpi_s3', 'acpi_s4', 'acpi_laptop_slate', 'nx', 'hpet', 'vpt_align'];

const kibOfMib = (mib: bigint): number => toUint64(mib * 1024n);
const basename = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

const firmware: Step = (context) => {
  const { build, typed, reader } = context;
  if (typeof build.kernel === 'string' && basename(build.kernel) === 'hvmloader') {
    const text =
      'WARNING: you seem to be using "kernel" directive to override HVM guest firmware. Ignore that. ' +
      'Use "firmware_override" instead if you really want a non-default firmware';
    context.warn('firmware', text, { param: 'kernel' });
    delete build.kernel;
  }
  context.text(typed, 'firmware', 'firmware_override');
  context.text(typed, 'system_firmware', 'bios_path_override');
  const bios = reader.string('bios');
  if (bios !== undefined) {
    const known = context.member(bios, BIOSES);
    if (known === undefined)
      context.fail('bad-value', `ERROR: invalid value "${bios}" for "bios"`, { near: bios, param: 'bios' });
    typed.bios = known;
  } else if (typed.system_firmware !== undefined)
    context.warn('warn', 'WARNING: bios_path_override given without specific bios name', { param: 'bios' });
};

const flags: Step = (context) => {
  for (const key of FLAGS) context.boolean(context.typed, key, key);
  context.boolean(context.build, 'apic', 'apic');
};

class Enlightenments {
  readonly enabled = new Set<number>();
  readonly disabled = new Set<number>();

  apply(context: Context, item: string): void {
    if (item === 'all') {
      for (let bit = 0; bit < VIRIDIAN_BITS; bit++) this.enabled.add(bit);
      return;
    }
    if (item === 'defaults') {
      context.typed.viridian = 'True';
      return;
    }
    const negative = item.startsWith('!');
    const name = negative ? item.slice(1) : item;
    const bit = VIRIDIAN.indexOf(name.toLowerCase());
    if (bit < 0)
      context.fail(
        'bad-value',
        `xl: unknown viridian enlightenment '${name}'`,
        { near: name, param: 'viridian' },
        3,
      );
    (negative ? this.disabled : this.enabled).add(bit);
    (negative ? this.enabled : this.disabled).delete(bit);
  }
}

const viridian: Step = (context) => {
  const { typed, reader } = context;
  const list = reader.strings('viridian', 'quiet');
  if (list === undefined) {
    if (reader.has('viridian')) {
      const value = reader.boolean('viridian', 'quiet');
      if (value !== undefined) typed.viridian = value ? 'True' : 'False';
    }
    return;
  }
  const sets = new Enlightenments();
  for (const item of list) sets.apply(context, item);
  const sorted = (set: Set<number>): number[] => [...set].sort((a, b) => a - b);
  typed.viridian_enable = sorted(sets.enabled);
  typed.viridian_disable = sorted(sets.disabled);
};

/** Bounds of the memory hole below 4 GiB, in MiB (xl-cfg reference §4). */
const MMIO_HOLE_MIB = [256n, 3840n] as const;

const memoryMap: Step = (context) => {
  const { typed, reader } = context;
  const hole = reader.integer('mmio_hole');
  if (hole !== undefined) {
    if (hole < MMIO_HOLE_MIB[0] || hole > MMIO_HOLE_MIB[1])
      context.fail('bad-value', `ERROR: invalid value ${hole} for "mmio_hole"`, { param: 'mmio_hole' });
    typed.mmio_hole_memkb = kibOfMib(hole);
  }
  if (context.boolean(typed, 'altp2m', 'altp2mhvm') !== undefined) {
    const text = 'WARNING: Specifying "altp2mhvm" is deprecated. Please use "altp2m" instead.';
    context.warn('warn-deprecated', text, { param: 'altp2mhvm' });
  }
};

function smbios(context: Context): void {
  const list = context.reader.strings('smbios', 'quiet');
  if (list === undefined) return;
  context.typed.smbios = list.map((item) => {
    const equals = item.indexOf('=');
    const key = equals < 0 ? item : item.slice(0, equals);
    const known = context.member(key, SMBIOS_KEYS);
    if (equals < 0)
      context.fail('smbios', `xl: failed to split "${item}" into pair`, { near: item, param: 'smbios' });
    if (known === undefined)
      context.fail('smbios', `xl: unknown smbios type '${key}'`, { near: key, param: 'smbios' }, 3);
    return { key: known, value: item.slice(equals + 1) };
  });
}

const tables: Step = (context) => {
  const { typed, reader, host } = context;
  smbios(context);
  context.text(typed, 'smbios_firmware', 'smbios_firmware');
  context.text(typed, 'acpi_firmware', 'acpi_firmware');
  const generation = reader.string('ms_vm_genid');
  if (generation === 'generate') typed.ms_vm_genid = host.randomBytes?.(16) ?? [];
  else if (generation !== undefined && generation !== 'none')
    context.fail('bad-value', 'ERROR: "ms_vm_genid" option must be "generate" or "none"', {
      param: 'ms_vm_genid',
    });
  context.number(typed, 'rdm_mem_boundary_memkb', 'rdm_mem_boundary', kibOfMib);
};

const machineChecks: Step = (context: Context) => {
  const { typed, reader } = context;
  if (!reader.has('mca_caps')) return;
  const list = reader.strings('mca_caps', 'quiet');
  if (list === undefined)
    context.fail('mca_caps', 'ERROR: unable to parse mca_caps.', { param: 'mca_caps' }, 3);
  for (const name of list) {
    if (name !== 'lmce')
      context.fail(
        'mca_caps',
        `ERROR: unrecognized MCA capability '${name}'.`,
        { near: name, param: 'mca_caps' },
        3,
      );
    typed.mca_caps = 1;
  }
};

/** A shorthand for bios or firmware_override: a bios name, uefi, bios, or else a path. */
const firmwareShorthand: Step = (context) => {
  const { typed, reader } = context;
  const text = reader.string('firmware');
  if (text === undefined) return;
  const bios = context.member(text, BIOSES);
  if (bios !== undefined) typed.bios = bios;
  else if ('uefi'.startsWith(text)) typed.bios = 'ovmf';
  else if (!'bios'.startsWith(text)) typed.firmware = text;
};

const platform: Step = (context) => {
  context.boolean(context.typed, 'pirq', 'hvm_pirq');
};

const STEPS: readonly Step[] = [
  firmware,
  flags,
  viridian,
  memoryMap,
  tables,
  machineChecks,
  platform,
  firmwareShorthand,
];
export const HVM: readonly Step[] = [
  (context) => {
    if (context.type === 'hvm') for (const step of STEPS) step(context);
  },
];
