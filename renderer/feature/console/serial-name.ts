import type { DomainInfo } from '../../../engine/api/domain.ts';
import type { HostInfo } from '../../../engine/api/host.ts';

/** What the guest calls a console: Xen's own is hvc0, which real PV and PVH guests have; everything else has serial ports. */
export const serialName = (
  { type }: Pick<DomainInfo, 'type'>,
  host: Pick<HostInfo, 'kind'> | null,
  port: number,
): string => (host?.kind === 'xen' && type !== 'hvm' ? `hvc${port}` : `ttyS${port}`);
