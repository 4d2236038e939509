import { availableParallelism, cpus, hostname } from 'node:os';
import { dom0Uuid, type History, type HistoryRange, type HostInfo, type Sample } from '../../api/index.ts';
import { Computer } from '../../stats/computer.ts';
import { Series } from '../../stats/series.ts';
import type { HostContext } from './context.ts';
import { dom0Info, domainInfo } from './domain-info.ts';
import type { ManagedDomain } from './managed-domain.ts';

const version = (domus: string): string => `Domus ${domus} (as Xen 4.17)`;

/** What the embedded host cannot do, and why. */
const lacking: HostInfo['lacks'] = {
  connection: 'The embedded host is part of Domus: there is no connection to make or to end.',
};

/** Tells the sink what the host is and does, and keeps the histories. */
export class Reporting {
  readonly #host: HostContext;
  readonly #domusVersion: string;
  readonly #computer = new Computer();
  readonly #whole = new Series();
  readonly #dom0 = new Series();
  readonly #cpuModel = cpus()[0]?.model.trim() || 'unknown';

  constructor(host: HostContext, domusVersion: string) {
    this.#host = host;
    this.#domusVersion = domusVersion;
  }

  hostInfo(): HostInfo {
    const { id, toolstack, pcpus, stateDir, warnings } = this.#host;
    const { totalKiB, dom0KiB, freeKiB } = toolstack.ledger.host();
    return {
      id,
      name: hostname(),
      kind: 'embedded',
      state: 'online',
      group: '',
      connection: null,
      lacks: lacking,
      version: version(this.#domusVersion),
      cpuModel: this.#cpuModel.slice(0, 200),
      pcpus,
      memoryTotalKiB: totalKiB,
      memoryDom0KiB: dom0KiB,
      memoryFreeKiB: freeKiB,
      startedAt: this.#host.startedAt,
      stateDirectory: stateDir.root,
      bridges: [...toolstack.bridges.keys()],
      warnings: warnings.all,
    };
  }

  domainInfos() {
    const { id, domains, toolstack } = this.#host;
    const guests = domains.all.flatMap((domain) => domainInfo(id, domain, toolstack.ledger) ?? []);
    return [...this.#dom0Infos(), ...guests];
  }

  publishHost(): void {
    this.#host.sink.host(this.hostInfo());
  }

  publishDomain(domain: ManagedDomain): void {
    const info = domainInfo(this.#host.id, domain, this.#host.toolstack.ledger);
    if (info) this.#host.sink.domain(info);
  }

  publishAll(): void {
    this.publishHost();
    for (const info of this.domainInfos()) this.#host.sink.domain(info);
  }

  /** Once a second: what was measured. */
  second(samples: ReadonlyMap<ManagedDomain, Sample>, dom0: Sample | null): void {
    const { toolstack, sink, id } = this.#host;
    const at = toolstack.clock.wallMs();
    const whole = this.#computer.sample(toolstack.clock.monotonicNs());
    const domains: Record<string, Sample> = {};
    for (const [domain, sample] of samples) {
      domain.series.push(at, sample);
      domains[domain.id] = sample;
    }
    if (dom0) {
      this.#dom0.push(at, dom0);
      domains[dom0Uuid] = dom0;
    }
    for (const domain of this.#host.domains.live) this.publishDomain(domain);
    if (!whole) return;
    this.#whole.push(at, whole);
    sink.samples({ host: id, at, whole, domains });
  }

  /** `null`: the computer as a whole. */
  history(domain: ManagedDomain | 'dom0' | null, range: HistoryRange): History {
    const series = domain === null ? this.#whole : domain === 'dom0' ? this.#dom0 : domain.series;
    return series.history(range, this.#host.toolstack.clock.wallMs());
  }

  #dom0Infos() {
    const { id, toolstack } = this.#host;
    const record = toolstack.table.get(0);
    return record ? [dom0Info(id, record, toolstack.ledger, this.#host.startedAt)] : [];
  }
}

/** Logical CPUs this process may use. */
export const defaultPcpus = (): number => Math.max(1, availableParallelism());
