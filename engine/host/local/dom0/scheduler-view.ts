import type { SchedulerView, VcpuView } from '../../../api/index.ts';
import {
  type DomainRecord,
  type SchedulerSnapshot,
  type VcpuRecord,
  type VcpuSnapshot,
} from '../../../hypervisor/index.ts';
import type { HostContext } from '../context.ts';

const maxNameLength = 64;

function pcpus(snapshot: SchedulerSnapshot): SchedulerView['pcpus'] {
  const pools = new Map(snapshot.pools.map(({ id, name }) => [id, name.slice(0, maxNameLength)]));
  return snapshot.pcpus.map(({ cpu, pool }) => {
    const used = snapshot.vcpus.reduce((sum, vcpu) => sum + (vcpu.cpu === cpu ? vcpu.usedPercent : 0), 0);
    return {
      id: cpu,
      pool: pool === null ? null : (pools.get(pool) ?? null),
      busyPercent: Math.min(100, Math.round(used * 10) / 10),
    };
  });
}

function pools(snapshot: SchedulerSnapshot): SchedulerView['pools'] {
  return snapshot.pools.map(({ id, name, scheduler, params, cpus, domids }) => ({
    id,
    name: name.slice(0, maxNameLength),
    scheduler,
    cpus: [...cpus],
    tsliceMs: scheduler === 'credit' ? params.tsliceMs : null,
    ratelimitUs: params.ratelimitUs,
    migrationDelayUs: scheduler === 'credit' ? params.migrationDelayUs : null,
    domains: domids.length,
  }));
}

function vcpu(record: VcpuRecord, shot: VcpuSnapshot | undefined): VcpuView {
  return {
    vcpu: record.id,
    // One that was never placed would go to the first pCPU it may run on.
    pcpu: record.online ? (shot?.cpu ?? shot?.hard[0] ?? 0) : null,
    online: record.online,
    running: record.running,
    blocked: record.blocked,
    cpuTimeNs: record.cpuTimeNs,
    hard: [...(shot?.hard ?? [])],
    soft: [...(shot?.soft ?? [])],
    credit: shot?.credit ?? null,
    sharePercent: shot?.capPercent ?? 0,
  };
}

function domain(
  host: HostContext,
  record: DomainRecord,
  snapshot: SchedulerSnapshot,
  names: ReadonlyMap<number, { id: string; name: string }>,
): SchedulerView['domains'][number] {
  const { domid } = record;
  const own = snapshot.vcpus.filter((each) => each.domid === domid);
  const params = host.toolstack.scheduler.domainParams(domid);
  const pool = snapshot.pools.find(({ id }) => id === params?.pool);
  const named = names.get(domid) ?? { id: record.uuid, name: domid === 0 ? 'Domain-0' : '(null)' };
  return {
    domid,
    id: named.id,
    name: named.name.slice(0, 256),
    pool: (pool?.name ?? 'Pool-0').slice(0, maxNameLength),
    weight: params?.weight ?? 256,
    cap: params?.cap ?? 0,
    vcpus: record.vcpus.map((each) =>
      vcpu(
        each,
        own.find((shot) => shot.vcpu === each.id),
      ),
    ),
  };
}

/** One moment of scheduler, pools and vCPUs: `xl vcpu-list`, `xl sched-*`, `xl cpupool-list` and the scheduler's page. */
export function schedulerView(host: HostContext): SchedulerView {
  const snapshot = host.toolstack.scheduler.snapshot();
  const names = new Map(
    host.domains.live.flatMap(({ id, name, live }) => (live ? [[live.domid, { id, name }] as const] : [])),
  );
  return {
    host: host.id,
    at: host.toolstack.clock.wallMs(),
    pcpus: pcpus(snapshot),
    pools: pools(snapshot),
    domains: host.toolstack.table.list().map((record) => domain(host, record, snapshot, names)),
  };
}
