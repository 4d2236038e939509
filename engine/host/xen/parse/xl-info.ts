import type { PhysicalInfo } from '../../../api/index.ts';
import { clean } from '../shell/text.ts';
import { cpuNumbers, decimal, whole } from './number.ts';

/** `xl info` and `xl info -n` (xl-commands §2). Lines that are not known are passed over, missing ones are empty or 0. */

type Fields = ReadonlyMap<string, string>;

/** The `key : value` lines. */
export function infoFields(text: string): Fields {
  const fields = new Map<string, string>();
  for (const line of text.split('\n').slice(0, 10_000)) {
    const match = /^([a-z][a-z0-9_]{0,40}) *: ?(.*)$/.exec(line);
    if (match && !fields.has(match[1] ?? '')) fields.set(match[1] ?? '', clean(match[2] ?? '', 1024));
  }
  return fields;
}

const mib = 1024;

function hwCaps(text: string): number[] {
  const words = text.split(':').map((word) => (/^[0-9a-f]{1,8}$/i.test(word) ? parseInt(word, 16) : 0));
  return Array.from({ length: 8 }, (_, index) => words[index] ?? 0);
}

/** Rows after the line that begins with `heading`, up to the next `key :` line. */
function section(text: string, heading: string): string[] {
  const lines = text.split('\n');
  const from = lines.findIndex((line) => line.startsWith(heading));
  if (from < 0) return [];
  const rest = lines.slice(from + 2, from + 2 + 4096);
  const end = rest.findIndex((line) => /^[a-z_ ]+ +: *$|^[a-z_]+ +: /.test(line) || line.trim() === '');
  return end < 0 ? rest : rest.slice(0, end);
}

function topology(text: string): PhysicalInfo['topology'] {
  return section(text, 'cpu_topology').flatMap((row) => {
    const match = /^\s*(\d+):\s+(\d+)\s+(\d+)\s+(\d+)/.exec(row);
    if (!match) return [];
    const [cpu = 0, core = 0, socket = 0, node = 0] = match.slice(1).map(Number);
    return [{ cpu, core, socket, node }];
  });
}

function nodes(text: string): PhysicalInfo['nodes'] {
  return section(text, 'numa_info')
    .flatMap((row) => {
      const match = /^\s*(\d+):\s+(\d+)\s+(\d+)\s+([\d,]+)/.exec(row);
      if (!match) return [];
      const [node = 0, size = 0, free = 0] = match.slice(1, 4).map(Number);
      const distances = (match[4] ?? '').split(',').map(Number).slice(0, 64);
      return [{ node, memoryKiB: size * mib, freeKiB: free * mib, distances }];
    })
    .slice(0, 64);
}

export interface HostFacts {
  readonly physical: PhysicalInfo;
  /** `4.17.7`; '' when it does not say. */
  readonly version: string;
}

/** All of `xl info` (with -n: topology and nodes too). */
export function parseInfo(text: string): HostFacts {
  const fields = infoFields(text);
  const word = (key: string, max = 256): string => (fields.get(key) ?? '').slice(0, max);
  const number = (key: string): number => whole(fields.get(key));
  const cpus = number('nr_cpus');
  const found = topology(text);
  return {
    version: word('xen_version'),
    physical: {
      host: word('host'),
      release: word('release'),
      version: word('version'),
      machine: word('machine', 64),
      nrCpus: cpus,
      maxCpuId: whole(fields.get('max_cpu_id'), Math.max(0, cpus - 1)),
      nrNodes: number('nr_nodes'),
      coresPerSocket: number('cores_per_socket'),
      threadsPerCore: number('threads_per_core'),
      cpuKhz: Math.round(decimal(fields.get('cpu_mhz')) * 1000),
      hwCaps: hwCaps(word('hw_caps')),
      virtCaps: word('virt_caps')
        .split(/\s+/)
        .filter((cap) => cap !== '')
        .map((cap) => cap.slice(0, 32))
        .slice(0, 32),
      totalMemoryKiB: number('total_memory') * mib,
      freeMemoryKiB: number('free_memory') * mib,
      outstandingClaimsKiB: number('outstanding_claims') * mib,
      freeCpus: number('free_cpus'),
      xenMajor: number('xen_major'),
      xenMinor: number('xen_minor'),
      xenExtra: word('xen_extra', 64),
      xenCaps: word('xen_caps', 512),
      xenScheduler: word('xen_scheduler', 32),
      platformParams: word('platform_params'),
      xenChangeset: word('xen_changeset'),
      xenCommandline: word('xen_commandline', 1024),
      ccCompiler: word('cc_compiler'),
      ccCompileBy: word('cc_compile_by'),
      ccCompileDomain: word('cc_compile_domain'),
      ccCompileDate: word('cc_compile_date'),
      buildId: word('build_id'),
      topology:
        found.length > 0
          ? found
          : cpuNumbers('all', cpus).map((cpu) => ({ cpu, core: 0, socket: 0, node: 0 })),
      nodes: nodes(text),
    },
  };
}
