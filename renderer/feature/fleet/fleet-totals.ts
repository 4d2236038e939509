import type { DomainInfo } from '../../../engine/api/domain.ts';
import type { HostInfo, Sample } from '../../../engine/api/host.ts';
import { isDom0 } from '../../store/domain.store.ts';

export interface Totals {
  readonly hosts: number;
  readonly online: number;
  /** Of the hosts that answer. */
  readonly pcpus: number;
  /** pCPUs' worth of work going on; null when no host says. */
  readonly busyPcpus: number | null;
  readonly memoryTotalKiB: number;
  readonly memoryFreeKiB: number;
  /** Without Domain-0; also of hosts that do not answer, as they were. */
  readonly guests: number;
  readonly running: number;
}

/** Sums over hosts. What does not answer counts as a host and with its guests, not with its CPUs and memory. */
export function totalsOf(
  hosts: readonly HostInfo[],
  domainsOf: (host: string) => readonly DomainInfo[],
  wholeOf: (host: string) => Sample | null,
): Totals {
  const online = hosts.filter(({ state }) => state === 'online');
  const guests = hosts.flatMap(({ id }) => domainsOf(id).filter((domain) => !isDom0(domain)));
  const sum = (of: (host: HostInfo) => number): number => online.reduce((all, host) => all + of(host), 0);
  const measured = online.filter(({ id }) => wholeOf(id) !== null);
  return {
    hosts: hosts.length,
    online: online.length,
    pcpus: sum((host) => host.pcpus),
    busyPcpus:
      measured.length === 0
        ? null
        : measured.reduce((all, { id, pcpus }) => all + ((wholeOf(id)?.cpuPercent ?? 0) / 100) * pcpus, 0),
    memoryTotalKiB: sum((host) => host.memoryTotalKiB),
    memoryFreeKiB: sum((host) => host.memoryFreeKiB),
    guests: guests.length,
    running: guests.filter(({ domid }) => domid !== null).length,
  };
}
