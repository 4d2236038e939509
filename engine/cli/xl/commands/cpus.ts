import type { PhysicalInfo } from '../../../api/dom0.ts';
import { type CpuTopology, parseCpuList } from '../../../xlcfg/index.ts';
import { Exit } from '../context.ts';

/** The CPUs and nodes that a CPU list can speak of. */
export function topologyOf({ nrCpus, topology, nrNodes }: PhysicalInfo): CpuTopology {
  const nodes: number[][] = Array.from({ length: nrNodes }, () => []);
  for (const { cpu, node } of topology) nodes[node]?.push(cpu);
  return { cpuCount: nrCpus, nodes };
}

/** A CPU list argument; ends the command with the parser's sentence when it cannot be read. */
export function cpuList(text: string, topology: CpuTopology): number[] {
  const result = parseCpuList(text, topology);
  if (result.ok) return [...result.cpus];
  throw new Exit(1, `${result.message}\n`);
}
