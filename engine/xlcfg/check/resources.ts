import { toInt32, toUint32, toUint64 } from '../cnumber.ts';
import { parseCpuList } from '../device/cpulist.ts';
import type { Value } from '../syntax/document.ts';
import { type Context, defbool, MAX_VCPUS, type Raw, type Step } from './context.ts';
import { vnuma } from './vnuma.ts';

const SCHEDULER: readonly (readonly [key: string, field: string])[] = [
  ['cpu_weight', 'weight'],
  ['cap', 'cap'],
  ['period', 'period'],
  ['slice', 'slice'],
  ['latency', 'latency'],
  ['extratime', 'extratime'],
];

const kibOfMib = (mib: bigint): number => toUint64(mib * 1024n);

const scheduler: Step = (context) => {
  const params = context.build.sched_params as Raw;
  for (const [key, field] of SCHEDULER) context.number(params, field, key, toInt32);
};

const memory: Step = (context) => {
  context.number(context.build, 'target_memkb', 'memory', kibOfMib);
  context.number(context.build, 'max_memkb', 'maxmem', kibOfMib);
};

const COLOR_RANGE = /^\s*([+-]?\d+)(?:-\s*([+-]?\d+))?/;
/** More cache colours than this are refused: no machine has them, and each one is listed. */
const MAX_COLORS = 1024;

function colorRange(context: Context, text: string): readonly [number, number] {
  const fail = (what: string): never => context.fail('llc-colors', `xl: ${what}: ${text}`, { near: text });
  const match = COLOR_RANGE.exec(text);
  if (match === null) return fail('Invalid LLC color range');
  const [start, end] = match
    .slice(1)
    .map((part) => (part === undefined ? undefined : toUint32(BigInt(part))));
  if (start === undefined) return fail('Invalid LLC color range');
  if (end !== undefined && start > end) return fail('Start LLC color is greater than end');
  return [start, end ?? start];
}

const cacheColors: Step = (context: Context) => {
  const list = context.reader.list('llc_colors');
  if (list === undefined) return;
  const colors: number[] = [];
  for (const [index, item] of list.entries()) {
    if (typeof item !== 'string')
      context.fail('bad-list', `xl: Can't get element ${index} in LLC color list`, { param: 'llc_colors' });
    const [start, end] = colorRange(context, item);
    if (colors.length + end - start >= MAX_COLORS)
      context.fail('llc-colors', `xl: more than ${MAX_COLORS} LLC colors`, { param: 'llc_colors' });
    for (let color = start; color <= end; color++) colors.push(color);
  }
  context.build.llc_colors = colors;
};

/** Counts as read: undefined where the file says nothing. */
function vcpuCounts(context: Context): { vcpus: number; maxVcpus: number } {
  const { build, reader } = context;
  const online = reader.integer('vcpus');
  if (online !== undefined) {
    if (online < 0n || online > BigInt(MAX_VCPUS))
      context.fail('vcpus-bitmap', 'Unable to allocate cpumap', { param: 'vcpus' });
    build.avail_vcpus = Array.from({ length: Math.max(0, Number(online)) }, (_, index) => index);
  }
  const most = reader.integer('maxvcpus');
  return { vcpus: Number(online ?? 0n), maxVcpus: most === undefined ? 0 : toInt32(most) };
}

const vcpus: Step = (context) => {
  const { build } = context;
  const { vcpus: online, maxVcpus } = vcpuCounts(context);
  build.max_vcpus = maxVcpus;
  const vuart = context.reader.string('vuart');
  if (vuart !== undefined) {
    const type = context.member(vuart, ['unknown', 'sbsa_uart']);
    if (type === undefined)
      context.fail('bad-value', `ERROR: invalid value "${vuart}" for "vuart"`, {
        near: vuart,
        param: 'vuart',
      });
    (build.arch_arm as Raw).vuart = type;
  }
  vnuma(context);
  build.max_memkb ??= build.target_memkb;
  if (build.max_vcpus === 0) build.max_vcpus = online;
  if ((build.max_vcpus as number) < online)
    context.fail('vcpus', 'xl: maxvcpus < vcpus', { param: 'maxvcpus' });
};

function cpuSet(context: Context, text: string): readonly number[] {
  const result = parseCpuList(text, context.host.topology);
  return result.ok ? result.cpus : context.fail('cpumap', result.message);
}

/** A string goes for every vcpu, a list pins one by one and switches NUMA placement off (xl-cfg reference §7). */
function affinity(context: Context, key: 'cpus' | 'cpus_soft', field: string): void {
  const { build, reader } = context;
  const list = reader.list(key, 'quiet');
  const text = list === undefined ? reader.string(key) : undefined;
  if (list === undefined && text === undefined) return;
  const count = Math.min(build.max_vcpus as number, MAX_VCPUS);
  if (list !== undefined) {
    build[field] = pinned(context, list, count);
    build.numa_placement = defbool(false);
    return;
  }
  const set = cpuSet(context, text as string);
  build[field] = Array.from({ length: Math.max(1, count) }, () => set);
  if (key === 'cpus_soft') build.numa_placement = defbool(false);
}

function pinned(context: Context, list: readonly Value[], count: number): (readonly number[])[] {
  const sets: (readonly number[])[] = [];
  for (const item of list.slice(0, Math.max(0, count))) {
    if (typeof item !== 'string') break;
    sets.push(cpuSet(context, item));
  }
  return sets;
}

const affinities: Step = (context) => {
  affinity(context, 'cpus', 'vcpu_hard_affinity');
  affinity(context, 'cpus_soft', 'vcpu_soft_affinity');
};

const INT_MAX = 0x7fff_ffffn;

const grants: Step = (context) => {
  const { build, host, reader } = context;
  const bounded = (key: string, preset: number | undefined): void => {
    const result = reader.bounded(key, 0n, INT_MAX, 'quiet');
    if (result.ok) build[key] = Number(result.value);
    else if (!result.unset) context.failSilently(1);
    else if (preset !== undefined) build[key] = preset;
  };
  bounded('max_grant_frames', host.xlConf?.maxGrantFrames);
  bounded('max_maptrack_frames', host.xlConf?.maxMaptrackFrames);
  bounded('max_grant_version', host.xlConf?.maxGrantVersion);
  build.claim_mode = defbool(host.xlConf?.claimMode ?? true);
};

export const RESOURCES: readonly Step[] = [scheduler, memory, cacheColors, vcpus, affinities, grants];
