import type { MachineStatePart } from '../guest/machine.ts';
import type { Crc32 } from './byte-source.ts';
import { encodeHeader, viewOf } from './header.ts';
import {
  DOMAIN_HEADER_BYTES,
  DOMAIN_HVM,
  EMULATOR_V86,
  IMAGE_HEADER_BYTES,
  IMAGE_IDENT,
  IMAGE_RECORD,
  IMAGE_VERSION,
  PAGE_SHIFT,
  RECORD,
  RECORD_HEADER_BYTES,
  STREAM_HEADER_BYTES,
  STREAM_IDENT,
  STREAM_VERSION,
} from './layout.ts';

export interface SaveContent {
  /** libxl's JSON. */
  readonly config: string;
  /** What the toolstack wants back; any JSON text. */
  readonly domain: string;
  readonly xen: { readonly major: number; readonly minor: number };
  readonly parts: AsyncIterable<MachineStatePart>;
}

const latin1 = (bytes: Uint8Array, text: string): void => {
  for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at);
};

/** The bytes of a save file, as they are asked for; the pieces are not kept. */
export async function* encodeSave(content: SaveContent, crc32: Crc32): AsyncGenerator<Uint8Array> {
  let crc = 0;
  for await (const chunk of body(content)) {
    crc = crc32(chunk, crc);
    yield chunk;
  }
  const sum = new Uint8Array(4);
  viewOf(sum).setUint32(0, crc >>> 0, true);
  yield record(RECORD.checksum, sum);
  yield record(RECORD.end);
}

async function* body({ config, domain, xen, parts }: SaveContent): AsyncGenerator<Uint8Array> {
  yield encodeHeader(config);
  yield streamHeader();
  yield record(RECORD.domain, new TextEncoder().encode(domain));
  yield record(RECORD.libxcContext);
  yield imageHeader(xen);
  yield record(IMAGE_RECORD.staticDataEnd);
  let devices = 0;
  for await (const part of parts) {
    if (part.kind === 'pages') {
      yield pageRecordHead(part.numbers);
      yield part.bytes;
      continue;
    }
    if (devices === 0) yield record(IMAGE_RECORD.end);
    yield deviceRecord(devices, part.bytes);
    devices += 1;
  }
  if (devices === 0) yield record(IMAGE_RECORD.end);
}

function streamHeader(): Uint8Array {
  const bytes = new Uint8Array(STREAM_HEADER_BYTES);
  latin1(bytes, STREAM_IDENT);
  viewOf(bytes).setUint32(8, STREAM_VERSION);
  return bytes;
}

function imageHeader(xen: SaveContent['xen']): Uint8Array {
  const bytes = new Uint8Array(IMAGE_HEADER_BYTES + DOMAIN_HEADER_BYTES).fill(0xff, 0, 8);
  const view = viewOf(bytes);
  latin1(bytes.subarray(8), IMAGE_IDENT);
  view.setUint32(12, IMAGE_VERSION);
  view.setUint32(IMAGE_HEADER_BYTES, DOMAIN_HVM, true);
  view.setUint16(IMAGE_HEADER_BYTES + 4, PAGE_SHIFT, true);
  view.setUint32(IMAGE_HEADER_BYTES + 8, xen.major, true);
  view.setUint32(IMAGE_HEADER_BYTES + 12, xen.minor, true);
  return bytes;
}

/** A record's length does not count its padding. */
function record(type: number, content: Uint8Array = new Uint8Array(0)): Uint8Array {
  const bytes = new Uint8Array(RECORD_HEADER_BYTES + Math.ceil(content.length / 8) * 8);
  const view = viewOf(bytes);
  view.setUint32(0, type, true);
  view.setUint32(4, content.length, true);
  bytes.set(content, RECORD_HEADER_BYTES);
  return bytes;
}

/** Everything of a page record but the pages, which follow. */
function pageRecordHead(numbers: Uint32Array): Uint8Array {
  const bytes = new Uint8Array(RECORD_HEADER_BYTES + 8 + numbers.length * 8);
  const view = viewOf(bytes);
  view.setUint32(0, IMAGE_RECORD.pageData, true);
  view.setUint32(4, 8 + numbers.length * (8 + (1 << PAGE_SHIFT)), true);
  view.setUint32(8, numbers.length, true);
  for (const [index, number] of numbers.entries()) view.setUint32(16 + index * 8, number, true);
  return bytes;
}

function deviceRecord(index: number, piece: Uint8Array): Uint8Array {
  const content = new Uint8Array(8 + piece.length);
  const view = viewOf(content);
  view.setUint32(0, EMULATOR_V86, true);
  view.setUint32(4, index, true);
  content.set(piece, 8);
  return record(RECORD.emulatorContext, content);
}
