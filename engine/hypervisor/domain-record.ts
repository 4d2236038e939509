import type { DomidRequest } from './domid.ts';
import type { DomainFlags } from './domain-state.ts';
import type { Phase } from './domain-rules.ts';

export interface VcpuRecord {
  readonly id: number;
  /** Brought up by the guest; offline vCPUs use no CPU and are `--p` in `xl vcpu-list`. */
  readonly online: boolean;
  /** Was executing at the last sample. */
  readonly running: boolean;
  /** Waited for an event at the last sample. */
  readonly blocked: boolean;
  /** CPU time used since creation, nanoseconds. */
  readonly cpuTimeNs: number;
}

export interface DomainRecord {
  readonly domid: number;
  readonly uuid: string;
  /** Monotonic nanoseconds of the creation. */
  readonly createdNs: number;
  /** 0 = not paused. A new domain starts at 1: the toolstack builds it paused. */
  readonly pauseCount: number;
  /** Xen's code (0..255) once shut down, else null. */
  readonly shutdownCode: number | null;
  readonly dying: boolean;
  /** All `max_vcpus` of them, by id. */
  readonly vcpus: readonly VcpuRecord[];
  /** Alive and not paused: its vCPUs may run. */
  readonly schedulable: boolean;
  readonly flags: DomainFlags;
  /** Sum over the vCPUs. */
  readonly cpuTimeNs: number;
}

export interface DomainSpec {
  readonly uuid: string;
  /** 1..128. */
  readonly maxVcpus: number;
  /** vCPUs online from the start: ids 0..n-1, 1..maxVcpus. Default: all. */
  readonly onlineVcpus?: number;
  readonly domid?: DomidRequest;
}

interface MutableVcpu extends VcpuRecord {
  online: boolean;
  running: boolean;
  blocked: boolean;
  cpuTimeNs: number;
}

export class Domain implements DomainRecord {
  readonly domid: number;
  readonly createdNs: number;
  readonly vcpus: MutableVcpu[];
  uuid: string;
  pauseCount: number;
  shutdownCode: number | null = null;
  dying = false;

  constructor(domid: number, spec: DomainSpec, nowNs: number, pauseCount: number) {
    this.domid = domid;
    this.uuid = spec.uuid;
    this.createdNs = nowNs;
    this.pauseCount = pauseCount;
    const online = spec.onlineVcpus ?? spec.maxVcpus;
    this.vcpus = Array.from({ length: spec.maxVcpus }, (_, id) => ({
      id,
      online: id < online,
      running: false,
      blocked: false,
      cpuTimeNs: 0,
    }));
  }

  get phase(): Phase {
    if (this.dying) return 'dying';
    return this.shutdownCode === null ? 'live' : 'shutdown';
  }

  /** vCPUs can make progress. */
  get schedulable(): boolean {
    return this.phase === 'live' && this.pauseCount === 0;
  }

  get flags(): DomainFlags {
    const online = this.schedulable ? this.vcpus.filter((vcpu) => vcpu.online) : [];
    return {
      running: online.some((vcpu) => vcpu.running),
      blocked: online.length > 0 && online.every((vcpu) => vcpu.blocked && !vcpu.running),
      paused: this.pauseCount > 0,
      shutdown: this.shutdownCode !== null,
      shutdownCode: this.shutdownCode,
      dying: this.dying,
    };
  }

  get cpuTimeNs(): number {
    return this.vcpus.reduce((sum, vcpu) => sum + vcpu.cpuTimeNs, 0);
  }

  /** vCPUs stand still: what the last sample said is no longer true. */
  freeze(): void {
    for (const vcpu of this.vcpus) {
      vcpu.running = false;
      vcpu.blocked = false;
    }
  }
}
