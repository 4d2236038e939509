import { strtok, toInt32, toUint32, toUint64 } from '../cnumber.ts';
import { type Context, defbool, type Step } from './context.ts';

export const TSC_MODES = ['default', 'always_emulate', 'native', 'native_paravirt'];
export const TIMER_MODES = [
  'delay_for_missed_ticks',
  'no_delay_for_missed_ticks',
  'no_missed_ticks_pending',
  'one_missed_tick_pending',
];

const kibOfMib = (mib: bigint): number => toUint64(mib * 1024n);

function deprecatedInteger(context: Context, key: string, example: string | undefined): void {
  const hint = example === undefined ? '' : `e.g. ${key}="${example}"`;
  const advice = 'Please use the named parameter variant.';
  context.warn(
    'warn-deprecated',
    `WARNING: specifying "${key}" as an integer is deprecated. ${advice} ${hint}`,
    {
      param: key,
    },
  );
}

/** An enumeration that may still be given by number. */
function mode(context: Context, key: string, modes: readonly string[]): void {
  const number = context.reader.integer(key, 'quiet');
  if (number !== undefined) {
    const name = modes[Number(number)];
    deprecatedInteger(context, key, name);
    if (name === undefined)
      context.fail('bad-value', `ERROR: invalid value ${number} for "${key}"`, {
        near: String(number),
        param: key,
      });
    context.build[key] = name;
    return;
  }
  const text = context.reader.string(key);
  if (text === undefined) return;
  const name = context.member(text, modes);
  if (name === undefined)
    context.fail('bad-value', `ERROR: invalid value "${text}" for "${key}"`, { near: text, param: key });
  context.build[key] = name;
}

const memoryAndTime: Step = (context) => {
  const { build, reader } = context;
  context.number(build, 'shadow_memkb', 'shadow_memory', kibOfMib);
  context.boolean(build, 'disable_migrate', 'nomigrate');
  mode(context, 'tsc_mode', TSC_MODES);
  context.number(build, 'rtc_timeoffset', 'rtc_timeoffset', toInt32);
  if (reader.integer('vncviewer') !== undefined) {
    const advice = 'Use "-V" option of "xl create" to automatically spawn vncviewer.';
    context.warn('warn-ignored', `WARNING: ignoring "vncviewer" option. ${advice}`, { param: 'vncviewer' });
  }
  context.boolean(build, 'localtime', 'localtime');
  context.number(build, 'video_memkb', 'videoram', kibOfMib);
  context.number(build, 'event_channels', 'max_event_channels', toUint32);
};

/** `cmdline` beats the old pair of root and extra (xl-cfg reference §4). */
function commandLine(context: Context): void {
  const { build, reader } = context;
  const cmdline = reader.string('cmdline');
  const root = reader.string('root');
  const extra = reader.string('extra');
  if (cmdline !== undefined) {
    build.cmdline = cmdline;
    if (root !== undefined || extra !== undefined)
      context.warn('warn-ignored', 'Warning: ignoring root= and extra= in favour of cmdline=', {
        param: 'cmdline',
      });
    return;
  }
  const parts = [root === undefined ? undefined : `root=${root}`, extra].filter((part) => part !== undefined);
  if (parts.length > 0) build.cmdline = parts.join(' ');
}

function bootloaderArguments(context: Context): void {
  const { build, reader } = context;
  const list = reader.strings('bootloader_args', 'quiet');
  if (list !== undefined) {
    build.bootloader_args = list;
    return;
  }
  const text = reader.string('bootloader_args');
  if (text === undefined) return;
  const advice = 'Please use a list of arguments.';
  context.warn(
    'warn-deprecated',
    `WARNING: Specifying "bootloader_args" as a string is deprecated. ${advice}`,
    {
      param: 'bootloader_args',
    },
  );
  build.bootloader_args = strtok(text, ' \t\n');
}

const kernel: Step = (context) => {
  const { build, create } = context;
  for (const key of ['kernel', 'ramdisk', 'device_tree']) context.text(build, key, key);
  commandLine(context);
  context.boolean(create, 'driver_domain', 'driver_domain');
  context.boolean(build, 'acpi', 'acpi');
  context.text(build, 'bootloader', 'bootloader');
  const restrict = context.host.xlConf?.bootloaderRestrict;
  if (
    context.boolean(build, 'bootloader_restrict', 'bootloader_restrict') === undefined &&
    restrict !== undefined
  )
    build.bootloader_restrict = defbool(restrict);
  context.text(build, 'bootloader_user', 'bootloader_user');
  bootloaderArguments(context);
};

const timer: Step = (context) => {
  const { reader } = context;
  const given =
    reader.integer('timer_mode', 'quiet') !== undefined || reader.string('timer_mode') !== undefined;
  if (given && context.type === 'pv') {
    const text = 'ERROR: "timer_mode" option is not supported for PV guests.';
    context.fail('not-for-pv', text, { param: 'timer_mode' }, 3);
  }
  if (given) mode(context, 'timer_mode', TIMER_MODES);
  context.boolean(context.build, 'nested_hvm', 'nestedhvm');
  context.boolean(context.build, 'physaddr_abi', 'physaddr_abi');
};

const FIRMWARES = ['pvgrub32', 'pvgrub64'];

/** PV and PVH boot from a kernel, a bootloader or a pvgrub given as firmware. */
const directBoot: Step = (context) => {
  if (context.type === 'hvm') return;
  const { build, reader, host } = context;
  const firmware = reader.string('firmware');
  if (firmware !== undefined) {
    if (build.kernel !== undefined)
      context.fail('firmware', 'ERROR: both kernel and firmware specified', { param: 'firmware' });
    if (!FIRMWARES.some((name) => name.startsWith(firmware))) {
      const text = 'ERROR: only pvgrub{32|64} supported as firmware options';
      context.fail('firmware', text, { param: 'firmware', near: firmware });
    }
    build.kernel = `${host.firmwareDirectory ?? '/usr/lib/xen/boot'}/${firmware}.bin`;
  }
  if (build.bootloader === undefined && build.kernel === undefined)
    context.fail('missing-kernel', 'Neither kernel nor bootloader specified', { param: 'kernel' });
};

export const BOOT: readonly Step[] = [memoryAndTime, kernel, timer];
export const DIRECT_BOOT: readonly Step[] = [directBoot];
