import type { BootMenu, DomainBoot } from '../../../api/index.ts';
import { readBootMenu, readDomainMenu } from '../../../toolstack/bootloader/index.ts';
import { realDiskPath } from '../../../toolstack/disk-images.ts';
import { domainBootOf } from '../../domain-boot.ts';
import type { HostContext } from '../context.ts';

const diskOf = (host: HostContext, name: string): { name: string; path: string } => ({
  name,
  path: realDiskPath(name, host.toolstack),
});

/** See `boot.menu` of the contract. */
export function bootMenu(host: HostContext, disk: string): Promise<BootMenu> {
  return readBootMenu(diskOf(host, disk));
}

/** See `boot.ofDomain` of the contract. Reads the disk as it is now; errors as those of the boot loader itself. */
export function domainBoot(host: HostContext, id: string): Promise<DomainBoot> {
  const { name, definition, live } = host.domains.get(id);
  const config = definition?.config ?? live?.config ?? null;
  return domainBootOf({ name, config }, ({ program, args, disk }) =>
    readDomainMenu({ program, args, disk: disk && diskOf(host, disk.path) }),
  );
}
