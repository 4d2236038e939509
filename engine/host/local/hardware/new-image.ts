import { unlink } from 'node:fs/promises';
import { type DeviceDraft, DomusError } from '../../../api/index.ts';
import { createImage } from '../../../storage/new-image.ts';
import type { Operation } from '../../operation.ts';
import type { HostContext } from '../context.ts';
import { inField } from '../draft-checks.ts';

/**
 * Does `work` with a blank image at the path of the disk, which is taken away again when the work fails. `sizeMiB` null: no
 * image is made. Errors as `createImage`, `field` being `path`; ERROR_INVAL for what takes no new image.
 */
export async function withNewImage<T>(
  { stateDir }: HostContext,
  device: DeviceDraft,
  sizeMiB: number | null,
  op: Operation,
  work: () => Promise<T>,
): Promise<T> {
  if (sizeMiB === null) return work();
  if (device.kind !== 'vbd' || device.settings.devtype !== 'disk' || device.settings.path === null) {
    throw new DomusError('ERROR_INVAL', 'Only a disk with a path gets a new image.', {
      field: 'newImageMiB',
    });
  }
  const { path } = device.settings;
  const real = stateDir.place(path);
  await inField('path', () =>
    createImage(real, { kind: 'blank', bytes: sizeMiB * 2 ** 20 }, { signal: op.signal, progress: () => {} }),
  );
  op.log(`Made the image ${path}.`);
  try {
    return await work();
  } catch (error) {
    await unlink(real).catch(() => undefined);
    throw error;
  }
}
