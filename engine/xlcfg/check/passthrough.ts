import { parsePci, type Pci } from '../device/pci.ts';
import { parseRdm } from '../device/rdm.ts';
import type { Step } from './context.ts';
import type { Context } from './context.ts';

const PRESETS = ['pci_msitranslate', 'pci_power_mgmt', 'pci_permissive', 'pci_seize'] as const;
export const PASSTHROUGH_MODES = ['default', 'disabled', 'enabled', 'sync_pt', 'share_pt'];

const e820: Step = (context) => {
  if (context.type === 'pv') context.boolean(context.typed, 'e820_host', 'e820_host');
};

function presets(context: Context): Pci {
  // The default policy is stored for HVM guests only; with the other types reading it gives "strict".
  const pci: Pci = { rdm_policy: context.type === 'hvm' ? 'invalid' : 'strict' };
  for (const key of PRESETS) {
    const value = context.reader.integer(key);
    if (value !== undefined) pci[key.slice('pci_'.length) as 'seize'] = value !== 0n;
  }
  return pci;
}

const pci: Step = (context) => {
  const { reader, config, type, typed } = context;
  const preset = presets(context);
  const rdm = reader.string('rdm');
  if (rdm !== undefined) {
    const { reserve, detail } = parseRdm(rdm);
    if (detail !== undefined) context.mutter(detail);
    if (reserve !== undefined) Object.assign(typed.rdm, reserve);
  }
  const specs = reader.strings('pci');
  if (specs === undefined) return;
  config.pcidevs = specs.map((spec) => {
    const result = parsePci(spec, preset);
    if (result.ok) return result.pci;
    context.mutter(result.detail ?? '');
    const text = `unable to parse PCI_SPEC_STRING \`${spec}' for passthrough`;
    return context.fail('pci', text, { near: spec, param: 'pci' }, result.rc);
  });
  if (specs.length > 0 && type === 'pv') typed.e820_host = 'True';
};

const dtdev: Step = (context) => {
  const paths = context.reader.strings('dtdev');
  if (paths !== undefined) context.config.dtdevs = paths.map((path) => ({ path }));
  const mode = context.reader.string('passthrough');
  if (mode === undefined) return;
  const known = context.member(mode, PASSTHROUGH_MODES);
  if (known === undefined)
    context.fail('bad-value', `ERROR: unknown passthrough option '${mode}'`, {
      near: mode,
      param: 'passthrough',
    });
  context.create.passthrough = known;
};

export const PASSTHROUGH: readonly Step[] = [e820, pci, dtdev];
