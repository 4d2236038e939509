import { type BlockReader, Fields } from './block-reader.ts';
import { fatDirectory } from './fat-directory.ts';
import { damaged, FsError } from './fs-error.ts';
import { type FsEntry, type FsNode, maxDirectoryBytes, type Volume } from './node.ts';

/** FAT12, FAT16 and FAT32 with long names. null when there is none here. */
export async function openFat(reader: BlockReader): Promise<Volume | null> {
  if (reader.size < 512) return null;
  const boot = new Fields(await reader.read(0, 512));
  const layout = readLayout(boot);
  if (!layout) return null;
  const disk = new FatDisk(reader, layout);
  return {
    kind: 'fat',
    label: boot.text(layout.width === 32 ? 71 : 43, 11).trimEnd(),
    caseless: true,
    root: () => Promise.resolve(new FatNode(disk, layout.rootCluster, 'directory', 0)),
  };
}

interface FatLayout {
  readonly width: 12 | 16 | 32;
  readonly tableAt: number;
  /** FAT12 and 16: the root directory has a place of its own, called cluster 0 here. */
  readonly rootAt: number;
  readonly rootBytes: number;
  readonly rootCluster: number;
  readonly dataAt: number;
  readonly clusterBytes: number;
  readonly clusters: number;
}

const isPower = (value: number): boolean => value > 0 && (value & (value - 1)) === 0;

/** null unless the first sector is one of a FAT. */
function readLayout(boot: Fields): FatLayout | null {
  const sectorBytes = boot.word16(11);
  const perCluster = boot.byte(13);
  const reserved = boot.word16(14);
  const tables = boot.byte(16);
  const signed = boot.word16(510) === 0xaa55 && (boot.byte(0) === 0xeb || boot.byte(0) === 0xe9);
  if (!signed || !isPower(sectorBytes) || sectorBytes < 512 || sectorBytes > 4096) return null;
  if (!isPower(perCluster) || reserved === 0 || tables === 0 || tables > 2) return null;
  const rootBytes = boot.word16(17) * 32;
  const rootSectors = Math.ceil(rootBytes / sectorBytes);
  const tableSectors = boot.word16(22) || boot.word32(36);
  const sectors = boot.word16(19) || boot.word32(32);
  const dataSector = reserved + tables * tableSectors + rootSectors;
  const clusters = Math.floor((sectors - dataSector) / perCluster);
  if (tableSectors === 0 || clusters < 1) return null;
  const width = boot.word16(22) === 0 ? 32 : clusters < 4085 ? 12 : 16;
  return {
    width,
    tableAt: reserved * sectorBytes,
    rootAt: (reserved + tables * tableSectors) * sectorBytes,
    rootBytes,
    rootCluster: width === 32 ? boot.word32(44) : 0,
    dataAt: dataSector * sectorBytes,
    clusterBytes: perCluster * sectorBytes,
    clusters,
  };
}

const chainEnd = { 12: 0xff8, 16: 0xfff8, 32: 0x0fff_fff8 } as const;

class FatDisk {
  readonly reader: BlockReader;
  readonly layout: FatLayout;

  constructor(reader: BlockReader, layout: FatLayout) {
    this.reader = reader;
    this.layout = layout;
  }

  /** The cluster after `cluster`; null at the end of a chain. */
  async next(cluster: number): Promise<number | null> {
    const { width, tableAt, clusters } = this.layout;
    const at = tableAt + Math.floor((cluster * width) / 8);
    const fields = new Fields(await this.reader.read(at, width === 32 ? 4 : 2));
    const raw = width === 32 ? fields.word32(0) & 0x0fff_ffff : fields.word16(0);
    const value = width === 12 ? (cluster % 2 === 1 ? raw >> 4 : raw & 0xfff) : raw;
    if (value >= chainEnd[width]) return null;
    if (value < 2 || value >= clusters + 2) throw damaged('a chain of clusters is broken');
    return value;
  }
}

class FatNode implements FsNode {
  readonly kind: FsNode['kind'];
  readonly size: number;
  readonly #disk: FatDisk;
  /** The clusters known so far; the chain is followed as far as somebody reads. */
  readonly #chain: number[];
  #whole = false;

  constructor(disk: FatDisk, cluster: number, kind: FsNode['kind'], size: number) {
    this.#disk = disk;
    this.kind = kind;
    this.size = size;
    this.#chain = [cluster];
  }

  async *entries(): AsyncGenerator<FsEntry> {
    for await (const { name, cluster, size, isDirectory } of fatDirectory(this.#pieces())) {
      const open = (): Promise<FsNode> => {
        if (isDirectory) return Promise.resolve(new FatNode(this.#disk, cluster, 'directory', 0));
        return Promise.resolve(new FatNode(this.#disk, cluster, 'file', size));
      };
      yield { name, open };
    }
  }

  target(): Promise<string> {
    return Promise.resolve('');
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    if (offset < 0 || length < 0 || offset + length > this.size)
      throw damaged('a file is shorter than it says');
    const { clusterBytes } = this.#disk.layout;
    const out = new Uint8Array(length);
    for (let done = 0; done < length;) {
      const within = (offset + done) % clusterBytes;
      const bytes = Math.min(clusterBytes - within, length - done);
      const at = await this.#clusterAt(Math.floor((offset + done) / clusterBytes));
      if (at === null) throw damaged('a file is shorter than it says');
      out.set(await this.#disk.reader.read(at + within, bytes), done);
      done += bytes;
    }
    return out;
  }

  /** Where the file's cluster `index` is, in bytes; null beyond its end. */
  async #clusterAt(index: number): Promise<number | null> {
    const { clusters, clusterBytes, dataAt } = this.#disk.layout;
    while (this.#chain.length <= index && !this.#whole) {
      if (this.#chain.length > clusters) throw damaged('a chain of clusters does not end');
      const next = await this.#disk.next(this.#chain.at(-1) ?? 0);
      if (next === null) this.#whole = true;
      else this.#chain.push(next);
    }
    const cluster = this.#chain[index];
    if (cluster === undefined) return null;
    if (cluster < 2 || cluster >= clusters + 2) throw damaged('a file begins outside the disk');
    return dataAt + (cluster - 2) * clusterBytes;
  }

  /** The bytes of a directory, piece by piece. */
  async *#pieces(): AsyncGenerator<Uint8Array> {
    const { reader, layout } = this.#disk;
    if (this.#chain[0] === 0 && layout.width !== 32) {
      yield reader.read(layout.rootAt, layout.rootBytes);
      return;
    }
    for (let index = 0; ; index += 1) {
      if (index * layout.clusterBytes > maxDirectoryBytes)
        throw new FsError('too-large', 'a directory is larger than 32 MiB');
      const at = await this.#clusterAt(index);
      if (at === null) return;
      yield reader.read(at, layout.clusterBytes);
    }
  }
}
