/** What a guest costs beside the memory it is promised (behaviour §5). All figures in KiB. */

export type GuestType = 'pv' | 'pvh' | 'hvm';

/** libxl's constant per guest for what the hypervisor and the toolstack need around it. */
const extraKiB: Record<GuestType, number> = { pv: 1024, pvh: 2048, hvm: 2048 };

/** The hypervisor lets a domain have this much more than its target. */
export const maxSlackKiB = 1024;

/** Needs are rounded up to this. */
const roundingKiB = 2048;

export interface GuestMemorySpec {
  readonly type: GuestType;
  /** `memory=`: what the guest starts with. */
  readonly targetKiB: number;
  /** `maxmem=`: how far it may ever balloon up. At least the target. */
  readonly staticMaxKiB: number;
  readonly maxVcpus: number;
  /** Hardware assisted paging. Default: for HVM and PVH, which is where Xen has it. */
  readonly hap?: boolean;
  /** `shadow_memory=`; computed when absent. */
  readonly pagingKiB?: number;
  /** IOMMU page tables, for passthrough. */
  readonly iommuKiB?: number;
  /** A device model domain of its own. */
  readonly stubdomKiB?: number;
}

export interface MemoryNeed {
  readonly targetKiB: number;
  readonly pagingKiB: number;
  readonly iommuKiB: number;
  readonly extraKiB: number;
  readonly stubdomKiB: number;
  /** The sum, rounded up to 2 MiB: this much has to be free to start. */
  readonly totalKiB: number;
}

/** 4 KiB × (256 per vCPU + maxmem in MiB × how many kinds of page tables Xen keeps for the guest). */
export function defaultPagingKiB(spec: GuestMemorySpec): number {
  const hap = spec.hap ?? spec.type !== 'pv';
  const tables = (spec.type === 'pv' ? 0 : 1) + (hap ? 0 : 1);
  return 4 * (256 * spec.maxVcpus + tables * Math.floor(spec.staticMaxKiB / 1024));
}

export function memoryNeed(spec: GuestMemorySpec): MemoryNeed {
  const parts = {
    targetKiB: spec.targetKiB,
    pagingKiB: spec.pagingKiB ?? defaultPagingKiB(spec),
    iommuKiB: spec.iommuKiB ?? 0,
    extraKiB: extraKiB[spec.type],
    stubdomKiB: spec.stubdomKiB ?? 0,
  };
  const sum = Object.values(parts).reduce((total, part) => total + part, 0);
  return { ...parts, totalKiB: Math.ceil(sum / roundingKiB) * roundingKiB };
}
