import type { DomainInfo } from '../../../engine/api/domain.ts';
import type { HostInfo } from '../../../engine/api/host.ts';
import type { Task } from '../../../engine/api/task.ts';
import { fakeDomain } from '../../support/fake-host.ts';

/** Objects as the engine sends them, for tests of what the window makes of them. */

export const mib = 1024;

export function aHost(patch: Partial<HostInfo> = {}): HostInfo {
  return {
    id: 'local',
    name: 'laptop',
    kind: 'embedded',
    state: 'online',
    group: '',
    connection: null,
    lacks: {},
    version: 'Domus 0.1.0 (as Xen 4.17)',
    cpuModel: 'A CPU',
    pcpus: 4,
    memoryTotalKiB: 4096 * mib,
    memoryDom0KiB: 512 * mib,
    memoryFreeKiB: 3584 * mib,
    startedAt: 0,
    stateDirectory: '/state',
    bridges: ['xenbr0'],
    warnings: [],
    ...patch,
  };
}

export const aDomain = (name: string, patch: Partial<DomainInfo> = {}): DomainInfo =>
  fakeDomain(name, { id: name, ...patch });

export const running = (domid: number): Partial<DomainInfo> => ({
  domid,
  state: 'running',
  letters: 'r-----',
  memoryKiB: 64 * mib,
  startedAt: 0,
});

export function aTask(id: string, patch: Partial<Task> = {}): Task {
  return {
    id,
    title: `Task ${id}`,
    host: 'local',
    domain: null,
    command: null,
    status: 'done',
    progress: 1,
    stage: '',
    cancellable: false,
    startedAt: 0,
    endedAt: 1,
    error: null,
    log: [],
    ...patch,
  };
}
