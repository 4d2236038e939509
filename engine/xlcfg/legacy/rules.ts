import { TIMER_MODES, TSC_MODES } from '../check/boot.ts';
import type { Input } from '../edit/write.ts';
import { optionInfo } from '../options/index.ts';
import type { Constant } from './expression.ts';

/** What becomes of an old assignment. */
export type Outcome =
  | { readonly kind: 'keep' }
  | {
      readonly kind: 'set';
      readonly entries: readonly (readonly [key: string, value: Input])[];
      readonly why: string;
    }
  | { readonly kind: 'drop'; readonly why: string }
  /** Collected and handled with the command line. */
  | { readonly kind: 'network' };

export const KEEP: Outcome = { kind: 'keep' };
const drop = (why: string): Outcome => ({ kind: 'drop', why });
const set = (why: string, ...entries: (readonly [string, Input])[]): Outcome => ({
  kind: 'set',
  entries,
  why,
});

type Rule = (value: Constant, key: string) => Outcome;

const IGNORED = 'xl silently ignores this option';

/** Options of xm that mean nothing to xl, and why. */
const DROPPED: Readonly<Record<string, string>> = {
  device_model: 'xl finds the device model itself',
  vncviewer: 'the viewer is started by "xl create -V" or from the console page',
  vncconsole: IGNORED,
  snapshot: 'use snapshots of the storage',
  monitor: IGNORED,
  'full-screen': IGNORED,
  on_xend_start: 'start with the host is a link in /etc/xen/auto',
  on_xend_stop: 'save at shut-down of the host is set in /etc/default/xendomains',
  console: IGNORED,
  features: IGNORED,
  vcpu_avail: 'use vcpus and maxvcpus',
  vscsi: 'SCSI devices are not supported any more',
  blkif: IGNORED,
  netif: IGNORED,
  tpmif: 'use vtpm',
  netfront: IGNORED,
  autostart: 'start with the host is a link in /etc/xen/auto',
  bootargs: 'use bootloader_args',
  arch: 'Python code is not run',
  arch_libdir: 'Python code is not run',
  display_type: IGNORED,
};

/** Parts of `ip=` on the kernel command line (see network.ts). */
export const NETWORK_KEYS = [
  'ip',
  'gateway',
  'netmask',
  'hostname',
  'interface',
  'dhcp',
  'nfs_server',
  'nfs_root',
];

const RESTART: Readonly<Record<string, readonly [poweroff: string, reboot: string, crash: string]>> = {
  onreboot: ['destroy', 'restart', 'destroy'],
  always: ['restart', 'restart', 'restart'],
  never: ['destroy', 'destroy', 'destroy'],
};

const asText = (value: Constant): string | undefined =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;

function truth(value: Constant): boolean {
  return typeof value === 'string' ? Number(value) !== 0 : Boolean(value);
}

const event: Rule = (value, key) => {
  const text = asText(value);
  if (text === undefined || !text.includes('_')) return KEEP;
  return set('actions are written with hyphens', [key, text.replaceAll('_', '-')]);
};

const named =
  (modes: readonly string[]): Rule =>
  (value, key) => {
    const name = modes[Number(value)];
    return asText(value) !== undefined && /^[0-9]$/.test(String(value)) && name !== undefined
      ? set('modes have names now', [key, name])
      : KEEP;
  };

const RULES: Readonly<Record<string, Rule>> = {
  builder: (value) => {
    if (value === 'hvm') return set('the type of the guest has an option of its own', ['type', 'hvm']);
    if (value === 'linux' || value === 'generic')
      return set('xl rejects this name of a builder; such guests are PV', ['type', 'pv']);
    return KEEP;
  },
  kernel: (value) =>
    typeof value === 'string' && /(^|\/)hvmloader$/.test(value)
      ? drop('xl finds hvmloader itself; a kernel would be booted directly')
      : KEEP,
  vcpu: (value) =>
    set('the option is called vcpus; xl silently ignores vcpu', [
      'vcpus',
      typeof value === 'number' ? value : (asText(value) ?? '1'),
    ]),
  cpu: (value) => set('the option is called cpus today', ['cpus', asText(value) ?? 'all']),
  nics: (value) =>
    set('interfaces are listed in vif', [
      'vif',
      new Array<string>(Math.min(16, Number(value) || 0)).fill(''),
    ]),
  stdvga: (value) =>
    set('the graphics card has an option of its own', ['vga', truth(value) ? 'stdvga' : 'cirrus']),
  restart: (value) => {
    const actions = typeof value === 'string' ? RESTART[value] : undefined;
    if (actions === undefined) return drop(IGNORED);
    const [poweroff, reboot, crash] = actions;
    const why = 'restart= was split into one option per event; xl silently ignores it';
    return set(why, ['on_poweroff', poweroff], ['on_reboot', reboot], ['on_crash', crash]);
  },
  on_poweroff: event,
  on_reboot: event,
  on_crash: event,
  on_watchdog: event,
  on_shutdown: (value) =>
    set('the option is called on_poweroff', ['on_poweroff', asText(value) ?? 'destroy']),
  tsc_mode: named(TSC_MODES),
  timer_mode: named(TIMER_MODES),
  bootloader_args: (value) =>
    typeof value === 'string'
      ? set('arguments are best given as a list', [
          'bootloader_args',
          value.split(/\s+/).filter((part) => part !== ''),
        ])
      : KEEP,
  altp2mhvm: (value) =>
    set('the option is called altp2m today', ['altp2m', truth(value) ? 'mixed' : 'disabled']),
};

const MIB_PER_UNIT: Readonly<Record<string, number>> = { m: 1, mb: 1, mib: 1, g: 1024, gb: 1024, gib: 1024 };

/** Sizes with a unit leave the option unset in xl. */
function withoutUnit(key: string, value: Constant): Outcome {
  if (optionInfo(key)?.unit !== 'MiB' || typeof value !== 'string') return KEEP;
  const match = /^\s*([0-9]+)\s*([a-z]+)\s*$/i.exec(value);
  const factor = MIB_PER_UNIT[match?.[2]?.toLowerCase() ?? ''];
  if (match === null || factor === undefined) return KEEP;
  return set('sizes are plain numbers of MiB', [key, Number(match[1]) * factor]);
}

/** What becomes of an old option. */
export function convertOption(key: string, value: Constant): Outcome {
  if (NETWORK_KEYS.includes(key)) return { kind: 'network' };
  const why = Object.hasOwn(DROPPED, key) ? DROPPED[key] : undefined;
  if (why !== undefined) return drop(why);
  if (value === null) return drop('None means: not given');
  const rule = Object.hasOwn(RULES, key) ? RULES[key] : undefined;
  return rule === undefined ? withoutUnit(key, value) : rule(value, key);
}
