import { open } from 'node:fs/promises';
import { DomusError, type MediumInfo } from '../../api/index.ts';
import { FsError, GuardedReader, openFileSystem, type ReadLimits } from '../../storage/fs/index.ts';
import { checkRawDisk, detectFormat } from '../../storage/raw-disk.ts';
import { openImage } from '../bootloader/image-reader.ts';
import { sizeText, systemOnDisk } from './disk.ts';
import { systemOnCd } from './iso.ts';
import { kernelBits, kernelVersion } from './kernels.ts';

/** A look is for a form that waits: what takes more than this stays unknown. */
const limits: ReadLimits = { reads: 60_000, bytes: 96 * 2 ** 20 };
const kernelHead = 0x8000;
const sector = 2048;

type Content = Omit<MediumInfo, 'path' | 'bytes' | 'warnings'>;
const unknown = { system: null, bits: null, bootable: null, facts: [] };

/** A boot record of El Torito at sector 17: firmware finds a loader through it. */
async function isBootableCd(reader: GuardedReader): Promise<boolean> {
  if (reader.size < 18 * sector) return false;
  const record = Buffer.from(await reader.read(17 * sector, 64)).toString('latin1');
  return record.startsWith('\0CD001') && record.includes('EL TORITO SPECIFICATION');
}

async function cd(reader: GuardedReader): Promise<Content> {
  const fs = await openFileSystem(reader);
  const found = fs?.kind === 'iso9660' ? await systemOnCd(fs) : { system: null, bits: null };
  const label = fs?.label ? [{ name: 'Volume', value: fs.label.slice(0, 200) }] : [];
  return { kind: 'iso', format: 'iso', ...found, bootable: await isBootableCd(reader), facts: label };
}

async function kernel(path: string): Promise<Content | null> {
  const handle = await open(path, 'r');
  try {
    const head = new Uint8Array(kernelHead);
    const { bytesRead } = await handle.read(head, 0, kernelHead, 0);
    const bits = kernelBits(head.subarray(0, bytesRead));
    if (!bits) return null;
    const version = kernelVersion(head);
    const system = version === null ? 'Linux' : `Linux ${version}`.slice(0, 120);
    return { kind: 'kernel', format: 'bzImage', system, bits, bootable: true, facts: [] };
  } finally {
    await handle.close();
  }
}

async function content(path: string): Promise<Content> {
  const format = await detectFormat(path);
  if (format !== 'raw' && format !== 'iso') return { kind: 'disk', format, ...unknown };
  const image = await openImage(path);
  try {
    const reader = new GuardedReader(image.reader, limits);
    if (format === 'iso') return await cd(reader);
    const asKernel = await kernel(path);
    if (asKernel) return asKernel;
    return { kind: 'disk', format, ...(await systemOnDisk(reader)) };
  } finally {
    await image.close();
  }
}

/**
 * What a file of this computer holds, as far as a short look tells; what cannot be read stays unknown. Errors (no such
 * file, no rights, empty) as `checkRawDisk`.
 */
export async function lookAtMedium(path: string): Promise<Omit<MediumInfo, 'warnings'>> {
  const { bytes } = await checkRawDisk(path, { readOnly: true });
  const found = await content(path).catch((error: unknown): Content => {
    if (!(error instanceof FsError || error instanceof DomusError)) throw error;
    return { kind: 'other', format: 'raw', ...unknown };
  });
  const size = { name: 'Size', value: sizeText(bytes) };
  return { path, bytes, ...found, facts: [size, ...found.facts].slice(0, 80) };
}
