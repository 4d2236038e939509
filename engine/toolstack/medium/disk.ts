import type { MediumInfo } from '../../api/index.ts';
import {
  type BlockReader,
  type FileSystem,
  foreignContent,
  openFileSystem,
  readPartitions,
  windowOf,
} from '../../storage/fs/index.ts';
import type { Found } from './iso.ts';
import { type Bits, firstBits, headOf, kernelBits, programBits, together } from './kernels.ts';

const programs = ['/sbin/init', '/bin/sh', '/usr/bin/env', '/bin/busybox', '/usr/lib/systemd/systemd'];
const maxKernels = 8;

const unquoted = (text: string): string => text.replace(/^(["'])(.*)\1$/, '$2');

async function osRelease(fs: FileSystem): Promise<string | null> {
  for (const path of ['/etc/os-release', '/usr/lib/os-release']) {
    const head = await headOf(fs, path, 8192);
    const text = head && Buffer.from(head).toString('utf8');
    const found = text && /^PRETTY_NAME=(.+)$/m.exec(text)?.[1];
    if (found) return unquoted(found.trim()).replace(' GNU/Linux', '').slice(0, 120);
  }
  return null;
}

async function bootKernels(fs: FileSystem): Promise<Bits | null> {
  const seen: (Bits | null)[] = [];
  for (const folder of ['/boot', '/']) {
    const names = await fs.list(folder).catch((): string[] => []);
    for (const name of names.filter((each) => /^(vmlinuz|bzImage)/.test(each)).slice(0, maxKernels))
      seen.push(await firstBits(fs, [`${folder}/${name}`], kernelBits));
  }
  return together(seen);
}

async function systemIn(fs: FileSystem): Promise<Found> {
  const system = await osRelease(fs);
  const kernels = await bootKernels(fs);
  return { system, bits: kernels ?? (await firstBits(fs, programs, programBits)) };
}

const gib = 2 ** 30;
export const sizeText = (bytes: number): string =>
  bytes >= gib ? `${(bytes / gib).toFixed(1).replace('.0', '')} GiB` : `${Math.round(bytes / 2 ** 20)} MiB`;

interface Part extends Found {
  readonly fact: MediumInfo['facts'][number];
}

async function lookAt(name: string, reader: BlockReader): Promise<Part | null> {
  const fs = await openFileSystem(reader).catch(() => null);
  const size = sizeText(reader.size);
  if (!fs) {
    const other = await foreignContent(reader).catch(() => null);
    return { fact: { name, value: [other ?? 'unknown content', size].join(', ') }, system: null, bits: null };
  }
  const found = await systemIn(fs);
  const words = [fs.kind, fs.label, size, found.system ?? ''].filter((word) => word !== '');
  return { fact: { name, value: words.join(', ').slice(0, 200) }, ...found };
}

/** Boot code in the first sector: what a BIOS would jump into. */
async function hasBootCode(reader: BlockReader): Promise<boolean> {
  if (reader.size < 512) return false;
  const sector = await reader.read(0, 512);
  return sector[510] === 0x55 && sector[511] === 0xaa && sector.subarray(0, 64).some((byte) => byte !== 0);
}

/** The systems on a disk, partition by partition. */
export async function systemOnDisk(
  reader: BlockReader,
): Promise<Found & Pick<MediumInfo, 'facts' | 'bootable'>> {
  const { kind, partitions } = await readPartitions(reader);
  const parts: Part[] = [];
  for (const { number, start, size } of partitions.slice(0, 64)) {
    const part = await lookAt(`Partition ${number}`, windowOf(reader, start, size));
    if (part) parts.push(part);
  }
  const whole = partitions.length === 0 ? await lookAt('Whole disk', reader) : null;
  const all = whole ? [whole] : parts;
  const table = kind === 'none' ? [] : [{ name: 'Partition table', value: kind.toUpperCase() }];
  return {
    system: all.find(({ system }) => system !== null)?.system ?? null,
    bits: together(all.map(({ bits }) => bits)),
    bootable: await hasBootCode(reader),
    facts: [...table, ...all.map(({ fact }) => fact)],
  };
}
