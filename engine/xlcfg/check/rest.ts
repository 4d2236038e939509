import { toUint32 } from '../cnumber.ts';
import { parseVkb } from '../device/vkb.ts';
import type { Context, Raw, Step } from './context.ts';

interface ArmOption {
  readonly key: string;
  readonly target: (context: Context) => Raw;
  readonly field: string;
  readonly members: readonly string[];
}

const arm = (context: Context): Raw => context.build.arch_arm as Raw;
export const SVE = ['hw', 'disabled', ...Array.from({ length: 16 }, (_, index) => String(128 * (index + 1)))];

const ARM_OPTIONS: readonly ArmOption[] = [
  { key: 'gic_version', target: arm, field: 'gic_version', members: ['default', 'v2', 'v3'] },
  { key: 'tee', target: (context) => context.build, field: 'tee', members: ['none', 'optee', 'ffa'] },
  { key: 'sve', target: arm, field: 'sve_vl', members: SVE },
];

const armOptions: Step = (context) => {
  for (const { key, target, field, members } of ARM_OPTIONS) {
    const text = context.reader.string(key, 'quiet');
    if (text === undefined) continue;
    const known = context.member(text, members);
    if (known === undefined)
      context.fail('bad-value', `Unknown ${key} "${text}" specified`, { near: text, param: key }, 3);
    target(context)[field] = known;
  }
};

/** Keyboards of their own come after those of the framebuffers. */
const keyboards: Step = (context: Context) => {
  const specs = context.reader.strings('vkb');
  if (specs === undefined) return;
  const vkbs = context.config.vkbs as Raw[];
  for (const spec of specs) {
    const result = parseVkb(spec);
    if (!result.ok) context.fail(result.error.kind, result.error.text, { param: 'vkb' });
    vkbs.push({ ...result.value, devid: vkbs.length });
  }
};

const compatibility: Step = (context) => {
  context.boolean(context.create, 'xend_suspend_evtchn_compat', 'xend_suspend_evtchn_compat');
  if (context.boolean(context.build.arch_x86 as Raw, 'msr_relaxed', 'msr_relaxed') !== undefined) {
    const text =
      'WARNING: msr_relaxed will be removed in future versions.\n' +
      'If it fixes an issue you are having please report to xen-devel@lists.xenproject.org.';
    context.warn('warn', text, { param: 'msr_relaxed' });
  }
  context.boolean(context.build, 'trap_unmapped_accesses', 'trap_unmapped_accesses');
  context.number(context.build, 'xenstore_feature_mask', 'xenstore_feature_mask', toUint32);
};

/** The masks of xl.conf narrow the affinity; nothing may be left over (xl-cfg reference §7). */
const globalMasks: Step = (context) => {
  const { build, host, type } = context;
  const masks = [host.xlConf?.cpuMasks?.vm, host.xlConf?.cpuMasks?.[type]].filter(
    (mask) => mask !== undefined,
  );
  const allowed = (cpu: number): boolean => masks.every((mask) => mask.includes(cpu));
  for (const kind of ['hard', 'soft']) {
    const field = `vcpu_${kind}_affinity`;
    let sets = build[field] as readonly (readonly number[])[] | undefined;
    if (sets === undefined && kind === 'hard' && masks.length > 0) {
      const every = Array.from({ length: host.topology.cpuCount }, (_, cpu) => cpu);
      sets = Array.from({ length: Math.max(1, Number(build.max_vcpus)) }, () => every);
    }
    if (sets === undefined) continue;
    build[field] = sets.map((set) => set.filter(allowed));
    if ((build[field] as readonly (readonly number[])[]).some((set) => set.length === 0))
      context.fail('cpumap-empty', `vcpu ${kind} affinity map is empty`, {
        param: kind === 'hard' ? 'cpus' : 'cpus_soft',
      });
  }
};

export const REST: readonly Step[] = [armOptions, keyboards, compatibility, globalMasks];
