import { formatCpuSet } from './cpu-set.ts';
import type { PoolSnapshot, SchedulerSnapshot, VcpuSnapshot } from './scheduler/snapshot.ts';

/** Names of the schedulers as Xen's dump says them. */
const titles = {
  credit: 'SMP Credit Scheduler (credit)',
  credit2: 'SMP Credit Scheduler rev2 (credit2)',
} as const;

const two = (cpu: number): string => String(cpu).padStart(2, '0');

/** What debug key `r` writes to `xl dmesg`: schedulers, domains and run queues, in the form of Xen's dump. */
export function schedulerDump(snapshot: SchedulerSnapshot): string[] {
  return snapshot.pools.flatMap((pool) => dumpPool(pool, snapshot));
}

function dumpPool(pool: PoolSnapshot, snapshot: SchedulerSnapshot): string[] {
  const vcpus = snapshot.vcpus.filter((vcpu) => vcpu.pool === pool.id);
  const find = (domid: number, id: number): VcpuSnapshot | undefined =>
    vcpus.find((vcpu) => vcpu.domid === domid && vcpu.vcpu === id);
  const queueLines = pool.queues.flatMap((queue, index) => {
    const waiting = queue.waiting.flatMap(({ domid, vcpu }) => find(domid, vcpu) ?? []);
    return [
      `Runqueue ${index}:`,
      `\tcpus               = ${cpuList(queue.cpus)}`,
      ...waiting.map((vcpu, place) => `\t${String(place).padStart(3)}: ${dumpVcpu(vcpu, pool)}`),
    ];
  });
  const cpuLines = pool.cpus.map((cpu) => {
    const current = snapshot.pcpus.find((pcpu) => pcpu.cpu === cpu)?.current;
    return `CPU[${two(cpu)}] current=${current ? `d${current.domid}v${current.vcpu}` : 'd[IDLE]'}`;
  });
  return [
    `Cpupool ${pool.id}:`,
    `Scheduler: ${titles[pool.scheduler]}`,
    `\tdefault-weight     = 256`,
    ...(pool.scheduler === 'credit' ? [`\ttslice             = ${pool.params.tsliceMs}ms`] : []),
    `\tratelimit          = ${pool.params.ratelimitUs}us`,
    'Domain info:',
    ...pool.domids.flatMap((domid) => {
      const own = vcpus.filter((vcpu) => vcpu.domid === domid);
      const head = `\tDomain: ${domid} w ${own[0]?.weight ?? 256} c ${own[0]?.cap ?? 0} v ${own.length}`;
      return [
        head,
        ...own.map((vcpu, index) => `\t${String(index + 1).padStart(3)}: ${dumpVcpu(vcpu, pool)}`),
      ];
    }),
    ...queueLines,
    'CPUs info:',
    ...cpuLines,
  ];
}

function dumpVcpu(vcpu: VcpuSnapshot, pool: PoolSnapshot): string {
  const credit = pool.scheduler === 'credit2' ? Math.round(vcpu.credit * 1e6) : vcpu.credit;
  const load = `load=${Math.round(vcpu.usedPercent)}%`;
  const cpu = vcpu.cpu === null ? '-' : String(vcpu.cpu);
  return `[${vcpu.domid}.${vcpu.vcpu}] cpu=${cpu} credit=${credit} [w=${vcpu.weight},cap=${vcpu.cap}] ${load}`;
}

function cpuList(cpus: readonly number[]): string {
  return formatCpuSet(new Set(cpus), Number.MAX_SAFE_INTEGER);
}
