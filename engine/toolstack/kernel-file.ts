import { open } from 'node:fs/promises';
import { DomusError } from '../api/index.ts';
import { fileProblem } from '../storage/raw-disk.ts';

/** What a file given as kernel is. Offsets are of the Linux/x86 boot protocol's setup header. */
export type KernelKind = 'bzImage' | 'bzImage64' | 'old-linux' | 'elf' | 'gzip' | 'other';

const headBytes = 0x268;

export function kernelKind(head: Uint8Array): KernelKind {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  if (bytes.length >= 2 && bytes.readUInt16LE(0) === 0x8b1f) return 'gzip';
  if (bytes.length >= 4 && bytes.toString('latin1', 0, 4) === '\x7fELF') return 'elf';
  const isBoot = bytes.length >= headBytes && bytes.readUInt16LE(0x1fe) === 0xaa55;
  if (!isBoot || bytes.toString('latin1', 0x202, 0x206) !== 'HdrS') return 'other';
  const protocol = bytes.readUInt16LE(0x206);
  const loadedHigh = (bytes.readUInt8(0x211) & 1) === 1;
  if (!loadedHigh) return 'old-linux';
  const has64BitEntry = protocol >= 0x020c && (bytes.readUInt16LE(0x236) & 1) === 1;
  return has64BitEntry ? 'bzImage64' : 'bzImage';
}

const refusals: Record<Exclude<KernelKind, 'bzImage'>, { why: string; fix: string }> = {
  bzImage64: {
    why: 'is a 64-bit kernel, and the embedded machine is 32-bit',
    fix: 'Use a 32-bit (i386) bzImage, or run this domain on a real Xen host.',
  },
  'old-linux': { why: 'is a zImage of an old kind that is loaded low', fix: 'Use a bzImage.' },
  elf: {
    why: 'is an ELF image (a paravirtual kernel or vmlinux), and the embedded machine boots bzImage files only',
    fix: 'Use the bzImage of the same kernel.',
  },
  gzip: { why: 'is a gzip file, not a kernel', fix: 'Unpack it, or use the bzImage.' },
  other: {
    why: 'is not a Linux kernel (no boot header)',
    fix: 'Choose a bzImage file, often called vmlinuz.',
  },
};

async function readHead(path: string): Promise<Uint8Array> {
  const handle = await open(path, 'r');
  try {
    const head = new Uint8Array(headBytes);
    const { bytesRead } = await handle.read(head, 0, headBytes, 0);
    return head.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Rejects unless the embedded machine can boot `path` directly. ERROR_NOTFOUND or ERROR_INVAL, field `kernel`. */
export async function checkKernel(path: string): Promise<void> {
  const head = await readHead(path).catch((error: unknown) => {
    throw new DomusError('ERROR_NOTFOUND', fileProblem('The kernel', path, error), {
      field: 'kernel',
      fix: 'Choose another kernel file.',
    });
  });
  const kind = kernelKind(head);
  if (kind === 'bzImage') return;
  const { why, fix } = refusals[kind];
  throw new DomusError('ERROR_INVAL', `${path} ${why}.`, { field: 'kernel', fix });
}

/** Rejects unless the file can be read and is not empty. ERROR_NOTFOUND or ERROR_INVAL, field `ramdisk`. */
export async function checkRamdisk(path: string): Promise<void> {
  const head = await readHead(path).catch((error: unknown) => {
    throw new DomusError('ERROR_NOTFOUND', fileProblem('The ramdisk', path, error), {
      field: 'ramdisk',
      fix: 'Choose another ramdisk file, or none.',
    });
  });
  if (head.length === 0) {
    throw new DomusError('ERROR_INVAL', `The ramdisk ${path} is empty.`, { field: 'ramdisk' });
  }
}
