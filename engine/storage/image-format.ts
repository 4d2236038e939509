/** What a disk image turned out to be by its first bytes. */
export type ImageFormat = 'raw' | 'qcow2' | 'vhd' | 'vmdk' | 'vdi' | 'iso' | 'luks';

const signatures: readonly { format: ImageFormat; offset: number; magic: string }[] = [
  { format: 'qcow2', offset: 0, magic: 'QFI\xfb' },
  { format: 'vhd', offset: 0, magic: 'conectix' },
  { format: 'vmdk', offset: 0, magic: 'KDMV' },
  { format: 'vdi', offset: 0x40, magic: '\x7f\x10\xda\xbe' },
  { format: 'luks', offset: 0, magic: 'LUKS\xba\xbe' },
  { format: 'iso', offset: 0x8001, magic: 'CD001' },
];

/** Bytes of an image that tell its format. */
export const formatBytes = 0x9000;

/** The format of the image that begins with `head`, its first `formatBytes` or all there are; `raw` when no signature is known. */
export function formatOf(head: Uint8Array): ImageFormat {
  const text = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  const found = signatures.find(
    ({ offset, magic }) => text.toString('latin1', offset, offset + magic.length) === magic,
  );
  return found?.format ?? 'raw';
}

/** Does it hold its content as it is, so that file systems can be read from it? */
export const isPlain = (format: ImageFormat): boolean => format === 'raw' || format === 'iso';
