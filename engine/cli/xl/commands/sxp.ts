import type { Json } from '../../../xlcfg/index.ts';
import { isObject, type JsonObject, type RunningConfig } from './long.ts';

/* `xl list --long --sxp`: the S-expression of the old `xm list --long`, from the running configuration. */

type Sxp = string | readonly Sxp[];

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
const part = (object: JsonObject, key: string): JsonObject => {
  const value = object[key];
  return isObject(value) ? value : {};
};
const items = (config: JsonObject, key: string): readonly JsonObject[] => {
  const value = config[key];
  return Array.isArray(value) ? (value as readonly Json[]).filter(isObject) : [];
};
const pair = (key: string, value: Json | undefined): Sxp[] =>
  value === undefined || value === ''
    ? []
    : [[key, typeof value === 'string' ? value : JSON.stringify(value)]];

/** Text with blanks or brackets is quoted, as in xm's output. */
const quoted = (word: string): string =>
  /^[^\s()'"\\]+$/.test(word) ? word : `'${word.replace(/[\\']/g, '\\$&').replace(/\n/g, '\\n')}'`;

function print(value: Sxp, indent: string): string {
  if (typeof value === 'string') return `${indent}${quoted(value)}`;
  if (value.every((one) => typeof one === 'string')) return `${indent}(${value.map(quoted).join(' ')})`;
  const [head, ...rest] = value;
  const inner = rest.map((one) => print(one, `${indent}    `)).join('\n');
  return `${indent}(${typeof head === 'string' ? head : ''}\n${inner}\n${indent})`;
}

const kindOf = (build: JsonObject): string =>
  Object.keys(build)
    .find((key) => key.startsWith('type.'))
    ?.slice('type.'.length) ?? 'pv';

function image(build: JsonObject): Sxp {
  const kind = kindOf(build);
  return [
    'image',
    [
      kind === 'pv' ? 'linux' : kind,
      ...pair('kernel', build['kernel']),
      ...pair('ramdisk', build['ramdisk']),
      ...pair('args', build['cmdline']),
    ],
  ];
}

const vif = (nic: JsonObject): Sxp => [
  'device',
  ['vif', ...['bridge', 'mac', 'ip', 'script', 'model'].flatMap((key) => pair(key, nic[key]))],
];

function vbd(disk: JsonObject): Sxp {
  const type = disk['is_cdrom'] === 1 ? 'cdrom' : 'disk';
  return [
    'device',
    [
      'vbd',
      ...pair('uname', `${text(disk['format'])}:${text(disk['pdev_path'])}`),
      ...pair('dev', `${text(disk['vdev'])}:${type}`),
      ...pair('mode', disk['readwrite'] === 1 ? 'w' : 'r'),
    ],
  ];
}

/** One domain. Times in seconds, memory in MiB. */
export function domainSxp({ row, config }: RunningConfig, now: Date): string {
  const build = part(config, 'b_info');
  const sched = part(build, 'sched_params');
  const mebi = (kiB: number): string => String(Math.floor(kiB / 1024));
  const started = row.startedAt ?? now.getTime();
  const domain: Sxp = [
    'domain',
    ['domid', String(row.domid)],
    ...pair('cpu_weight', sched['weight']),
    ...pair('cpu_cap', sched['cap']),
    ['uuid', row.uuid],
    ['name', row.name ?? ''],
    ['on_poweroff', text(config['on_poweroff']) || 'destroy'],
    ['on_reboot', text(config['on_reboot']) || 'destroy'],
    ['on_crash', text(config['on_crash']) || 'destroy'],
    ['memory', mebi(row.memoryKiB)],
    ['maxmem', mebi(row.maxMemoryKiB ?? row.memoryKiB)],
    ['vcpus', String(row.vcpusMax)],
    ['online_vcpus', String(row.vcpusOnline)],
    ['start_time', (started / 1000).toFixed(2)],
    ['up_time', (Math.max(0, now.getTime() - started) / 1000).toFixed(2)],
    ['cpu_time', (row.cpuTimeNs / 1e9).toFixed(3)],
    ['state', row.letters],
    ...(row.domid === 0 ? [] : [image(build)]),
    ...items(config, 'nics').map(vif),
    ...items(config, 'disks').map(vbd),
  ];
  return `${print(domain, '')}\n`;
}
