import { DomusError } from '../../../api/index.ts';
import { formatCpuSet } from '../../../hypervisor/index.ts';
import { domainPath } from '../../../xenstore/index.ts';
import type { Operation } from '../../host.ts';
import type { HostContext } from '../context.ts';
import { liveTarget, must } from './target.ts';

/**
 * `xl vcpu-set`: the first `count` vCPUs are online. ERROR_FAIL with libxl's sentence for 0 or more than the domain has.
 * The guest's agent may be told of it by cpu/N/availability; the machine itself has one vCPU, which always stays.
 */
export function setVcpus(host: HostContext, id: string, count: number, op: Operation): void {
  const { domid, name } = liveTarget(host, id);
  const { table, store } = host.toolstack;
  const max = table.get(domid)?.vcpus.length ?? 1;
  if (count < 1) throw new DomusError('ERROR_FAIL', `Requested 0 VCPUs, however at least 1 is needed!`);
  if (count > max) {
    throw new DomusError('ERROR_FAIL', `Requested ${count} VCPUs, however maxcpus is ${max}!`, {
      field: 'count',
      fix: 'The embedded machine has one vCPU; a real Xen host can have more.',
    });
  }
  for (let vcpu = 0; vcpu < max; vcpu += 1) must(table.setVcpuOnline(domid, vcpu, vcpu < count));
  if (domid !== 0) {
    store.transaction((change) => {
      for (let vcpu = 0; vcpu < max; vcpu += 1) {
        change.write(`${domainPath(domid)}/cpu/${vcpu}/availability`, vcpu < count ? 'online' : 'offline');
      }
    });
  }
  op.log(`${name} has ${count} of ${max} vCPUs online.`);
  host.hostChanged();
}

/** `xl vcpu-pin`. `vcpu` null: all. ERROR_INVAL with libxl's sentences; a soft set that cannot be reached is only said. */
export function pinVcpu(
  host: HostContext,
  id: string,
  pinning: {
    vcpu: number | null;
    hard?: readonly number[] | undefined;
    soft?: readonly number[] | undefined;
  },
  op: Operation,
): void {
  const { domid } = liveTarget(host, id);
  const { table, scheduler } = host.toolstack;
  const { vcpu, hard, soft } = pinning;
  if (hard?.length === 0) throw new DomusError('ERROR_INVAL', 'vcpu hard affinity map is empty');
  const all = (table.get(domid)?.vcpus ?? []).map((each) => each.id);
  const change = { ...(hard && { hard: new Set(hard) }), ...(soft && { soft: new Set(soft) }) };
  for (const each of vcpu === null ? all : [vcpu]) {
    const { softReaches } = must(scheduler.setAffinity(domid, each, change), { field: 'vcpu' });
    if (!softReaches) op.log('all cpus in soft affinity map are out of the hard affinity map');
    const now = scheduler.affinity(domid, each);
    if (now) {
      const text = (cpus: ReadonlySet<number>): string => formatCpuSet(cpus, host.pcpus);
      op.log(`vCPU ${each}: ${text(now.hard)} / ${text(now.soft)}`);
    }
  }
  host.hostChanged();
}
