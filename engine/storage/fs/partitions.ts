import { type BlockReader, Fields } from './block-reader.ts';

/** A part of a disk, in bytes. `number` counts as Linux does: 1 to 4 in the MBR, logical ones from 5. */
export interface Partition {
  readonly number: number;
  readonly start: number;
  readonly size: number;
  readonly active: boolean;
}

export interface PartitionTable {
  readonly kind: 'mbr' | 'gpt' | 'none';
  readonly partitions: readonly Partition[];
}

const sectorBytes = 512;
const extendedTypes: ReadonlySet<number> = new Set([0x05, 0x0f, 0x85]);
const protectiveType = 0xee;
const maxLogical = 60;
const maxGptEntries = 256;

/**
 * The partitions of a disk that lie within it; logical ones are followed at most 60 far, so that a chain in a circle ends.
 * An image without a table has none. FsError only as `reader` throws it.
 */
export async function readPartitions(reader: BlockReader): Promise<PartitionTable> {
  if (reader.size < 2 * sectorBytes) return { kind: 'none', partitions: [] };
  const records = mbrRecords(await reader.read(0, sectorBytes));
  if (!records) return { kind: 'none', partitions: [] };
  if (records.some(({ type }) => type === protectiveType)) {
    const gpt = await readGpt(reader);
    if (gpt) return { kind: 'gpt', partitions: gpt };
  }
  const found: Partition[] = [];
  for (const [index, { type, first, count, active }] of records.entries()) {
    if (extendedTypes.has(type)) found.push(...(await logicalPartitions(reader, first)));
    else if (type !== 0) found.push(toPartition(index + 1, first, count, active));
  }
  const partitions = found
    .filter((each) => isInside(each, reader))
    .sort((one, other) => one.number - other.number);
  return { kind: partitions.length > 0 ? 'mbr' : 'none', partitions };
}

interface MbrRecord {
  readonly type: number;
  /** Sectors. */
  readonly first: number;
  readonly count: number;
  readonly active: boolean;
}

/** null when the sector has no table: a boot sector of a file system has the same signature, but other flags. */
function mbrRecords(sector: Uint8Array): MbrRecord[] | null {
  const fields = new Fields(sector);
  if (fields.word16(510) !== 0xaa55) return null;
  const offsets = [446, 462, 478, 494];
  if (offsets.some((at) => (fields.byte(at) & 0x7f) !== 0)) return null;
  return offsets.map((at) => ({
    active: fields.byte(at) === 0x80,
    type: fields.byte(at + 4),
    first: fields.word32(at + 8),
    count: fields.word32(at + 12),
  }));
}

async function logicalPartitions(reader: BlockReader, extendedAt: number): Promise<Partition[]> {
  const found: Partition[] = [];
  let table: number | null = extendedAt;
  for (let count = 0; table !== null && count < maxLogical; count += 1) {
    if ((table + 1) * sectorBytes > reader.size) break;
    const records = mbrRecords(await reader.read(table * sectorBytes, sectorBytes));
    const [own, link] = records ?? [];
    if (own && own.type !== 0) found.push(toPartition(5 + count, table + own.first, own.count, own.active));
    table = link && extendedTypes.has(link.type) && link.first > 0 ? extendedAt + link.first : null;
  }
  return found;
}

/** The table behind a protective MBR, for disks with sectors of 512 or 4096 bytes; null when it is not there. */
async function readGpt(reader: BlockReader): Promise<Partition[] | null> {
  for (const sector of [512, 4096]) {
    if (reader.size < 2 * sector) continue;
    const header = new Fields(await reader.read(sector, 92));
    const entryBytes = header.word32(84);
    if (header.text(0, 8) !== 'EFI PART' || entryBytes < 128 || entryBytes > 4096) continue;
    const count = Math.min(header.word32(80), maxGptEntries);
    const at = header.pair(72, 76) * sector;
    if (at + count * entryBytes > reader.size) return [];
    const table = new Fields(await reader.read(at, count * entryBytes));
    return Array.from({ length: count }, (_, index) => gptEntry(table, index, entryBytes, sector))
      .filter((each) => each !== null)
      .filter((each) => isInside(each, reader));
  }
  return null;
}

function gptEntry(table: Fields, index: number, entryBytes: number, sector: number): Partition | null {
  const at = index * entryBytes;
  if (table.bytes.subarray(at, at + 16).every((byte) => byte === 0)) return null;
  const first = table.pair(at + 32, at + 36);
  const last = table.pair(at + 40, at + 44);
  const legacyBootable = (table.byte(at + 48) & 4) !== 0;
  return {
    number: index + 1,
    start: first * sector,
    size: (last - first + 1) * sector,
    active: legacyBootable,
  };
}

const toPartition = (number: number, first: number, count: number, active: boolean): Partition => ({
  number,
  start: first * sectorBytes,
  size: count * sectorBytes,
  active,
});

/** The start is inside and there is something; an end beyond the image (a cut-off copy) is cut off when it is read. */
const isInside = ({ start, size }: Partition, reader: BlockReader): boolean =>
  start >= 0 && size > 0 && start < reader.size;
