import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MachineStatePart } from '../../../engine/guest/machine.ts';
import { encodeSave, openSave, optionalDataBytes, SaveError } from '../../../engine/migration/index.ts';

const page = (fill: number): Uint8Array => new Uint8Array(4096).fill(fill);

const sample: MachineStatePart[] = [
  { kind: 'pages', numbers: Uint32Array.of(1, 3), bytes: Buffer.concat([page(1), page(3)]) },
  { kind: 'pages', numbers: Uint32Array.of(700), bytes: page(7) },
  { kind: 'devices', bytes: Uint8Array.of(1, 2, 3) },
  { kind: 'devices', bytes: Uint8Array.of(4) },
];

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  for (const item of items) yield item;
}

async function fileOf(parts: readonly MachineStatePart[] = sample, config = '{"a":1}'): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  const content = { config, domain: '{"b":2}', xen: { major: 4, minor: 17 }, parts: each(parts) };
  for await (const chunk of encodeSave(content, crc32)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** In chunks of `size` bytes, as a file or a network would give it. */
function* cut(file: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < file.length; at += size) yield file.subarray(at, at + size);
}

async function read(file: Uint8Array, size = 65_536) {
  const save = await openSave(each([...cut(file, size)]), crc32);
  const parts: MachineStatePart[] = [];
  for await (const part of save.parts()) parts.push(part);
  return { header: save.header, domain: save.domain, parts };
}

const refusal = async (file: Uint8Array): Promise<string> => {
  const error: unknown = await read(file).then(
    () => 'read without complaint',
    (reason: unknown) => reason,
  );
  if (!(error instanceof SaveError)) throw error;
  return error.message;
};

const plain = (parts: readonly MachineStatePart[]) =>
  parts.map((part) => ({ ...part, bytes: Buffer.from(part.bytes).toString('latin1') }));

/** The file with some bytes changed. */
function patched(file: Buffer, at: number, ...bytes: number[]): Buffer {
  const copy = Buffer.from(file);
  copy.set(bytes, at);
  return copy;
}

describe('A save file', () => {
  it('begins as one of xl does', async () => {
    const file = await fileOf();
    expect(file.subarray(0, 32).toString('latin1')).toBe('Xen saved domain, xl format\n \0 \r');
    expect([32, 36, 40, 44, 48].map((at) => file.readUInt32LE(at))).toEqual([0x01020304, 3, 0, 12, 8]);
    expect(file.subarray(52, 60).toString()).toBe('{"a":1}\0');
    expect(file.subarray(60, 68).toString()).toBe('LibxlFmt');
    expect(file.readUInt32BE(68)).toBe(2);
  });

  it.each([1, 7, 4096, 1 << 20])('is read as it was written, in chunks of %i bytes', async (size) => {
    const { header, domain, parts } = await read(await fileOf(), size);
    expect(header).toEqual({ mandatoryFlags: 3, optionalFlags: 0, optionalDataBytes: 12, config: '{"a":1}' });
    expect(domain).toBe('{"b":2}');
    expect(plain(parts)).toEqual(plain(sample));
  });

  it('says how long its configuration is, in bytes', () => {
    expect(optionalDataBytes('ä')).toBe(4 + 2 + 1);
  });

  it('of any state comes back as that state', async () => {
    const numbers = fc.uniqueArray(fc.nat({ max: 2 ** 19 - 1 }), { maxLength: 40 });
    const pieces = fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 4 });
    const check = async (pages: number[], devices: Uint8Array[], config: string): Promise<void> => {
      const sorted = Uint32Array.from(pages).sort();
      const parts: MachineStatePart[] = [
        ...(sorted.length > 0
          ? [{ kind: 'pages' as const, numbers: sorted, bytes: new Uint8Array(sorted.length * 4096).fill(9) }]
          : []),
        ...devices.map((bytes) => ({ kind: 'devices' as const, bytes })),
      ];
      const seen = await read(await fileOf(parts, config), 1000);
      expect(plain(seen.parts)).toEqual(plain(parts));
      expect(seen.header.config).toBe(config);
    };
    const text = fc
      .string({ unit: 'grapheme' })
      .filter((one) => !one.includes('\0') && !one.startsWith('\ufeff'));
    await fc.assert(fc.asyncProperty(numbers, pieces, text, check), { numRuns: 40 });
  });
});

describe('A file that is not a good save file', () => {
  it.each<[string, (file: Buffer) => Buffer, string | RegExp]>([
    ['empty', () => Buffer.alloc(0), /^File has wrong magic number - corrupt or for a different tool\?$/],
    ['other text', (file) => patched(file, 0, 0x78), /^File has wrong magic number/],
    ['the other byte order', (file) => patched(file, 32, 1, 2, 3, 4), 'File has wrong byte order'],
    [
      'a newer xl',
      (file) => patched(file, 36, 0x83),
      'Savefile has mandatory flag(s) 0x80 which are not supported; need newer xl',
    ],
    ['a lying configuration', (file) => patched(file, 48, 0xff), 'Savefile truncated.'],
    ['an endless configuration', (file) => patched(file, 44, 0, 0, 0, 0xff), /too long/],
    ['a stream of another version', (file) => patched(file, 71, 1), /version 1 of libxl's stream/],
    [
      'one byte less',
      (file) => file.subarray(0, -1),
      /^The file ends in the middle of a record: it was cut off\.$/,
    ],
    [
      'half of it',
      (file) => file.subarray(0, file.length / 2),
      /in the middle of its memory: it was cut off/,
    ],
    ['something behind it', (file) => Buffer.concat([file, Buffer.from('x')]), /something follows its end/],
    [
      'one changed bit of memory',
      (file) => patched(file, file.indexOf(page(7)) + 5, 6),
      /^The file is damaged: what it contains does not match its checksum\.$/,
    ],
  ])('(%s) is refused with a sentence', async (_, change, sentence) => {
    expect(await refusal(change(await fileOf()))).toMatch(sentence);
  });

  it('because a real Xen wrote it says so', async () => {
    const file = await fileOf();
    const record = file.indexOf('moD\x80', 0, 'latin1');
    const image = file.indexOf(Buffer.alloc(8, 0xff));
    const foreign = Buffer.concat([file.subarray(0, record), file.subarray(image - 8)]);
    expect(await refusal(foreign)).toBe(
      "A real Xen saved this domain (x86 HVM, from Xen 4.17): its processor's state cannot be carried on by an emulated machine.",
    );
  });

  it('never gives its devices away before its checksum was right', async () => {
    const file = await fileOf();
    const bad = patched(file, file.indexOf(page(3)), 9);
    const save = await openSave(each([bad]), crc32);
    const kinds: string[] = [];
    const all = (async () => {
      for await (const part of save.parts()) kinds.push(part.kind);
    })();
    await expect(all).rejects.toThrow('checksum');
    expect(kinds).toEqual(['pages', 'pages']);
  });

  it('whatever it contains, ends in the file or a SaveError', async () => {
    const file = await fileOf();
    const mutation = fc.array(fc.tuple(fc.nat({ max: file.length - 1 }), fc.nat({ max: 255 })), {
      maxLength: 8,
    });
    const check = async (changes: [number, number][], length: number): Promise<void> => {
      const bytes = Buffer.from(file.subarray(0, file.length - length));
      for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
      await read(bytes).catch((error: unknown) => expect(error).toBeInstanceOf(SaveError));
    };
    // Mostly the structure, where lengths and types are.
    const early = fc.array(fc.tuple(fc.nat({ max: 260 }), fc.nat({ max: 255 })), { maxLength: 4 });
    await fc.assert(fc.asyncProperty(early, fc.constant(0), check), { numRuns: 300 });
    await fc.assert(fc.asyncProperty(mutation, fc.nat({ max: 200 }), check), { numRuns: 200 });
  });
});
