import { Domain, type DomainRecord, type DomainSpec } from './domain-record.ts';
import { checkAction, type DomainAction, unknownDomain } from './domain-rules.ts';
import { DomidAllocator, type RecentDomid } from './domid.ts';
import { shutdownCodes } from './domain-state.ts';
import { done, refuse, type Result } from './result.ts';

/** Most vCPUs a domain may have (Xen's limit for HVM). */
export const maxVcpusPerDomain = 128;

/** Xen counts nested pauses in a byte. */
const maxPauseCount = 255;

export const dom0Uuid = '00000000-0000-0000-0000-000000000000';

export interface DomainTableConfig {
  readonly dom0Vcpus: number;
  readonly nowNs: number;
  /** To go on where an earlier run of the host stopped. */
  readonly lastDomid?: number;
  readonly recentDomids?: readonly RecentDomid[];
}

/** What a sample says about one vCPU. */
export interface VcpuSample {
  readonly domid: number;
  readonly vcpu: number;
  /** CPU time used since the previous sample, nanoseconds ≥ 0. */
  readonly usedNs: number;
  readonly running: boolean;
  readonly blocked: boolean;
}

/**
 * Which domains exist and in what state each one is. Records handed out are live views: read, do not keep.
 * A domain's life: create (pause count 1) → unpause → … → shutdown → kill (dying) → release (gone).
 */
export class DomainTable {
  readonly #domains = new Map<number, Domain>();
  readonly #domids: DomidAllocator;

  constructor(config: DomainTableConfig) {
    this.#domids = new DomidAllocator(config.lastDomid, config.recentDomids);
    const dom0 = new Domain(0, { uuid: dom0Uuid, maxVcpus: config.dom0Vcpus }, config.nowNs, 0);
    for (const vcpu of dom0.vcpus) vcpu.blocked = vcpu.id > 0;
    const [boot] = dom0.vcpus;
    if (boot) boot.running = true;
    this.#domains.set(0, dom0);
  }

  /** All domains by ascending domid, Domain-0 first. */
  list(): readonly DomainRecord[] {
    return [...this.#domains.values()].sort((a, b) => a.domid - b.domid);
  }

  get(domid: number): DomainRecord | undefined {
    return this.#domains.get(domid);
  }

  /** The first domain with this UUID. Xen itself allows duplicates; the toolstack does not make them. */
  findByUuid(uuid: string): DomainRecord | undefined {
    return this.list().find((domain) => domain.uuid === uuid);
  }

  /** Last domid given out by growing, and those that rest: to be kept over a restart of the host. */
  domidHistory(nowNs: number): { last: number; recent: readonly RecentDomid[] } {
    return { last: this.#domids.last, recent: this.#domids.recent(nowNs) };
  }

  /** A new domain, paused. EINVAL for bad vCPU counts; domid errors as `DomidAllocator.allocate`. */
  create(spec: DomainSpec, nowNs: number): Result<DomainRecord> {
    const { maxVcpus, onlineVcpus = maxVcpus } = spec;
    if (!Number.isInteger(maxVcpus) || maxVcpus < 1 || maxVcpus > maxVcpusPerDomain) {
      return refuse('EINVAL', `A domain has 1 to ${maxVcpusPerDomain} vCPUs, not ${maxVcpus}.`);
    }
    if (!Number.isInteger(onlineVcpus) || onlineVcpus < 1 || onlineVcpus > maxVcpus) {
      return refuse('EINVAL', `${onlineVcpus} of ${maxVcpus} vCPUs cannot be online.`);
    }
    const domid = this.#domids.allocate(nowNs, spec.domid);
    if (!domid.ok) return domid;
    const domain = new Domain(domid.value, spec, nowNs, 1);
    this.#domains.set(domain.domid, domain);
    return done(domain);
  }

  /** Whether `action` would be legal now, and if not, why. For tables of what can be done. */
  check(domid: number, action: DomainAction): Result {
    const domain = this.#legal(domid, action);
    return domain.ok ? done() : domain;
  }

  /** Pauses nest: as many unpauses are needed. ENOSPC at 255. */
  pause(domid: number): Result {
    const domain = this.#legal(domid, 'pause');
    if (!domain.ok) return domain;
    if (domain.value.pauseCount >= maxPauseCount) {
      return refuse('ENOSPC', `Domain ${domid} is paused ${maxPauseCount} times already.`);
    }
    domain.value.pauseCount += 1;
    domain.value.freeze();
    return done();
  }

  /** EINVAL when the domain is not paused. */
  unpause(domid: number): Result {
    const domain = this.#legal(domid, 'unpause');
    if (!domain.ok) return domain;
    if (domain.value.pauseCount === 0) return refuse('EINVAL', `Domain ${domid} is not paused.`);
    domain.value.pauseCount -= 1;
    return done();
  }

  /** The guest stopped by itself. `code` is Xen's, 0..255. The first reason stays: EINVAL when already shut down. */
  shutdown(domid: number, code: number): Result {
    const domain = this.#legal(domid, 'shutdown');
    if (!domain.ok) return domain;
    if (!Number.isInteger(code) || code < 0 || code > 255) {
      return refuse('EINVAL', `${code} is not a shutdown reason.`);
    }
    domain.value.shutdownCode = code;
    domain.value.freeze();
    return done();
  }

  /** Undoes a shutdown (a suspend that was cancelled, or a restored guest). */
  resume(domid: number): Result {
    return this.#clearShutdown(domid, 'resume');
  }

  /** The same domain begins anew: not shut down, only vCPU 0 online. */
  softReset(domid: number): Result {
    const cleared = this.#clearShutdown(domid, 'softReset');
    if (!cleared.ok) return cleared;
    for (const vcpu of this.#domains.get(domid)?.vcpus ?? []) vcpu.online = vcpu.id === 0;
    return done();
  }

  /** Begins the teardown; the domain stays listed as dying until `release`. EPERM for Domain-0. Idempotent. */
  kill(domid: number): Result {
    const domain = this.#legal(domid, 'kill');
    if (!domain.ok) return domain;
    domain.value.dying = true;
    domain.value.freeze();
    return done();
  }

  /** All resources of a dying domain are free: it disappears, and its domid rests for 60 s. */
  release(domid: number, nowNs: number): Result {
    const domain = this.#legal(domid, 'release');
    if (!domain.ok) return domain;
    this.#domains.delete(domid);
    this.#domids.release(domid, nowNs);
    return done();
  }

  /** Gives the domain another UUID (rename-restart does that to the dead one). */
  setUuid(domid: number, uuid: string): Result {
    const domain = this.#domains.get(domid);
    if (!domain) return unknownDomain(domid);
    domain.uuid = uuid;
    return done();
  }

  /**
   * Brings a vCPU up or down, as the guest does. EINVAL for a vCPU the domain does not have. When the last one goes down
   * the domain powers off, as in Xen.
   */
  setVcpuOnline(domid: number, vcpuId: number, online: boolean): Result {
    const domain = this.#domains.get(domid);
    if (!domain || domain.dying) return unknownDomain(domid);
    const vcpu = domain.vcpus[vcpuId];
    if (!vcpu) return refuse('EINVAL', `Domain ${domid} has no vCPU ${vcpuId}.`);
    vcpu.online = online;
    if (!online) Object.assign(vcpu, { running: false, blocked: false });
    const anyOnline = domain.vcpus.some((other) => other.online);
    return anyOnline || domain.phase !== 'live' ? done() : this.shutdown(domid, shutdownCodes.poweroff);
  }

  /** Records measured CPU time and state. Unknown domains and vCPUs are ignored: a sample may come after the end. */
  account(samples: Iterable<VcpuSample>): void {
    for (const sample of samples) {
      const domain = this.#domains.get(sample.domid);
      const vcpu = domain?.vcpus[sample.vcpu];
      if (!domain || !vcpu) continue;
      if (sample.usedNs > 0) vcpu.cpuTimeNs += sample.usedNs;
      const moving = domain.schedulable && vcpu.online;
      vcpu.running = moving && sample.running;
      vcpu.blocked = moving && sample.blocked && !sample.running;
    }
  }

  #clearShutdown(domid: number, action: 'resume' | 'softReset'): Result {
    const domain = this.#legal(domid, action);
    if (!domain.ok) return domain;
    domain.value.shutdownCode = null;
    return done();
  }

  #legal(domid: number, action: DomainAction): Result<Domain> {
    const domain = this.#domains.get(domid);
    if (!domain) return unknownDomain(domid);
    const legal = checkAction(domid, domain.phase, action);
    return legal.ok ? done(domain) : legal;
  }
}
