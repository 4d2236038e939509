import type { FileSystem } from '../../storage/fs/index.ts';
import { kernelKind } from '../kernel-file.ts';

export type Bits = '32' | '64' | 'both';

/** Enough of a kernel for its boot header and the text it points to. */
const headBytes = 0x8000;

/** What is known of programs of several makes. */
export function together(all: readonly (Bits | null)[]): Bits | null {
  const seen = new Set(all.filter((bits) => bits !== null));
  if (seen.has('both') || (seen.has('32') && seen.has('64'))) return 'both';
  return seen.has('64') ? '64' : seen.has('32') ? '32' : null;
}

/** A bzImage's own words: `6.1.0-18-amd64 (debian-kernel@…) …` begins at 0x200 + the header's field 0x20e. */
export function kernelVersion(head: Uint8Array): string | null {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  if (bytes.length < 0x210) return null;
  const start = bytes.readUInt16LE(0x20e) + 0x200;
  const text = /^[\x20-\x7e]+/.exec(bytes.toString('latin1', start, start + 64))?.[0];
  return text?.split(' ')[0] || null;
}

export function kernelBits(head: Uint8Array): Bits | null {
  const kind = kernelKind(head);
  if (kind === 'bzImage64') return '64';
  return kind === 'bzImage' || kind === 'old-linux' ? '32' : null;
}

const elfClasses: Record<number, Bits> = { 1: '32', 2: '64' };

/** What a program is made for, by its ELF header. */
export function programBits(head: Uint8Array): Bits | null {
  const magic = Buffer.from(head.buffer, head.byteOffset, Math.min(4, head.byteLength)).toString('latin1');
  return magic === '\x7fELF' ? (elfClasses[head[4] ?? 0] ?? null) : null;
}

export async function headOf(fs: FileSystem, path: string, bytes = headBytes): Promise<Uint8Array | null> {
  const file = await fs.find(path).catch(() => null);
  if (!file || file.size === 0) return null;
  return file.read(0, Math.min(bytes, file.size)).catch(() => null);
}

/** What the first of these that is there is made for. */
export async function firstBits(
  fs: FileSystem,
  paths: readonly string[],
  look: (head: Uint8Array) => Bits | null,
): Promise<Bits | null> {
  for (const path of paths) {
    const head = await headOf(fs, path);
    const bits = head && look(head);
    if (bits) return bits;
  }
  return null;
}
