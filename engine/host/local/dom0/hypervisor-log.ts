import { cpus } from 'node:os';
import { bootLines, schedulerDump, xlListLetters } from '../../../hypervisor/index.ts';
import type { HostContext } from '../context.ts';
import { cpuKhz, xenCommandLine, xenVersion } from './physical.ts';

/** The first lines of `xl dmesg`. */
export function logBoot(host: HostContext, domusVersion: string): void {
  const { toolstack, topology, ring } = host;
  const { totalKiB, dom0KiB } = toolstack.ledger.host();
  const scheduler = toolstack.scheduler.cpupools.get(0)?.scheduler ?? 'credit2';
  const lines = bootLines({
    product: `Domus ${domusVersion}`,
    xenVersion: `${xenVersion.major}.${xenVersion.minor}`,
    machine: 'v86 (32-bit, one vCPU)',
    startedAt: new Date(host.startedAt),
    commandLine: xenCommandLine(dom0KiB, scheduler),
    cpuModel: cpus()[0]?.model.trim() ?? 'unknown',
    cpuMhz: cpuKhz() / 1000,
    totalKiB,
    dom0KiB,
    dom0Vcpus: toolstack.table.get(0)?.vcpus.length ?? 1,
    topology,
    scheduler,
  });
  for (const line of lines) ring.log(line);
}

interface DebugKey {
  readonly title: string;
  report(host: HostContext): string[];
}

function domainReport(host: HostContext): string[] {
  const { table, ledger, scheduler } = host.toolstack;
  return table.list().flatMap((record) => {
    const memory = ledger.domain(record.domid);
    const pages = (kib: number | undefined): number => Math.floor((kib ?? 0) / 4);
    return [
      `General information for domain ${record.domid}:`,
      `    flags=${xlListLetters(record.flags)} dying=${record.dying ? 1 : 0} pause_count=${record.pauseCount}`,
      `    nr_pages=${pages(memory?.currentKiB)} max_pages=${pages(memory?.maxKiB)} claimed=${pages(memory?.claimKiB)}`,
      `    handle=${record.uuid} vm_assist=00000000`,
      ...record.vcpus.map((vcpu) => {
        const cpu = scheduler.placement(record.domid, vcpu.id);
        const state = vcpu.running ? 'running' : vcpu.blocked ? 'blocked' : 'runnable';
        return `    VCPU${vcpu.id}: CPU${cpu ?? '-'} [has=${vcpu.running ? 'T' : 'F'}] poll=0 ${vcpu.online ? state : 'down'}`;
      }),
    ];
  });
}

function memoryReport(host: HostContext): string[] {
  const { totalKiB, freeKiB, dom0KiB, overheadKiB } = host.toolstack.ledger.host();
  return [
    'Physical memory information:',
    `    Xen heap: ${overheadKiB}kB`,
    `    heap[dom0]: ${dom0KiB}kB`,
    `    heap[free]: ${freeKiB}kB of ${totalKiB}kB`,
  ];
}

const keys: Readonly<Record<string, DebugKey>> = {
  h: {
    title: 'show this message',
    report: () =>
      Object.entries(keys).map(([key, { title }]) => ` key '${key}' (ascii '${hex(key)}') => ${title}`),
  },
  m: { title: 'memory info', report: memoryReport },
  q: { title: 'dump domain (and guest debug) info', report: domainReport },
  r: {
    title: 'dump run queues',
    report: (host) => schedulerDump(host.toolstack.scheduler.snapshot()),
  },
};

const hex = (key: string): string => key.charCodeAt(0).toString(16).padStart(2, '0');

/** Each letter that has a handler writes its report; others do nothing, as in Xen. */
export function pressDebugKeys(host: HostContext, letters: string): void {
  for (const letter of letters) {
    const key = Object.hasOwn(keys, letter) ? keys[letter] : undefined;
    if (!key) continue;
    host.ring.log(`'${letter}' pressed -> ${key.title}`);
    for (const line of key.report(host)) host.ring.log(line);
  }
}
