import { DomusError, type HostConnection, type HostInfo } from '../../../api/index.ts';
import type { XenFacts } from '../link/probe.ts';

const fixedMemory = 'A real host has the memory that its computer has.';

export const refuseMemory = async (): Promise<never> => {
  throw new DomusError('ERROR_NI', `${fixedMemory} It cannot be set.`);
};

/** What a real host cannot do through Domus, and why. */
const lacking: HostInfo['lacks'] = {
  hostMemory: fixedMemory,
  images:
    'A real host has no ready-made images: give the new domain a kernel, a disk or an installation CD of the host.',
};

const connecting: readonly string[] = ['connecting', 'asking'];

/** A real host as the contract shows it. */
export function hostInfo(host: {
  readonly id: string;
  readonly name: string;
  readonly group: string;
  readonly connection: HostConnection;
  /** As found when it was connected last; null before the first time. */
  readonly facts: XenFacts | null;
  readonly dom0KiB: number;
  readonly freeKiB: number;
  readonly warnings: string[];
}): HostInfo {
  const { id, name, group, connection, facts, dom0KiB, freeKiB, warnings } = host;
  const offline = connecting.includes(connection.state) ? 'connecting' : 'offline';
  return {
    id,
    name,
    kind: 'xen',
    state: connection.state === 'connected' ? 'online' : offline,
    group,
    connection,
    lacks: lacking,
    version: facts ? `Xen ${facts.version}`.slice(0, 200) : '',
    cpuModel: facts?.cpuModel ?? '',
    pcpus: facts?.physical.nrCpus ?? 0,
    memoryTotalKiB: facts?.physical.totalMemoryKiB ?? 0,
    memoryDom0KiB: dom0KiB,
    memoryFreeKiB: freeKiB,
    startedAt: facts?.startedAt ?? null,
    stateDirectory: null,
    bridges: [...(facts?.bridges ?? [])],
    warnings,
  };
}
