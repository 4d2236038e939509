/** One object of a file system. Its methods throw FsError only. */
export interface FsNode {
  readonly kind: 'file' | 'directory' | 'link' | 'other';
  /** Bytes of a file. */
  readonly size: number;
  /** Legal for a directory: its entries in stored order, without `.` and `..`; at most `maxEntries`. */
  entries(): AsyncIterable<FsEntry>;
  /** Legal for a link: what it points to. */
  target(): Promise<string>;
  /** Legal for a file: exactly `length` bytes; offset and length within its size. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

export interface FsEntry {
  readonly name: string;
  open(): Promise<FsNode>;
}

export interface Volume {
  readonly kind: 'ext' | 'iso9660' | 'fat';
  readonly label: string;
  /** Names that differ in case only are one. */
  readonly caseless: boolean;
  root(): Promise<FsNode>;
}

/** A directory of more bytes or entries than this is refused. */
export const maxDirectoryBytes = 32 * 1024 * 1024;
export const maxEntries = 100_000;
/** A link longer than this is refused, as Linux does. */
export const maxLinkBytes = 4096;
