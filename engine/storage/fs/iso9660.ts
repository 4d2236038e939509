import { type BlockReader, Fields } from './block-reader.ts';
import { damaged, FsError } from './fs-error.ts';
import { type FsEntry, type FsNode, maxDirectoryBytes, maxEntries, type Volume } from './node.ts';
import { type RockRidge, readRockRidge, rockRidgeSkip } from './rock-ridge.ts';

const sectorBytes = 2048;
const firstDescriptor = 16;
const maxDescriptors = 64;
const rootRecordAt = 156;
const recordFlags = { directory: 0x2, continues: 0x80 } as const;

/** ISO 9660 with the names, kinds and links of Rock Ridge where it has them. null when there is none here. */
export async function openIso9660(reader: BlockReader): Promise<Volume | null> {
  const descriptor = await primaryDescriptor(reader);
  if (!descriptor) return null;
  if (descriptor.word16(128) !== sectorBytes)
    throw new FsError('unsupported', 'its logical blocks are not of 2048 bytes');
  const root = parseRecord(descriptor, rootRecordAt);
  if (!root) throw damaged('it has no root directory');
  const skip = await rockRidgeSkip(reader, root.extent * sectorBytes);
  const disk = { reader, skip };
  return {
    kind: 'iso9660',
    label: descriptor.text(40, 32).trimEnd(),
    caseless: skip === null,
    root: () => Promise.resolve(new IsoNode(disk, root, null)),
  };
}

async function primaryDescriptor(reader: BlockReader): Promise<Fields | null> {
  for (let index = 0; index < maxDescriptors; index += 1) {
    const at = (firstDescriptor + index) * sectorBytes;
    if (at + sectorBytes > reader.size) return null;
    const fields = new Fields(await reader.read(at, sectorBytes));
    if (fields.text(1, 5) !== 'CD001' || fields.byte(0) === 255) return null;
    if (fields.byte(0) === 1) return fields;
  }
  return null;
}

interface IsoDisk {
  readonly reader: BlockReader;
  /** Bytes before the system use entries of a record; null: no Rock Ridge. */
  readonly skip: number | null;
}

interface IsoRecord {
  readonly extent: number;
  readonly bytes: number;
  readonly flags: number;
  readonly name: string;
  /** What comes after the name: system use. */
  readonly systemUse: Uint8Array;
}

/** One directory record; null at the padding that ends a sector. */
function parseRecord(fields: Fields, at: number): IsoRecord | null {
  const length = fields.byte(at);
  if (length === 0) return null;
  const nameBytes = length >= 34 && at + length <= fields.bytes.length ? fields.byte(at + 32) : 256;
  if (33 + nameBytes > length) throw damaged('a directory is broken');
  const systemUseAt = at + 33 + nameBytes + (nameBytes % 2 === 0 ? 1 : 0);
  return {
    extent: fields.word32(at + 2) + fields.byte(at + 1),
    bytes: fields.word32(at + 10),
    flags: fields.byte(at + 25),
    name: fields.text(at + 33, nameBytes),
    systemUse: fields.bytes.subarray(Math.min(systemUseAt, at + length), at + length),
  };
}

class IsoNode implements FsNode {
  readonly kind: FsNode['kind'];
  readonly size: number;
  readonly #disk: IsoDisk;
  readonly #record: IsoRecord;
  readonly #link: string | null;

  constructor(disk: IsoDisk, record: IsoRecord, link: string | null) {
    this.#disk = disk;
    this.#record = record;
    this.#link = link;
    this.kind = link !== null ? 'link' : record.flags & recordFlags.directory ? 'directory' : 'file';
    this.size = record.bytes;
  }

  async *entries(): AsyncGenerator<FsEntry> {
    if (this.size > maxDirectoryBytes) throw new FsError('too-large', 'a directory is larger than 32 MiB');
    let count = 0;
    for (let offset = 0; offset < this.size; offset += sectorBytes) {
      const sector = await this.#bytes(offset, Math.min(sectorBytes, this.size - offset));
      for (const record of sectorRecords(sector)) {
        if (++count > maxEntries)
          throw new FsError('too-large', `a directory has more than ${maxEntries} entries`);
        const extra = await this.#rockRidge(record);
        const name = extra?.name ?? plainName(record.name);
        yield { name, open: () => Promise.resolve(new IsoNode(this.#disk, record, extra?.link ?? null)) };
      }
    }
  }

  target(): Promise<string> {
    return Promise.resolve(this.#link ?? '');
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    if (this.#record.flags & recordFlags.continues)
      throw new FsError('unsupported', 'a file is in several parts');
    if (offset < 0 || length < 0 || offset + length > this.size)
      throw damaged('a file is shorter than it says');
    return this.#bytes(offset, length);
  }

  #bytes(offset: number, length: number): Promise<Uint8Array> {
    return this.#disk.reader.read(this.#record.extent * sectorBytes + offset, length);
  }

  async #rockRidge(record: IsoRecord): Promise<RockRidge | null> {
    const { skip, reader } = this.#disk;
    return skip === null ? null : readRockRidge(reader, record.systemUse.subarray(skip));
  }
}

/** Records of one sector without those of the directory itself (\0) and its parent (\1). */
function* sectorRecords(sector: Uint8Array): Generator<IsoRecord> {
  const fields = new Fields(sector);
  for (let at = 0; at < sector.length; at += fields.byte(at)) {
    const record = parseRecord(fields, at);
    if (!record) return;
    if (record.name !== '\0' && record.name !== '\x01') yield record;
  }
}

/** `VMLINUZ.;1` is the file vmlinuz. */
const plainName = (name: string): string => name.replace(/;\d+$/, '').replace(/\.$/, '').toLowerCase();
