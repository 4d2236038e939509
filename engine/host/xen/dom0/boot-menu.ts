import { type BootMenu, type DomainBoot, DomusError } from '../../../api/index.ts';
import { bootError } from '../../../toolstack/bootloader/boot-config.ts';
import { checkPlain } from '../../../toolstack/bootloader/image-reader.ts';
import { menuOn, menuOptions } from '../../../toolstack/bootloader/menu.ts';
import { pygrubReading } from '../../../toolstack/bootloader/pygrub/index.ts';
import { firstDisk } from '../../../toolstack/bootloader/request.ts';
import type { BlockReader } from '../../../storage/fs/index.ts';
import { formatBytes, formatOf } from '../../../storage/image-format.ts';
import { type BootRequest, domainBootOf } from '../../domain-boot.ts';
import type { XenContext } from '../host-context.ts';
import type { HostImages } from '../media/host-images.ts';

/** The boot loader of the host may know more than can be read from here: that is said, instead of what the embedded host advises. */
async function orOnConsole<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    if (!(error instanceof DomusError) || !['ERROR_NI', 'ERROR_NOTFOUND'].includes(error.code)) throw error;
    throw new DomusError(error.code, error.message, {
      ...(error.field !== undefined && { field: error.field }),
      fix: 'If the host’s own boot loader finds a menu there, it is on the domain’s console when it starts.',
    });
  });
}

async function menuOfDisk(
  name: string,
  reader: BlockReader,
  options?: Parameters<typeof menuOn>[2],
): Promise<BootMenu> {
  checkPlain(name, formatOf(await reader.read(0, Math.min(formatBytes, reader.size))));
  return menuOn(name, reader, options, pygrubReading);
}

/** See `boot.menu` of the contract: as the host's pygrub reads it. */
export function bootMenu(images: HostImages, disk: string, signal?: AbortSignal): Promise<BootMenu> {
  return orOnConsole(images.read(disk, signal, (reader) => menuOfDisk(disk, reader)));
}

/** pygrub of a host looks at a disk in another format, or one that a script connects, when it is connected: not from here. */
async function menuOf(
  images: HostImages,
  request: BootRequest,
  signal: AbortSignal | undefined,
): Promise<BootMenu> {
  const options = menuOptions(request.program, request.args);
  const { path, format } = firstDisk(request);
  if (format === 'raw') return images.read(path, signal, (reader) => menuOfDisk(path, reader, options));
  throw bootError(
    'ERROR_NI',
    `${path} is no raw disk (${format}): it is not read from here.`,
    undefined,
    'disk',
  );
}

/** See `boot.ofDomain` of the contract. */
export function domainBoot(
  host: XenContext,
  images: HostImages,
  id: string,
  signal?: AbortSignal,
): Promise<DomainBoot> {
  const { name, definition, live } = host.domains.get(id);
  const config = definition?.config ?? live?.config ?? null;
  return orOnConsole(domainBootOf({ name, config }, (request) => menuOf(images, request, signal)));
}
