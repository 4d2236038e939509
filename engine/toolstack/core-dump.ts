import { type FileHandle, open, rm } from 'node:fs/promises';
import { DomusError } from '../api/index.ts';
import type { Machine } from '../guest/machine.ts';

const chunkBytes = 1024 * 1024;
const pageBytes = 4096;
const headerBytes = 52;
const programHeaderBytes = 32;
/** Where memory begins in the file: what comes before fits in one page. */
const memoryOffset = pageBytes;

/** Types of Xen's notes in a core (xen/public/elfnote.h). */
const noteHeader = 0x2000001;
const noteFormat = 0x2000003;
const coreMagic = 0xf00febedn;

function note(type: number, words: readonly bigint[]): Buffer {
  const bytes = Buffer.alloc(12 + 4 + words.length * 8);
  bytes.writeUInt32LE(4, 0);
  bytes.writeUInt32LE(words.length * 8, 4);
  bytes.writeUInt32LE(type, 8);
  bytes.write('Xen\0', 12, 'latin1');
  words.forEach((word, index) => bytes.writeBigUInt64LE(word, 16 + index * 8));
  return bytes;
}

function programHeader(type: number, offset: number, bytes: number, align: number, flags: number): Buffer {
  const header = Buffer.alloc(programHeaderBytes);
  [type, offset, 0, 0, bytes, bytes, flags, align].forEach((word, index) =>
    header.writeUInt32LE(word, index * 4),
  );
  return header;
}

/** What comes before the memory: an ELF core of an i386 with Xen's notes and one segment, physical memory from 0. */
export function coreHeader(memoryBytes: number): Buffer {
  const pages = BigInt(Math.floor(memoryBytes / pageBytes));
  const notes = Buffer.concat([
    note(noteHeader, [coreMagic, 1n, pages, BigInt(pageBytes)]),
    note(noteFormat, [1n]),
  ]);
  const notesOffset = headerBytes + 2 * programHeaderBytes;
  const header = Buffer.alloc(memoryOffset);
  header.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]);
  // ET_CORE, EM_386
  header.writeUInt16LE(4, 16);
  header.writeUInt16LE(3, 18);
  header.writeUInt32LE(1, 20);
  header.writeUInt32LE(headerBytes, 28);
  header.writeUInt16LE(headerBytes, 40);
  header.writeUInt16LE(programHeaderBytes, 42);
  header.writeUInt16LE(2, 44);
  const segments = [
    programHeader(4, notesOffset, notes.length, 4, 4),
    programHeader(1, memoryOffset, memoryBytes, pageBytes, 7),
  ];
  header.set(Buffer.concat([...segments, notes]), headerBytes);
  return header;
}

/**
 * Writes the memory of a machine that stands still to a file, as an ELF core (`xl dump-core`). Empty pieces become holes.
 * Resolves with the size of the file; what is unfinished is deleted. ERROR_NI for a machine that cannot be looked into.
 */
export async function writeCore(
  machine: Machine,
  path: string,
  options: { signal?: AbortSignal; progress?: (fraction: number) => void } = {},
): Promise<number> {
  const { memoryBytes } = machine;
  if (memoryBytes === undefined || !machine.readMemory) {
    throw new DomusError('ERROR_NI', 'This machine cannot give its memory out.');
  }
  const file = await open(path, 'w', 0o600).catch((error: Error) => {
    throw new DomusError('ERROR_FAIL', `${path} cannot be written: ${error.message}.`, { field: 'path' });
  });
  try {
    await file.write(coreHeader(memoryBytes), 0, memoryOffset, 0);
    for (let at = 0; at < memoryBytes; at += chunkBytes) {
      options.signal?.throwIfAborted();
      options.progress?.(at / memoryBytes);
      const bytes = await machine.readMemory(at, Math.min(chunkBytes, memoryBytes - at));
      if (bytes.some((byte) => byte !== 0)) await writeAll(file, bytes, memoryOffset + at);
    }
    await file.truncate(memoryOffset + memoryBytes);
    await file.close();
    return memoryOffset + memoryBytes;
  } catch (error) {
    await file.close().catch(() => {});
    await rm(path, { force: true });
    if (error instanceof Error && 'syscall' in error) {
      throw new DomusError('ERROR_FAIL', `${path} could not be written: ${error.message}.`);
    }
    throw error;
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
