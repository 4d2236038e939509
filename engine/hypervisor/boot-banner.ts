import type { SchedulerName } from './scheduler/params.ts';
import type { Topology } from './topology.ts';

/** What is true of this host and worth a line at its start. */
export interface BootFacts {
  /** Name and version of the program. */
  readonly product: string;
  /** The Xen version it answers as, e.g. `4.17`. */
  readonly xenVersion: string;
  /** What executes the guests, e.g. `v86 0.5.462 (32-bit, one vCPU)`. */
  readonly machine: string;
  readonly startedAt: Date;
  /** In the words of Xen's command line, e.g. `sched=credit2 dom0_mem=128M`. */
  readonly commandLine: string;
  readonly cpuModel: string;
  readonly cpuMhz: number;
  readonly totalKiB: number;
  readonly dom0KiB: number;
  readonly dom0Vcpus: number;
  readonly topology: Topology;
  readonly scheduler: SchedulerName;
}

const schedulerLines: Record<SchedulerName, readonly string[]> = {
  credit: ['Using scheduler: SMP Credit Scheduler (credit)'],
  credit2: [
    'Using scheduler: SMP Credit Scheduler rev2 (credit2)',
    'Initializing Credit2 scheduler',
    ' runqueues arrangement: socket',
  ],
};

const mb = (kib: number): number => Math.floor(kib / 1024);

/** The first lines of `xl dmesg`: in the form of Xen's own boot log, with only what holds for this host. */
export function bootLines(facts: BootFacts): string[] {
  const { topology } = facts;
  const date = facts.startedAt.toUTCString();
  return [
    `${facts.product}: embedded host, answers as Xen version ${facts.xenVersion} - ${date}`,
    `Command line: ${facts.commandLine}`,
    `Guests execute on ${facts.machine}; PV and PVH kernels boot on its emulated hardware`,
    `CPU: ${facts.cpuModel}`,
    `System RAM: ${mb(facts.totalKiB)}MB (${facts.totalKiB}kB)`,
    topology.nodes > 1 ? `NUMA: ${topology.nodes} nodes` : 'No NUMA configuration found',
    `SMP: Allowing ${topology.pcpus} CPUs (0 hotplug CPUs)`,
    ...schedulerLines[facts.scheduler],
    ' cap enforcement granularity: 1ms',
    `Detected ${facts.cpuMhz.toFixed(3)} MHz processor.`,
    `Dom0 has maximum ${facts.dom0Vcpus} VCPUs`,
    `Dom0 memory: ${mb(facts.dom0KiB)}MB`,
  ];
}
