import { open } from 'node:fs/promises';
import type { BlockReader } from '../../storage/fs/index.ts';
import { checkRawDisk, detectFormat } from '../../storage/raw-disk.ts';
import { bootError } from './boot-config.ts';

export interface OpenImage {
  readonly reader: BlockReader;
  close(): Promise<void>;
}

/**
 * Opens a disk image for reading. ERROR_NOTFOUND, ERROR_INVAL or ERROR_FAIL as `checkRawDisk`; ERROR_NI for a format that
 * is not raw. Field `disk`.
 */
export async function openImage(path: string): Promise<OpenImage> {
  const { bytes } = await checkRawDisk(path, { readOnly: true });
  const format = await detectFormat(path);
  if (format !== 'raw' && format !== 'iso')
    throw bootError(
      'ERROR_NI',
      `The disk ${path} is a ${format} image; kernels are looked for in raw images only.`,
      `Convert it: qemu-img convert -O raw ${path} ${path}.raw`,
      'disk',
    );
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
