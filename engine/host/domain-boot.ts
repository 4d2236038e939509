import { z } from 'zod';
import { type BootMenu, type DomainBoot, DomusError } from '../api/index.ts';
import { parseBootloaderArgs, withoutChoice } from '../toolstack/bootloader/arguments.ts';
import type { GuestConfig, GuestDisk } from '../toolstack/guest-config.ts';

/** What a domain's configuration says of its boot loader. */
export interface BootRequest {
  readonly program: string;
  readonly args: readonly string[];
  /** Its first disk, which boot loaders look at; null: it has none, or an empty drive. */
  readonly disk: (GuestDisk & { readonly path: string }) | null;
}

const libxlArguments = z.object({
  b_info: z.object({ bootloader_args: z.array(z.string()).default([]) }),
});

/** See `boot.ofDomain` of the contract; `read` looks at the disk as it is now. ERROR_INVAL for a domain without a boot loader. */
export async function domainBootOf(
  domain: { readonly name: string; readonly config: GuestConfig | null },
  read: (request: BootRequest) => Promise<BootMenu>,
): Promise<DomainBoot> {
  const { name, config } = domain;
  if (config?.boot.kind !== 'bootloader') {
    throw new DomusError('ERROR_INVAL', `${name} does not boot through a boot loader.`, {
      field: 'bootloader',
    });
  }
  const { program, args } = config.boot;
  const [first] = config.disks;
  const path = first?.path ?? null;
  const disk = first && path !== null ? { ...first, path } : null;
  const menu = await read({ program, args, disk });
  const { b_info: build } = libxlArguments.parse(config.libxl);
  return {
    disk: (path ?? '').slice(0, 4096),
    menu,
    bootloaderArgs: withoutChoice(build.bootloader_args),
    kernelArgs: parseBootloaderArgs(args).args ?? '',
  };
}
