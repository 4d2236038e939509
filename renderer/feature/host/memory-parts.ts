import { dom0Uuid, type DomainInfo } from '../../../engine/api/domain.ts';
import type { HostInfo } from '../../../engine/api/host.ts';

/** A piece of the host's memory and who has it. */
export interface MemoryPart {
  readonly id: string;
  readonly name: string;
  readonly kind: 'dom0' | 'domain' | 'others' | 'free';
  readonly kib: number;
  /** Share of the whole, 0..1. */
  readonly share: number;
}

/** Domains that get a piece of their own; the rest is drawn as one. */
const maxOwnParts = 24;

/** Who has the host's memory: Domain-0, each domain that has some (largest first), what is free. */
export function memoryParts(host: HostInfo, domains: readonly DomainInfo[]): MemoryPart[] {
  const total = Math.max(1, host.memoryTotalKiB);
  const part = (id: string, name: string, kind: MemoryPart['kind'], kib: number): MemoryPart => ({
    id,
    name,
    kind,
    kib,
    share: Math.min(1, Math.max(0, kib / total)),
  });
  const guests = domains
    .filter((domain) => domain.uuid !== dom0Uuid && domain.memoryKiB > 0)
    .sort((a, b) => b.memoryKiB - a.memoryKiB);
  const others = guests.slice(maxOwnParts);
  const parts = [
    part('dom0', 'Domain-0', 'dom0', host.memoryDom0KiB),
    ...guests.slice(0, maxOwnParts).map(({ id, name, memoryKiB }) => part(id, name, 'domain', memoryKiB)),
  ];
  if (others.length > 0) {
    const kib = others.reduce((sum, domain) => sum + domain.memoryKiB, 0);
    parts.push(part('others', `${others.length} others`, 'others', kib));
  }
  return [...parts, part('free', 'Free', 'free', host.memoryFreeKiB)];
}

/**
 * Upper end of the graph of the whole computer's memory. How much that is, the contract does not say: a power of two
 * above what is in use, so that the axis stands still.
 */
export function memoryAxisKiB(hostKiB: number, inUseKiB: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1024, hostKiB, inUseKiB * 1.05)));
}
