import type { Context, Step } from './context.ts';

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

/** Either a plain boolean or a list of names, each possibly taken away by `!`. */
export const viridian: Step = (context) => {
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
