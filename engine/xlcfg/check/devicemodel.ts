import { toUint64 } from '../cnumber.ts';
import { type CpuidResult, parseCpuidList, parseCpuidText } from '../device/cpuid.ts';
import type { Context, Step } from './context.ts';

const kibOfMib = (mib: bigint): number => toUint64(mib * 1024n);

function cpuidResult(context: Context): CpuidResult | undefined {
  const list = context.reader.strings('cpuid', 'quiet');
  if (list !== undefined) return parseCpuidList(list);
  const text = context.reader.string('cpuid');
  return text === undefined ? undefined : parseCpuidText(text);
}

/** What is wrong in a CPUID policy is only complained about. */
const cpuid: Step = (context) => {
  const result = cpuidResult(context);
  if (result === undefined) return;
  for (const { kind, text, near = '' } of result.problems) context.warn(kind, text, { param: 'cpuid', near });
  if (result.policy.cpuid.length > 0) context.build.cpuid = result.policy;
};

function oldDeviceModel(context: Context): void {
  const model = context.reader.string('device_model');
  if (model === undefined) return;
  const details = { param: 'device_model' };
  context.warn('warn-ignored', 'WARNING: ignoring device_model directive.', details);
  const advice = 'Use "device_model_override" instead if you really want a non-default device_model';
  context.warn('warn', `WARNING: ${advice}`, details);
  if (!model.includes('stubdom-dm')) return;
  if (context.type === 'hvm') {
    const text = 'WARNING: Or use "device_model_stubdomain_override" if you  want to enable stubdomains';
    context.warn('warn', text, details);
  } else {
    const text = 'WARNING: ignoring "device_model_stubdomain_override" directive for pv guest';
    context.warn('warn-ignored', text, details);
  }
}

const model: Step = (context) => {
  const { build, reader } = context;
  oldDeviceModel(context);
  context.text(build, 'device_model', 'device_model_override');
  const version = reader.string('device_model_version');
  if (version !== undefined && version !== 'qemu-xen')
    context.fail('bad-value', `Unknown device_model_version "${version}" specified`, {
      near: version,
      param: 'device_model_version',
    });
  if (version !== undefined) build.device_model_version = 'qemu_xen';
  else if (build.device_model !== undefined)
    context.warn('warn', 'WARNING: device model override given without specific DM version', {
      param: 'device_model_override',
    });
};

const stubdomain: Step = (context) => {
  const { build } = context;
  context.boolean(build, 'device_model_stubdomain', 'device_model_stubdomain_override');
  context.text(build, 'device_model_ssid_label', 'device_model_stubdomain_seclabel');
  context.text(build, 'device_model_user', 'device_model_user');
  context.text(build, 'stubdomain_kernel', 'stubdomain_kernel');
  context.text(build, 'stubdomain_cmdline', 'stubdomain_cmdline');
  context.text(build, 'stubdomain_ramdisk', 'stubdomain_ramdisk');
  context.number(build, 'stubdomain_memkb', 'stubdomain_memory', kibOfMib);
};

const extraArguments: Step = (context) => {
  for (const suffix of ['', '_pv', '_hvm']) {
    const key = `device_model_args${suffix}`;
    const list = context.reader.strings(key);
    if (list !== undefined) context.build[`extra${suffix}`] = list;
    else if (context.reader.has(key))
      context.fail('bad-list', `xl: Unable to parse ${key}.`, { param: key }, 3);
  }
};

export const DEVICE_MODEL: readonly Step[] = [cpuid, model, stubdomain, extraArguments];
