/** Tar files of plain files (POSIX ustar): what a lab is told at its start, and images on their way between computers. */

const block = 512;
/** Eleven octal digits are the most a header can say. */
const maxSize = 8 ** 11 - 1;

export interface TarEntry {
  /** At most 100 bytes, relative, with slashes. */
  readonly name: string;
  readonly size: number;
  /** Permission bits. */
  readonly mode: number;
}

export const paddedSize = (size: number): number => Math.ceil(size / block) * block;

const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, '0')}\0`;

function checksum(header: Uint8Array): number {
  let sum = 0;
  // The field itself counts as eight blanks.
  for (let at = 0; at < block; at += 1) sum += at >= 148 && at < 156 ? 32 : (header[at] ?? 0);
  return sum;
}

/** Throws RangeError for what a header cannot say. */
export function tarHeader({ name, size, mode }: TarEntry): Buffer {
  if (Buffer.byteLength(name) > 100 || size > maxSize) throw new RangeError(`Not for a tar file: ${name}`);
  const header = Buffer.alloc(block);
  header.write(name, 0, 100, 'utf8');
  header.write(octal(mode, 7), 100, 'latin1');
  header.write(octal(0, 7), 108, 'latin1');
  header.write(octal(0, 7), 116, 'latin1');
  header.write(octal(size, 11), 124, 'latin1');
  header.write(octal(0, 11), 136, 'latin1');
  header.write('0', 156, 'latin1');
  header.write('ustar', 257, 'latin1');
  header.write('00', 263, 'latin1');
  header.write(`${octal(checksum(header), 6)} `, 148, 'latin1');
  return header;
}

/** The end of a tar file. */
export const tarEnd = (): Buffer => Buffer.alloc(2 * block);

const text = (field: Uint8Array): string => {
  const end = field.indexOf(0);
  return Buffer.from(field.subarray(0, end < 0 ? field.length : end)).toString('utf8');
};

/** What a header says; null at the end of the archive, undefined when this is no header of a plain file. */
export function readTarHeader(header: Uint8Array): TarEntry | null | undefined {
  if (header.length !== block) return undefined;
  if (header.every((byte) => byte === 0)) return null;
  const number = (from: number, to: number): number => {
    const digits = text(header.subarray(from, to)).trim();
    return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN;
  };
  const size = number(124, 136);
  const mode = number(100, 108);
  const type = header[156];
  const plain = type === 0x30 || type === 0;
  if (!plain || Number.isNaN(size) || Number.isNaN(mode)) return undefined;
  if (number(148, 156) !== checksum(header)) return undefined;
  return { name: text(header.subarray(0, 100)), size, mode };
}

/** A whole tar file in memory, for small files. */
export function tarOf(
  files: readonly { name: string; mode: number; content: string | Uint8Array }[],
): Buffer {
  const parts = files.flatMap(({ name, mode, content }) => {
    const data = Buffer.from(content);
    const padding = Buffer.alloc(paddedSize(data.length) - data.length);
    return [tarHeader({ name, size: data.length, mode }), data, padding];
  });
  return Buffer.concat([...parts, tarEnd()]);
}
