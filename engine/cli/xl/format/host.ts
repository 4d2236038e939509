import type { PhysicalInfo, SchedulerView } from '../../../api/dom0.ts';
import { hex8, left, lines, mebi, right } from './text.ts';

type Pair = readonly [key: string, value: string | number];

const before = (info: PhysicalInfo): readonly Pair[] => [
  ['host', info.host],
  ['release', info.release],
  ['version', info.version],
  ['machine', info.machine],
  ['nr_cpus', info.nrCpus],
  ['max_cpu_id', info.maxCpuId],
  ['nr_nodes', info.nrNodes],
  ['cores_per_socket', info.coresPerSocket],
  ['threads_per_core', info.threadsPerCore],
  ['cpu_mhz', (info.cpuKhz / 1000).toFixed(3)],
  ['hw_caps', info.hwCaps.map(hex8).join(':')],
  ['virt_caps', info.virtCaps.join(' ')],
  ['total_memory', mebi(info.totalMemoryKiB)],
  ['free_memory', mebi(info.freeMemoryKiB - info.outstandingClaimsKiB)],
  ['sharing_freed_memory', 0],
  ['sharing_used_memory', 0],
  ['outstanding_claims', mebi(info.outstandingClaimsKiB)],
  ['free_cpus', info.freeCpus],
];

const after = (info: PhysicalInfo): readonly Pair[] => [
  ['xen_major', info.xenMajor],
  ['xen_minor', info.xenMinor],
  ['xen_extra', info.xenExtra],
  ['xen_version', `${info.xenMajor}.${info.xenMinor}${info.xenExtra}`],
  ['xen_caps', info.xenCaps],
  ['xen_scheduler', info.xenScheduler],
  ['xen_pagesize', 4096],
  ['platform_params', info.platformParams],
  ['xen_changeset', info.xenChangeset],
  ['xen_commandline', info.xenCommandline],
  ['cc_compiler', info.ccCompiler],
  ['cc_compile_by', info.ccCompileBy],
  ['cc_compile_domain', info.ccCompileDomain],
  ['cc_compile_date', info.ccCompileDate],
  ['build_id', info.buildId],
  ['xend_config_format', 4],
];

const pair = ([key, value]: Pair): string => `${left(key, 23)}: ${value}`;

function numa(info: PhysicalInfo): string[] {
  const cpus = info.topology.map(
    ({ cpu, core, socket, node }) =>
      `${right(cpu, 3)}:    ${right(core, 4)}     ${right(socket, 4)}     ${right(node, 4)}`,
  );
  const nodes = info.nodes.map(
    ({ node, memoryKiB, freeKiB, distances }) =>
      `${right(node, 4)}:    ${right(mebi(memoryKiB), 6)}     ${right(mebi(freeKiB), 6)}      ${distances.join(',')}`,
  );
  return [
    `${left('cpu_topology', 23)}:`,
    'cpu:    core    socket     node',
    ...cpus,
    `${left('device topology', 23)}:`,
    'device           node',
    'No device topology data available',
    `${left('numa_info', 23)}:`,
    'node:    memsize    memfree    distances',
    ...nodes,
  ];
}

/** `xl info`, `-n` with topology (xl-commands §2). */
export function infoText(
  info: PhysicalInfo,
  options: { numa?: boolean; xenstoreFeatures?: number } = {},
): string {
  return lines([
    ...before(info).map(pair),
    ...(options.numa ? numa(info) : []),
    ...after(info).slice(0, -1).map(pair),
    ...(options.xenstoreFeatures === undefined
      ? []
      : [pair(['xenstore_features', `0x${hex8(options.xenstoreFeatures)}`])]),
    ...after(info).slice(-1).map(pair),
  ]);
}

/** `xl info NAME`: values of the lines whose key begins with NAME; nothing when there is none. */
export function infoValues(info: PhysicalInfo, name: string): string {
  const all = [...before(info), ...after(info)];
  const chosen = all.filter(([key, value]) => key.startsWith(name) && !(key === 'virt_caps' && value === ''));
  return lines(chosen.map(([, value]) => String(value)));
}

type Pool = SchedulerView['pools'][number];

/** The line before each pool's table in `xl sched-credit` and `xl sched-credit2`. */
export function poolLine(pool: Pool): string {
  const { name, tsliceMs, ratelimitUs, migrationDelayUs } = pool;
  if (pool.scheduler === 'credit')
    return `Cpupool ${name}: tslice=${tsliceMs ?? 30}ms ratelimit=${ratelimitUs}us migration-delay=${migrationDelayUs ?? 0}us\n`;
  return `Cpupool ${name}: ratelimit=${ratelimitUs}us\n`;
}

type Scheduled = Pick<SchedulerView['domains'][number], 'name' | 'domid' | 'weight' | 'cap'>;

/** Header and rows of the weight and cap table. */
export function scheduleTable(domains: readonly Scheduled[]): string {
  const header = `${left('Name', 33)} ${right('ID', 4)} ${right('Weight', 6)} ${right('Cap', 4)}`;
  const rows = domains.map(
    ({ name, domid, weight, cap }) =>
      `${left(name, 33)} ${right(domid, 4)} ${right(weight, 6)} ${right(cap, 4)}`,
  );
  return lines([header, ...rows]);
}

/** `xl cpupool-list`. */
export function poolTable(pools: readonly Pool[]): string {
  const rows = pools.map(
    ({ name, cpus, scheduler, domains }) =>
      `${left(name, 19)}${right(cpus.length, 3)} ${right(scheduler, 9)}       y       ${right(domains, 4)}`,
  );
  return lines([`${left('Name', 19)}CPUs   Sched     Active   Domain count`, ...rows]);
}

/** `xl cpupool-list -c`. */
export function poolCpuTable(pools: readonly Pool[]): string {
  return lines([
    `${left('Name', 19)}CPU list`,
    ...pools.map(({ name, cpus }) => `${left(name, 19)}${cpus.join(',')}`),
  ]);
}
