import { splitPair, strtoul, toUint32 } from '../cnumber.ts';
import { parseVirtio } from '../device/virtio.ts';
import { parseVkb } from '../device/vkb.ts';
import type { Context, Raw, Step } from './context.ts';

interface ArmOption {
  readonly rc: number;
  readonly key: string;
  readonly target: (context: Context) => Raw;
  readonly field: string;
  readonly members: readonly string[];
}

const arm = (context: Context): Raw => context.build.arch_arm as Raw;
export const SVE = ['hw', 'disabled', ...Array.from({ length: 16 }, (_, index) => String(128 * (index + 1)))];

const ARM_OPTIONS: readonly ArmOption[] = [
  { rc: 3, key: 'gic_version', target: arm, field: 'gic_version', members: ['default', 'v2', 'v3'] },
  { rc: 3, key: 'tee', target: (context) => context.build, field: 'tee', members: ['none', 'optee', 'ffa'] },
  { rc: 1, key: 'sve', target: arm, field: 'sve_vl', members: SVE },
];

const armOptions: Step = (context) => {
  for (const { rc, key, target, field, members } of ARM_OPTIONS) {
    const text = context.reader.string(key, 'quiet');
    if (text === undefined) continue;
    const known = context.member(text, members);
    if (known === undefined)
      context.fail('bad-value', `Unknown ${key} "${text}" specified`, { near: text, param: key }, rc);
    target(context)[field] = known;
  }
  context.number(arm(context), 'nr_spis', 'nr_spis', toUint32);
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

const virtio: Step = (context: Context) => {
  const specs = context.reader.strings('virtio');
  if (specs === undefined) return;
  context.config.virtios = specs.map((spec, devid) => {
    const result = parseVirtio(spec);
    if (!result.ok) return context.fail(result.error.kind, result.error.text, { param: 'virtio' });
    return { ...result.value, devid };
  });
};

const compatibility: Step = (context) => {
  context.boolean(context.create, 'xend_suspend_evtchn_compat', 'xend_suspend_evtchn_compat');
  if (context.boolean(context.build.arch_x86 as Raw, 'msr_relaxed', 'msr_relaxed') !== undefined) {
    const text =
      'WARNING: msr_relaxed will be removed in future versions.\n' +
      'If it fixes an issue you are having please report to xen-devel@lists.xenproject.org.';
    context.warn('warn', text, { param: 'msr_relaxed' });
  }
  context.boolean(context.build, 'vpmu', 'vpmu');
  context.boolean(context.build, 'trap_unmapped_accesses', 'trap_unmapped_accesses');
  context.number(context.build, 'xenstore_feature_mask', 'xenstore_feature_mask', toUint32);
};

/** `xenstore_quota=["name=value", …]`. */
const xenstoreQuota: Step = (context: Context) => {
  const list = context.reader.list('xenstore_quota');
  if (list === undefined) return;
  const quota = list.map((item) => {
    const pair = typeof item === 'string' ? splitPair(item) : undefined;
    if (pair === undefined)
      return context.fail('xenstore-quota', `xl: failed to split "${String(item)}" into pair`, {
        param: 'xenstore_quota',
      });
    const { value, end } = strtoul(pair[1], 0);
    if (end !== pair[1].length || value > 0xffff_ffffn)
      context.fail('bad-number', `xl: failed to convert "${pair[1]}" to number`, { param: 'xenstore_quota' });
    return { name: pair[0], val: Number(value) };
  });
  if (quota.length > 0) context.build.xenstore_quota = { quota };
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

export const REST: readonly Step[] = [
  armOptions,
  keyboards,
  virtio,
  compatibility,
  xenstoreQuota,
  globalMasks,
];
