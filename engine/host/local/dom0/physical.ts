import { readFileSync } from 'node:fs';
import { arch, cpus, hostname, machine, release, userInfo, version } from 'node:os';
import type { PhysicalInfo } from '../../../api/index.ts';
import type { HostContext } from '../context.ts';
import { featureWords } from './cpu-features.ts';

/** What this host answers as: the features of Xen 4.17. */
export const xenVersion = { major: 4, minor: 17, extra: '.0-domus' } as const;

/** In the words of Xen's command line, what is true of this host. */
export const xenCommandLine = (dom0KiB: number, scheduler: string): string =>
  `dom0_mem=${Math.floor(dom0KiB / 1024)}M sched=${scheduler}`;

/** What Linux says of the first CPU under that key; empty elsewhere. */
function cpuInfo(key: string): string {
  try {
    return (
      new RegExp(`^${key}\\s*:(.*)$`, 'm').exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1]?.trim() ?? ''
    );
  } catch {
    return '';
  }
}

const caps = cpuInfo('flags').split(/\s+/);
const khz = Math.round((cpus()[0]?.speed || Number(cpuInfo('cpu MHz')) || 0) * 1000);

/** In kHz; 0 when the system does not say. */
export const cpuKhz = (): number => khz;

const builtBy = (): string => {
  try {
    return userInfo().username;
  } catch {
    return '';
  }
};

/** `xl info`: what the computer is, what of it the host has, and which hypervisor this answers as. */
export function physicalInfo(host: HostContext, domusVersion: string): PhysicalInfo {
  const { toolstack, topology, pcpus } = host;
  const memory = toolstack.ledger.host();
  const pool = toolstack.scheduler.cpupools.get(0);
  const scheduler = pool?.scheduler ?? 'credit2';
  return {
    host: hostname(),
    release: release(),
    version: version().slice(0, 256),
    machine: machine() || arch(),
    nrCpus: pcpus,
    maxCpuId: pcpus - 1,
    nrNodes: topology.nodes,
    coresPerSocket: topology.coresPerSocket,
    threadsPerCore: topology.threadsPerCore,
    cpuKhz: cpuKhz(),
    hwCaps: featureWords(caps),
    virtCaps: ['pv', 'hvm'],
    totalMemoryKiB: memory.totalKiB,
    freeMemoryKiB: memory.freeKiB,
    outstandingClaimsKiB: memory.outstandingClaimsKiB,
    freeCpus: toolstack.scheduler.cpupools.freeCpus().length,
    xenMajor: xenVersion.major,
    xenMinor: xenVersion.minor,
    xenExtra: xenVersion.extra,
    xenCaps: 'xen-3.0-x86_32p hvm-3.0-x86_32 hvm-3.0-x86_32p ',
    xenScheduler: scheduler,
    platformParams: 'virt_start=0xf5800000',
    xenChangeset: `domus ${domusVersion}`.slice(0, 256),
    xenCommandline: xenCommandLine(memory.dom0KiB, scheduler),
    ccCompiler: `node ${process.version}, v8 ${process.versions.v8}`,
    ccCompileBy: builtBy(),
    ccCompileDomain: hostname(),
    ccCompileDate: new Date(host.startedAt).toUTCString(),
    buildId: domusVersion.slice(0, 256),
    topology: topology.places.map(({ cpu, core, socket, node }) => ({ cpu, core, socket, node })),
    nodes: topology.numa(memory).map(({ node, totalKiB, freeKiB, distances }) => ({
      node,
      memoryKiB: totalKiB,
      freeKiB,
      distances: [...distances],
    })),
  };
}
