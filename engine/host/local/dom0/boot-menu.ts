import { z } from 'zod';
import { type BootMenu, type DomainBoot, DomusError } from '../../../api/index.ts';
import { parseBootloaderArgs, withoutChoice } from '../../../toolstack/bootloader/arguments.ts';
import { readBootMenu, readDomainMenu } from '../../../toolstack/bootloader/index.ts';
import { realDiskPath } from '../../../toolstack/disk-images.ts';
import type { HostContext } from '../context.ts';

/** See `boot.menu` of the contract. */
export function bootMenu(host: HostContext, disk: string): Promise<BootMenu> {
  return readBootMenu({ name: disk, path: realDiskPath(disk, host.toolstack) });
}

const libxlArguments = z.object({
  b_info: z.object({ bootloader_args: z.array(z.string()).default([]) }),
});

/** See `boot.ofDomain` of the contract. Reads the disk as it is now; errors as those of the boot loader itself. */
export async function domainBoot(host: HostContext, id: string): Promise<DomainBoot> {
  const domain = host.domains.get(id);
  const config = domain.definition?.config ?? domain.live?.config;
  if (config?.boot.kind !== 'bootloader') {
    throw new DomusError('ERROR_INVAL', `${domain.name} does not boot through a boot loader.`, {
      field: 'bootloader',
    });
  }
  const { program, args } = config.boot;
  const path = config.disks[0]?.path ?? null;
  const disk = path === null ? null : { name: path, path: realDiskPath(path, host.toolstack) };
  const menu = await readDomainMenu({ program, args, disk });
  const { b_info: build } = libxlArguments.parse(config.libxl);
  return {
    disk: path ?? '',
    menu,
    bootloaderArgs: withoutChoice(build.bootloader_args),
    kernelArgs: parseBootloaderArgs(args).args ?? '',
  };
}
