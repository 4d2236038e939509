import { dom0Uuid, type DomainRow } from '../../../api/index.ts';
import type { MachineCounters } from '../../../guest/machine.ts';
import { type DomainRecord, xentopLetters, xlListLetters } from '../../../hypervisor/index.ts';
import type { LiveDomain } from '../../../toolstack/live-domain.ts';
import { vdevNumber } from '../../../xlcfg/index.ts';
import type { HostContext } from '../context.ts';
import type { ManagedDomain } from '../managed-domain.ts';

/** What was last heard of a live domain's machine; null before the first time. */
export type CountersOf = (live: LiveDomain) => MachineCounters | null;

const sectorBytes = 512;
const maxDevices = 64;

function vbdsOf(counters: MachineCounters | null): DomainRow['vbds'] {
  return (counters?.vbds ?? []).slice(0, maxDevices).map((vbd) => ({
    device: vdevNumber(vbd.vdev) ?? 0,
    readOps: vbd.readOps,
    writeOps: vbd.writeOps,
    readSectors: Math.floor(vbd.readBytes / sectorBytes),
    writeSectors: Math.floor(vbd.writeBytes / sectorBytes),
  }));
}

function vifsOf(counters: MachineCounters | null): DomainRow['vifs'] {
  return (counters?.vifs ?? []).slice(0, maxDevices).map((vif) => ({
    devid: vif.devid,
    rxBytes: vif.rxBytes,
    rxPackets: vif.rxPackets,
    rxDrops: vif.rxDrops,
    txBytes: vif.txBytes,
    txPackets: vif.txPackets,
    txDrops: vif.txDrops,
  }));
}

function poolName(host: HostContext, domid: number): string {
  const { scheduler } = host.toolstack;
  const params = scheduler.domainParams(domid);
  return (params && scheduler.cpupools.get(params.pool)?.name.slice(0, 64)) ?? 'Pool-0';
}

function row(
  host: HostContext,
  record: DomainRecord,
  domain: ManagedDomain | undefined,
  counters: MachineCounters | null,
): DomainRow {
  const { domid } = record;
  const memory = host.toolstack.ledger.domain(domid);
  const online = record.vcpus.filter((vcpu) => vcpu.online);
  const isDom0 = domid === 0;
  return {
    domid,
    name: isDom0 ? 'Domain-0' : (domain?.name.slice(0, 256) ?? null),
    uuid: isDom0 ? dom0Uuid : record.uuid,
    id: isDom0 ? dom0Uuid : (domain?.id ?? record.uuid),
    letters: xlListLetters(record.flags),
    topLetters: xentopLetters(record.flags),
    shutdownCode: record.flags.shutdownCode,
    memoryKiB: memory?.currentKiB ?? 0,
    claimedKiB: memory?.claimKiB ?? 0,
    // Domain-0 has no limit of its own on this host, as without dom0_mem=max: on a real one.
    maxMemoryKiB: isDom0 ? null : (memory?.maxKiB ?? 0),
    vcpusOnline: online.length,
    vcpusMax: record.vcpus.length,
    cpuTimeNs: record.cpuTimeNs,
    vcpuTimesNs: online.map((vcpu) => vcpu.cpuTimeNs),
    pool: poolName(host, domid),
    startedAt: isDom0 ? host.startedAt : (domain?.live?.startedAt ?? null),
    vifs: vifsOf(counters),
    vbds: vbdsOf(counters),
  };
}

/** Every domain the hypervisor has, by domid: what `xl list` and xentop show. */
export function domainRows(host: HostContext, countersOf: CountersOf): DomainRow[] {
  const byDomid = new Map(host.domains.live.map((domain) => [domain.live?.domid, domain]));
  return host.toolstack.table.list().map((record) => {
    const domain = byDomid.get(record.domid);
    return row(host, record, domain, domain?.live ? countersOf(domain.live) : null);
  });
}
