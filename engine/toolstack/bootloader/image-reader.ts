import { open } from 'node:fs/promises';
import type { BlockReader } from '../../storage/fs/index.ts';
import { type ImageFormat, isPlain } from '../../storage/image-format.ts';
import { checkRawDisk, detectFormat } from '../../storage/raw-disk.ts';
import { bootError } from './boot-config.ts';

export interface OpenImage {
  readonly reader: BlockReader;
  close(): Promise<void>;
}

/** ERROR_NI, field `disk`, for an image whose content is not there as it is. */
export function checkPlain(path: string, format: ImageFormat): void {
  if (isPlain(format)) return;
  throw bootError(
    'ERROR_NI',
    `The disk ${path} is a ${format} image; kernels are looked for in raw images only.`,
    `Convert it: qemu-img convert -O raw ${path} ${path}.raw`,
    'disk',
  );
}

/** As `openFile`, for a disk to boot from: ERROR_NI for a format that is not raw. */
export async function openImage(path: string): Promise<OpenImage> {
  const image = await openFile(path);
  try {
    checkPlain(path, await detectFormat(path));
    return image;
  } catch (error) {
    await image.close();
    throw error;
  }
}

/** Opens a disk image of this computer for reading. ERROR_NOTFOUND, ERROR_INVAL or ERROR_FAIL as `checkRawDisk`; field `disk`. */
export async function openFile(path: string): Promise<OpenImage> {
  const { bytes } = await checkRawDisk(path, { readOnly: true });
  const handle = await open(path, 'r');
  return {
    reader: {
      size: bytes,
      async read(offset, length) {
        const buffer = new Uint8Array(length);
        let done = 0;
        while (done < length) {
          const { bytesRead } = await handle.read(buffer, done, length - done, offset + done);
          if (bytesRead === 0) break;
          done += bytesRead;
        }
        return buffer.subarray(0, done);
      },
    },
    close: () => handle.close(),
  };
}
