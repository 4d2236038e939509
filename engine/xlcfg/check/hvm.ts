import { toUint64 } from '../cnumber.ts';
import type { Context, Step } from './context.ts';
import { smbios } from './smbios.ts';
import { viridian } from './viridian.ts';

export const BIOSES = ['unknown', 'rombios', 'seabios', 'ovmf'];
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
  context.boolean(context.typed, 'pirq', 'hvm_pirq');
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

const tables: Step = (context) => {
  const { typed, reader, host } = context;
  context.text(typed, 'smbios_firmware', 'smbios_firmware');
  context.text(typed, 'acpi_firmware', 'acpi_firmware');
  smbios(context);
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

const STEPS: readonly Step[] = [
  firmware,
  flags,
  viridian,
  memoryMap,
  tables,
  machineChecks,
  firmwareShorthand,
];
export const HVM: readonly Step[] = [
  (context) => {
    if (context.type === 'hvm') for (const step of STEPS) step(context);
  },
];
