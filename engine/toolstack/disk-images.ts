import { DomusError } from '../api/index.ts';
import type { DiskConfig } from '../device/vbd/config.ts';
import type { MachineDisk } from '../guest/machine.ts';
import { isLockedByOthers } from '../storage/file-locks.ts';
import { checkRawDisk, detectFormat, type RawDisk } from '../storage/raw-disk.ts';
import type { DiskSharing } from '../storage/sharing.ts';

export interface ImageContext {
  /** Turns a path as configured into one of this computer. */
  resolve(path: string): string;
  readonly sharing: DiskSharing;
  /** The domain is the incoming copy of one that may still stand here (see `DiskSharing.lend`). */
  readonly incoming?: boolean;
}

/** Whose disks these are. */
export interface ImageUser {
  readonly uuid: string;
  readonly name: string;
}

/** Where a configured disk is on this computer. `phy:vg/lv` means /dev/vg/lv, as Xen's block script has it. */
export const realDiskPath = (path: string, context: Pick<ImageContext, 'resolve'>): string =>
  context.resolve(/^(?:\/|[A-Za-z]:)/.test(path) ? path : `/dev/${path}`);

type Image = Pick<DiskConfig, 'path' | 'format' | 'readOnly'> & { readonly path: string };

async function checkFormat(path: string, format: string, real: string): Promise<void> {
  if (format === 'raw' || format === 'empty') return;
  const found = await detectFormat(real);
  if (found !== format) {
    throw new DomusError(
      'ERROR_INVAL',
      `${path} is not a ${format} image: its beginning is that of ${found}.`,
      {
        field: 'disk',
        fix: 'Choose its true format, or another image. It may be damaged.',
      },
    );
  }
  throw new DomusError(
    'ERROR_NI',
    `The disk ${path} is a ${format} image; the embedded host reads raw images only, for now.`,
    { field: 'disk', fix: `Convert it: qemu-img convert -O raw ${path} ${path}.raw` },
  );
}

/**
 * Can this image back a disk? ERROR_NOTFOUND, ERROR_INVAL, ERROR_NI or ERROR_FAIL, field `disk`. Looks only; nobody is kept
 * from using it afterwards.
 */
export async function checkImage(image: Image, context: Pick<ImageContext, 'resolve'>): Promise<RawDisk> {
  const real = realDiskPath(image.path, context);
  const raw = await checkRawDisk(real, image);
  await checkFormat(image.path, image.format, real);
  return raw;
}

async function checkUnlocked({ path, readOnly }: Image, real: string): Promise<void> {
  if (!(await isLockedByOthers(real, { readOnly }))) return;
  throw new DomusError('ERROR_FAIL', `The disk image ${path} is locked by another program that uses it.`, {
    field: 'disk',
    fix: 'End that program (a virtual machine, qemu-img …), or use another image.',
  });
}

/** The images one domain holds, by virtual device. */
export class DiskImages {
  readonly #context: ImageContext;
  readonly #user: ImageUser;
  readonly #held = new Map<string, () => void>();

  constructor(context: ImageContext, user: ImageUser) {
    this.#context = context;
    this.#user = user;
  }

  /** Takes the image of a disk for the domain; the disk as a machine takes it. Errors: those of `checkImage`, ERROR_FAIL in use. */
  async hold({ vdev, kind, path, format, readOnly, shared, pciSlot }: DiskConfig): Promise<MachineDisk> {
    const disk = { vdev, kind, readOnly, ...(pciSlot !== undefined && { pciSlot }) };
    if (path === null) return disk;
    const image = { path, format, readOnly };
    const raw = await checkImage(image, this.#context);
    if (!shared) await checkUnlocked(image, raw.path);
    const { uuid, name } = this.#user;
    const { sharing, incoming = false } = this.#context;
    const use = { owner: uuid, ownerName: name, readOnly, shared, incoming };
    const release = sharing.acquire(raw.identity, path, use);
    this.release(vdev);
    this.#held.set(vdev, release);
    return { ...disk, path: raw.path };
  }

  /** Gives the image back to others. Idempotent. */
  release(vdev: string): void {
    this.#held.get(vdev)?.();
    this.#held.delete(vdev);
  }

  dispose(): void {
    for (const vdev of [...this.#held.keys()]) this.release(vdev);
  }
}
