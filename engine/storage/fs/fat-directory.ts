import { Fields } from './block-reader.ts';
import { FsError } from './fs-error.ts';
import { maxEntries } from './node.ts';

export interface FatEntry {
  readonly name: string;
  readonly cluster: number;
  readonly size: number;
  readonly isDirectory: boolean;
}

const entryBytes = 32;
const attributes = { label: 0x8, directory: 0x10, longName: 0xf } as const;
/** Where the 13 characters of a long name's piece are. */
const longNameFields = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30];
/** A long name has at most 20 pieces. */
const maxPieces = 20;

/** The files and directories in a FAT directory, without `.` and `..`. */
export async function* fatDirectory(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<FatEntry> {
  let longName: string[] = [];
  let count = 0;
  for await (const piece of pieces) {
    const fields = new Fields(piece);
    for (let at = 0; at + entryBytes <= piece.length; at += entryBytes) {
      if (++count > maxEntries)
        throw new FsError('too-large', `a directory has more than ${maxEntries} entries`);
      const first = fields.byte(at);
      if (first === 0) return;
      const attribute = fields.byte(at + 11);
      if (first !== 0xe5 && (attribute & 0x3f) === attributes.longName) {
        longName = [longNamePiece(fields, at), ...longName].slice(0, maxPieces);
        continue;
      }
      const name = longName.join('').replace(/\0[^]*$/, '') || shortName(fields, at);
      longName = [];
      if (first === 0xe5 || (attribute & attributes.label) !== 0 || name === '.' || name === '..') continue;
      const cluster = fields.word16(at + 26) + fields.word16(at + 20) * 65536;
      yield {
        name,
        cluster,
        size: fields.word32(at + 28),
        isDirectory: (attribute & attributes.directory) !== 0,
      };
    }
  }
}

const longNamePiece = (fields: Fields, at: number): string =>
  String.fromCharCode(...longNameFields.map((offset) => fields.word16(at + offset)));

function shortName(fields: Fields, at: number): string {
  const base = fields.text(at, 8).trimEnd();
  const extension = fields.text(at + 8, 3).trimEnd();
  return extension === '' ? base : `${base}.${extension}`;
}
