import { BYTE_ORDER, FLAG_JSON, HEADER_BYTES, MAGIC, MANDATORY_FLAGS, MOST } from './layout.ts';
import { ByteSource } from './byte-source.ts';
import { SaveError } from './save-error.ts';

/** What xl prints as `info 0x3/0x0/LEN`, and the configuration in libxl's JSON. */
export interface SaveHeader {
  readonly mandatoryFlags: number;
  readonly optionalFlags: number;
  readonly optionalDataBytes: number;
  readonly config: string;
}

const utf8 = new TextEncoder();
const magicBytes = utf8.encode(MAGIC);

/** Length of the optional data for a configuration: its length, itself, a NUL. */
export const optionalDataBytes = (config: string): number => 4 + utf8.encode(config).length + 1;

export function encodeHeader(config: string): Uint8Array {
  const json = utf8.encode(config);
  const bytes = new Uint8Array(HEADER_BYTES + 4 + json.length + 1);
  const view = new DataView(bytes.buffer);
  bytes.set(magicBytes);
  const words = [BYTE_ORDER, MANDATORY_FLAGS, 0, 4 + json.length + 1, json.length + 1];
  for (const [index, word] of words.entries()) view.setUint32(magicBytes.length + index * 4, word, true);
  bytes.set(json, HEADER_BYTES + 4);
  return bytes;
}

/** Throws SaveError with xl's sentences. */
export async function readHeader(source: ByteSource): Promise<SaveHeader> {
  const magic = await source.take(magicBytes.length, 'its header').catch((error: unknown) => {
    // Too short to be anything: xl cannot tell either.
    throw error instanceof SaveError ? wrongMagic() : error;
  });
  if (magic.some((byte, index) => byte !== magicBytes[index])) throw wrongMagic();
  const view = viewOf(await source.take(16, 'its header'));
  if (view.getUint32(0, true) !== BYTE_ORDER) throw new SaveError('header', 'File has wrong byte order');
  const mandatoryFlags = view.getUint32(4, true);
  const unknown = (mandatoryFlags & ~MANDATORY_FLAGS) >>> 0;
  if (unknown !== 0) {
    throw new SaveError(
      'header',
      `Savefile has mandatory flag(s) 0x${unknown.toString(16)} which are not supported; need newer xl`,
    );
  }
  const length = view.getUint32(12, true);
  const config = await readOptionalData(source, length);
  if ((mandatoryFlags & FLAG_JSON) === 0 && config !== '')
    throw new SaveError('foreign', 'The configuration in the file is not in JSON: an old xl wrote it.');
  return { mandatoryFlags, optionalFlags: view.getUint32(8, true), optionalDataBytes: length, config };
}

/** The header of a file by its first bytes. Throws SaveError with xl's sentences. */
export function readFileHeader(start: Uint8Array): Promise<SaveHeader> {
  async function* once(): AsyncGenerator<Uint8Array> {
    yield start;
  }
  return readHeader(new ByteSource(once(), () => 0));
}

async function readOptionalData(source: ByteSource, length: number): Promise<string> {
  if (length === 0) return '';
  if (length > MOST.configBytes) throw new SaveError('damaged', 'The configuration in the file is too long.');
  const data = await source.take(length, 'its configuration');
  const configBytes = length < 4 ? Infinity : viewOf(data).getUint32(0, true);
  if (configBytes > length - 4) throw new SaveError('header', 'Savefile truncated.');
  const text = new TextDecoder().decode(data.subarray(4, 4 + configBytes));
  return text.endsWith('\0') ? text.slice(0, -1) : text;
}

const wrongMagic = (): SaveError =>
  new SaveError('header', 'File has wrong magic number - corrupt or for a different tool?');

export const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
