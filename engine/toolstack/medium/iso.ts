import type { FileSystem } from '../../storage/fs/index.ts';
import { type Bits, firstBits, kernelBits, together } from './kernels.ts';

export interface Found {
  readonly system: string | null;
  readonly bits: Bits | null;
}

const nothing: Found = { system: null, bits: null };
const textBytes = 8192;

async function textOf(fs: FileSystem, path: string): Promise<string | null> {
  const file = await fs.find(path).catch(() => null);
  if (!file) return null;
  const bytes = await file.read(0, Math.min(file.size, textBytes)).catch(() => null);
  return bytes && Buffer.from(bytes).toString('utf8');
}

/** What a word in a label or a text says of the machines it is for. */
export function bitsOfWords(text: string): Bits | null {
  if (/multi-?arch/i.test(text)) return 'both';
  const wide = /amd64|x86[_-]64|x64|64-?bit/i.test(text);
  const narrow = /\bi[3-6]86\b|[_-]i[3-6]86|ia32|\bx86\b(?![_-]64)|32-?bit/i.test(text);
  return together([wide ? '64' : null, narrow ? '32' : null]);
}

/** `Debian GNU/Linux 12.5.0 "Bookworm" - Official amd64 NETINST with firmware …` → `Debian 12.5.0 netinst`. */
function debianLike(text: string): Found {
  const line = text.split('\n')[0] ?? '';
  const [what = '', kind = ''] = line.split(/ - /, 2);
  const name = what
    .replace(/ GNU\/Linux/, '')
    .replace(/"[^"]*"/g, '')
    .replace(/\s+/g, ' ')
    .trim();
  const flavour = /\b(netinst|dvd|live|server|desktop)\b/i.exec(kind)?.[1]?.toLowerCase();
  return { system: [name, flavour].filter(Boolean).join(' ') || null, bits: bitsOfWords(line) };
}

function treeinfo(text: string): Found {
  const value = (key: string): string | undefined =>
    new RegExp(`^${key}\\s*=\\s*(.+)$`, 'm').exec(text)?.[1]?.trim();
  const system = value('name') ?? ([value('family'), value('version')].filter(Boolean).join(' ') || null);
  return { system, bits: bitsOfWords(value('arch') ?? '') };
}

/** Texts that installers carry about themselves. */
const texts: readonly (readonly [path: string, read: (text: string) => Found])[] = [
  ['/.disk/info', debianLike],
  ['/.treeinfo', treeinfo],
];

/** Volume labels of systems that carry no such text. */
const labels: readonly (readonly [pattern: RegExp, name: (match: RegExpExecArray) => string])[] = [
  [/^alpine-(\w+) v?([\d.]+)/i, ([, flavour, version]) => `Alpine ${version} ${flavour}`],
  [/^ARCH_(\d{4})(\d{2})/, ([, year, month]) => `Arch Linux ${year}.${month}`],
  [/^FD(\d)(\d)/i, ([, major, minor]) => `FreeDOS ${major}.${minor}`],
  [/^(\d+)_(\d+)_RELEASE/i, ([, major, minor]) => `FreeBSD ${major}.${minor}`],
  [/^OpenBSD\/\w+\s+([\d.]+)/i, ([, version]) => `OpenBSD ${version}`],
  [/^NetBSD/i, () => 'NetBSD'],
  [/^(tiny)?core/i, () => 'Tiny Core Linux'],
  [/^ReactOS/i, () => 'ReactOS'],
  [/^Haiku/i, () => 'Haiku'],
  [/^Fedora-(\S+?)-(\d+)/i, ([, flavour, version]) => `Fedora ${version} ${flavour}`],
  [/^(?:CCCOMA|GRMC|J_CCSA|ESD-ISO)/i, () => 'Windows'],
  [/^SLACKDVD|^Slackware/i, () => 'Slackware'],
];

const kernelPaths = [
  '/isolinux/vmlinuz',
  '/boot/vmlinuz',
  '/boot/bzImage',
  '/boot/vmlinuz-lts',
  '/boot/vmlinuz-virt',
  '/casper/vmlinuz',
  '/live/vmlinuz',
  '/images/pxeboot/vmlinuz',
  '/arch/boot/x86_64/vmlinuz-linux',
];

/** Things that are on a CD for one kind of machine only. */
const signs: readonly (readonly [path: string, bits: Bits])[] = [
  ['/install.386/vmlinuz', '32'],
  ['/install.amd/vmlinuz', '64'],
  ['/efi/boot/bootia32.efi', '32'],
  ['/efi/boot/bootx64.efi', '64'],
];

async function bitsOfSigns(fs: FileSystem): Promise<Bits | null> {
  const seen: Bits[] = [];
  for (const [path, bits] of signs)
    for (const name of [path, path.toUpperCase()]) if (await fs.find(name).catch(() => null)) seen.push(bits);
  return together(seen);
}

async function ofTexts(fs: FileSystem): Promise<Found> {
  for (const [path, read] of texts) {
    const text = await textOf(fs, path);
    if (text !== null) return read(text);
  }
  return nothing;
}

function ofLabel(label: string): Found {
  for (const [pattern, name] of labels) {
    const match = pattern.exec(label);
    if (match) return { system: name(match), bits: bitsOfWords(label) };
  }
  return { system: null, bits: bitsOfWords(label) };
}

/** The system on a CD: what it says of itself, what its label says, what its kernel is made for. */
export async function systemOnCd(fs: FileSystem): Promise<Found> {
  const told = await ofTexts(fs);
  const labelled = ofLabel(fs.label);
  const bits =
    told.bits ?? labelled.bits ?? (await firstBits(fs, kernelPaths, kernelBits)) ?? (await bitsOfSigns(fs));
  return { system: told.system ?? labelled.system, bits };
}
