import { dom0Uuid, type DomainRow } from '../../../api/index.ts';
import { vdevNumber } from '../../../xlcfg/index.ts';
import type { XenContext } from '../host-context.ts';
import type { XenDomain } from '../model/domain.ts';
import { topLetters } from '../model/letters.ts';
import type { ListRow } from '../parse/xl-list.ts';
import type { TopRow } from '../parse/xentop.ts';

const maxVcpus = 128;

/** xentop has sums of a domain's cards and of its disks; they stand at the first one of each. */
function devicesOf(domain: XenDomain | null, top: TopRow | undefined): Pick<DomainRow, 'vifs' | 'vbds'> {
  const nic = domain?.config?.nics[0];
  const disk = domain?.config?.disks[0];
  if (!top) return { vifs: [], vbds: [] };
  const unknown = { rxPackets: 0, rxDrops: 0, txPackets: 0, txDrops: 0 };
  const { readOps, writeOps, readSectors, writeSectors } = top;
  return {
    vifs: nic ? [{ devid: nic.devid, rxBytes: top.rxKiB * 1024, txBytes: top.txKiB * 1024, ...unknown }] : [],
    vbds: disk ? [{ device: vdevNumber(disk.vdev) ?? 0, readOps, writeOps, readSectors, writeSectors }] : [],
  };
}

/** How CPU time is spread over several vCPUs only `xl vcpu-list` says: here each has its share. */
function vcpuTimes(cpuTimeNs: number, vcpus: number): number[] {
  const count = Math.min(maxVcpus, Math.max(1, vcpus));
  return Array.from({ length: count }, () => cpuTimeNs / count);
}

function row(domain: XenDomain | null, list: ListRow, top: TopRow | undefined): DomainRow {
  const cpuTimeNs = Math.max(list.cpuSeconds, top?.cpuSeconds ?? 0) * 1e9;
  return {
    domid: list.domid,
    name: list.name,
    uuid: list.uuid,
    id: domain?.id ?? dom0Uuid,
    letters: list.letters,
    topLetters: topLetters(list.letters),
    shutdownCode: list.shutdownCode,
    memoryKiB: list.memoryKiB,
    claimedKiB: 0,
    maxMemoryKiB: top ? top.maxMemoryKiB : (domain?.config?.maxMemoryKiB ?? null),
    vcpusOnline: list.vcpus,
    vcpusMax: Math.max(1, list.vcpus, domain?.config?.maxVcpus ?? 1),
    cpuTimeNs,
    vcpuTimesNs: vcpuTimes(cpuTimeNs, list.vcpus),
    pool: 'Pool-0',
    startedAt: domain?.live?.startedAt ?? null,
    ...devicesOf(domain, top),
  };
}

/** Every live domain by domid, from what was read and measured last: asking costs the host nothing. */
export function domainRows(host: XenContext): DomainRow[] {
  const figures = host.figures();
  const { dom0 } = host.domains;
  const guests = host.domains.all.flatMap((domain) =>
    domain.live ? [row(domain, domain.live.row, figures.get(domain.live.row.name ?? ''))] : [],
  );
  guests.sort((a, b) => a.domid - b.domid);
  return dom0 ? [row(null, dom0, figures.get('Domain-0')), ...guests] : guests;
}
