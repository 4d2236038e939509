import type { MachineStatePart } from '../guest/machine.ts';
import { ByteSource, type Crc32 } from './byte-source.ts';
import { readHeader, type SaveHeader, viewOf } from './header.ts';
import {
  DOMAIN_HEADER_BYTES,
  DOMAIN_TYPES,
  EMULATOR_V86,
  IMAGE_HEADER_BYTES,
  IMAGE_IDENT,
  IMAGE_RECORD,
  IMAGE_VERSION,
  MOST,
  OPTIONAL_RECORD,
  PAGE_BYTES,
  PAGE_SHIFT,
  RECORD,
  RECORD_HEADER_BYTES,
  STREAM_HEADER_BYTES,
  STREAM_IDENT,
  STREAM_VERSION,
} from './layout.ts';
import { damaged, SaveError } from './save-error.ts';

/** A save file that is being read: what stands at its beginning, and how to get the rest. */
export interface OpenSave {
  readonly header: SaveHeader;
  /** What the toolstack gave to keep: JSON, not checked. */
  readonly domain: string;
  /**
   * The machine's state, once. The devices come only after the checksum of everything before them was found right; the
   * stream ends without an error only when the file is whole.
   */
  parts(): AsyncGenerator<MachineStatePart>;
  /** Nothing more will be read. */
  close(): Promise<void>;
}

export interface OpenOptions {
  /** The stream is a conversation that goes on after the save: its end is not waited for. */
  readonly goesOn?: boolean;
  /** Hears of the header before anything else is read. */
  readonly onHeader?: (header: SaveHeader) => void;
}

interface RecordHead {
  readonly type: number;
  readonly length: number;
}

/**
 * Reads as far as the state. Throws SaveError: `header` with xl's sentences, `foreign` for a file that a real Xen wrote,
 * `truncated`, `damaged`. Whatever the file says, no more than the bounds of the layout is kept.
 */
export async function openSave(
  chunks: AsyncIterable<Uint8Array>,
  crc32: Crc32,
  { goesOn = false, onHeader }: OpenOptions = {},
): Promise<OpenSave> {
  const source = new ByteSource(chunks, crc32);
  try {
    const header = await readHeader(source);
    onHeader?.(header);
    await readStreamHeader(source);
    const domain = await readDomain(source);
    return { header, domain, parts: () => readState(source, goesOn), close: () => source.close() };
  } catch (error) {
    await source.close().catch(() => {});
    throw error;
  }
}

const text = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

async function readStreamHeader(source: ByteSource): Promise<void> {
  const bytes = await source.take(STREAM_HEADER_BYTES, 'its stream header');
  if (text(bytes.subarray(0, 8)) !== STREAM_IDENT) throw damaged('there is no libxl stream in it');
  const view = viewOf(bytes);
  const version = view.getUint32(8);
  if (version !== STREAM_VERSION)
    throw new SaveError('foreign', `The file has version ${version} of libxl's stream.`);
  if ((view.getUint32(12) & 1) !== 0)
    throw new SaveError('foreign', 'The file was written by a computer of the other byte order.');
}

async function readHead(source: ByteSource): Promise<RecordHead> {
  const view = viewOf(await source.take(RECORD_HEADER_BYTES, 'a record'));
  return { type: view.getUint32(0, true), length: view.getUint32(4, true) };
}

async function readBody(source: ByteSource, { type, length }: RecordHead, most: number): Promise<Uint8Array> {
  if (length > most) throw damaged(`a record (type 0x${type.toString(16)}) is ${length} bytes long`);
  const padded = await source.take(Math.ceil(length / 8) * 8, 'a record');
  return padded.subarray(0, length);
}

/** Ours comes first; a file of a real Xen begins with its image. */
async function readDomain(source: ByteSource): Promise<string> {
  const head = await readHead(source);
  if (head.type === RECORD.domain) {
    return new TextDecoder().decode(await readBody(source, head, MOST.domainBytes));
  }
  if (head.type === RECORD.libxcContext) {
    const { type, xen } = await readImageHeader(source);
    throw new SaveError(
      'foreign',
      `A real Xen saved this domain (${type}, from Xen ${xen}): its processor's state cannot be carried on by an emulated machine.`,
    );
  }
  throw damaged(`it begins with a record of type 0x${head.type.toString(16)}`);
}

async function readImageHeader(source: ByteSource): Promise<{ type: string; xen: string }> {
  const bytes = await source.take(IMAGE_HEADER_BYTES + DOMAIN_HEADER_BYTES, 'its image header');
  const view = viewOf(bytes);
  const known =
    bytes.subarray(0, 8).every((byte) => byte === 0xff) && text(bytes.subarray(8, 12)) === IMAGE_IDENT;
  if (!known) throw damaged('there is no libxc image in it');
  const type = DOMAIN_TYPES[view.getUint32(IMAGE_HEADER_BYTES, true)] ?? 'of an unknown type';
  const xen = `${view.getUint32(IMAGE_HEADER_BYTES + 8, true)}.${view.getUint32(IMAGE_HEADER_BYTES + 12, true)}`;
  if (view.getUint32(12) > IMAGE_VERSION || view.getUint16(IMAGE_HEADER_BYTES + 4, true) !== PAGE_SHIFT) {
    throw new SaveError('foreign', `The file has a memory image of another kind (from Xen ${xen}).`);
  }
  return { type, xen };
}

async function* readState(source: ByteSource, goesOn: boolean): AsyncGenerator<MachineStatePart> {
  const head = await readHead(source);
  if (head.type !== RECORD.libxcContext || head.length !== 0) throw damaged('its memory image is missing');
  await readImageHeader(source);
  yield* readImage(source);
  const devices = await readDevices(source);
  if (goesOn ? source.rest > 0 : !(await source.atEnd())) throw damaged('something follows its end');
  for (const bytes of devices) yield { kind: 'devices', bytes };
}

async function* readImage(source: ByteSource): AsyncGenerator<MachineStatePart> {
  let last = -1;
  for (;;) {
    const head = await readHead(source);
    if (head.type === IMAGE_RECORD.end) return;
    if (head.type !== IMAGE_RECORD.pageData) {
      if (head.type !== IMAGE_RECORD.staticDataEnd && head.type < OPTIONAL_RECORD)
        throw damaged(`its memory image has a record of type 0x${head.type.toString(16)}`);
      await readBody(source, head, MOST.skippedBytes);
      continue;
    }
    const numbers = await readPageNumbers(source, head);
    if (numbers.some((number, index) => number <= (numbers[index - 1] ?? last)))
      throw damaged('its pages are out of order');
    last = numbers.at(-1) ?? last;
    for (let at = 0; at < numbers.length; at += MOST.pagesPerPart) {
      const part = numbers.slice(at, at + MOST.pagesPerPart);
      const bytes = await source.take(part.length * PAGE_BYTES, 'its memory');
      yield { kind: 'pages', numbers: part, bytes };
    }
  }
}

async function readPageNumbers(source: ByteSource, { length }: RecordHead): Promise<Uint32Array> {
  const head = viewOf(await source.take(8, 'its memory'));
  const count = head.getUint32(0, true);
  if (count > MOST.pagesPerRecord || length !== 8 + count * (8 + PAGE_BYTES))
    throw damaged('a record of pages has a wrong length');
  const view = viewOf(await source.take(count * 8, 'its memory'));
  return Uint32Array.from({ length: count }, (_, index) => {
    const number = view.getUint32(index * 8, true);
    // The upper half is the page's type; all of an emulated machine's are plain.
    if (view.getUint32(index * 8 + 4, true) !== 0 || number >= MOST.pages)
      throw damaged('it has a page that cannot be');
    return number;
  });
}

/** The pieces of the devices, in order, once the checksum behind them was found right. */
async function readDevices(source: ByteSource): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  let checked = false;
  for (;;) {
    const before = source.crc;
    const head = await readHead(source);
    if (head.type === RECORD.end) {
      if (!checked) throw damaged('its checksum is missing');
      return pieces;
    }
    if (head.type === RECORD.checksum) {
      const sum = await readBody(source, head, 8);
      if (sum.length < 4 || viewOf(sum).getUint32(0, true) !== before >>> 0)
        throw damaged('what it contains does not match its checksum');
      checked = true;
    } else if (head.type === RECORD.emulatorContext && !checked) {
      const piece = await readDevice(source, head, pieces.length);
      bytes += piece.length;
      if (bytes > MOST.deviceBytes) throw damaged('the state of its devices is too large');
      pieces.push(piece);
    } else if (head.type >= OPTIONAL_RECORD) {
      await readBody(source, head, MOST.skippedBytes);
    } else {
      throw damaged(`it has a record of type 0x${head.type.toString(16)}`);
    }
  }
}

async function readDevice(source: ByteSource, head: RecordHead, index: number): Promise<Uint8Array> {
  const content = await readBody(source, head, MOST.devicePieceBytes + 8);
  if (content.length < 8) throw damaged('a record of devices is too short');
  const view = viewOf(content);
  if (view.getUint32(0, true) !== EMULATOR_V86)
    throw new SaveError('foreign', 'The file has the state of an emulator that is not the one of this host.');
  if (view.getUint32(4, true) !== index) throw damaged('a piece of its devices is missing');
  return content.subarray(8);
}
