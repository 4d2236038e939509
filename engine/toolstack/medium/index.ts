import { DomusError, type MediumInfo } from '../../api/index.ts';
import {
  type BlockReader,
  FsError,
  GuardedReader,
  openFileSystem,
  type ReadLimits,
} from '../../storage/fs/index.ts';
import { formatBytes, formatOf, isPlain } from '../../storage/image-format.ts';
import { openFile } from '../bootloader/image-reader.ts';
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

async function kernel(reader: GuardedReader): Promise<Content | null> {
  const head = await reader.read(0, Math.min(kernelHead, reader.size));
  const bits = kernelBits(head);
  if (!bits) return null;
  const version = kernelVersion(head);
  const system = version === null ? 'Linux' : `Linux ${version}`.slice(0, 120);
  return { kind: 'kernel', format: 'bzImage', system, bits, bootable: true, facts: [] };
}

async function content(reader: GuardedReader): Promise<Content> {
  const format = formatOf(await reader.read(0, Math.min(formatBytes, reader.size)));
  if (!isPlain(format)) return { kind: 'disk', format, ...unknown };
  if (format === 'iso') return cd(reader);
  return (await kernel(reader)) ?? { kind: 'disk', format, ...(await systemOnDisk(reader)) };
}

export type Looked = Omit<MediumInfo, 'warnings'>;

/** What the medium that `source` reads holds, as far as a short look tells; what cannot be read stays unknown. */
export async function lookAt(path: string, source: BlockReader): Promise<Looked> {
  const found = await content(new GuardedReader(source, limits)).catch((error: unknown): Content => {
    if (!(error instanceof FsError || error instanceof DomusError)) throw error;
    return { kind: 'other', format: 'raw', ...unknown };
  });
  const size = { name: 'Size', value: sizeText(source.size) };
  return { path, bytes: source.size, ...found, facts: [size, ...found.facts].slice(0, 80) };
}

/** The same of a file of this computer. Errors (no such file, no rights, empty) as `checkRawDisk`. */
export async function lookAtMedium(path: string): Promise<Looked> {
  const file = await openFile(path);
  try {
    return await lookAt(path, file.reader);
  } finally {
    await file.close();
  }
}
