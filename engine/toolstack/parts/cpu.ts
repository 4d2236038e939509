import type { Part } from '../../device/part.ts';
import { at, numberAt, textAt } from '../../device/struct.ts';
import { printCpuList } from '../../xlcfg/index.ts';

/** What xl gives a domain whose file says nothing (xl-cfg reference §4). */
export const defaultWeight = 256;

/** The CPUs that the first vCPU may run on; null: any. */
export function hardCpus(domain: Parameters<Part<'cpu'>['read']>[0]): readonly number[] | null {
  const affinity = at(domain, 'b_info', 'vcpu_hard_affinity');
  const first: unknown = Array.isArray(affinity) ? affinity[0] : undefined;
  return Array.isArray(first) ? first.filter((cpu) => typeof cpu === 'number') : null;
}

/** The embedded machine has one vCPU, whatever the file says for others. */
export const cpu = (pcpus: number): Part<'cpu'> => ({
  kind: 'cpu',
  title: 'Processor',
  read(domain) {
    const online: unknown = at(domain, 'b_info', 'avail_vcpus');
    const vcpus = Math.max(1, Array.isArray(online) ? online.length : 1);
    const cpus = hardCpus(domain);
    return {
      vcpus,
      maxVcpus: Math.max(vcpus, numberAt(domain, 'b_info', 'max_vcpus') ?? 1),
      weight: numberAt(domain, 'b_info', 'sched_params', 'weight') ?? defaultWeight,
      capPercent: numberAt(domain, 'b_info', 'sched_params', 'cap') ?? 0,
      cpus: cpus === null ? 'all' : printCpuList(cpus, pcpus),
    };
  },
  summary: ({ vcpus, weight, capPercent }) =>
    [
      `${vcpus} ${vcpus === 1 ? 'vCPU' : 'vCPUs'}`,
      `weight ${weight}`,
      capPercent === 0 ? '' : `cap ${capPercent} %`,
    ]
      .filter(Boolean)
      .join(', '),
  rules: (domain) => ({
    vcpus: 'restart',
    maxVcpus: 'restart',
    weight: 'live',
    capPercent: 'live',
    cpus:
      textAt(domain, 'b_info', 'numa_placement') === 'False'
        ? { no: 'The file has a list with a set for each vCPU: edit it there.' }
        : 'live',
  }),
  options: ({ vcpus, maxVcpus, weight, capPercent, cpus }) => ({
    ...(vcpus !== undefined && { vcpus }),
    ...(maxVcpus !== undefined && { maxvcpus: maxVcpus }),
    ...(weight !== undefined && { cpu_weight: weight }),
    ...(capPercent !== undefined && { cap: capPercent }),
    ...(cpus !== undefined && { cpus: cpus === 'all' || cpus === '' ? null : cpus }),
  }),
});
