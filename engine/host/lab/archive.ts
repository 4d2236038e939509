import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, link, mkdtemp, open, rm, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { DomusError } from '../../api/index.ts';
import type { Operation } from '../operation.ts';
import { describeFiles } from './build.ts';
import { imageFiles, imageManifest, type ImageManifest, manifestName } from './image-store.ts';
import { outputOf } from './run-program.ts';
import { paddedSize, readTarHeader, tarEnd, tarHeader } from './tar.ts';

/** An image as one file: a tar file of the manifest and the image's files, in this order, the disk compressed. */

/** Nothing of an image is larger, in bytes. */
const maxFileBytes = 8 * 2 ** 30;
const maxManifestBytes = 64 * 1024;

const notAnImage = (why: string): DomusError =>
  new DomusError('ERROR_INVAL', `This is not an image of a Xen lab: ${why}`, {
    fix: 'Choose a file that Domus has exported (npm run lab -- export FILE).',
    field: 'path',
  });

async function appendFile(to: FileHandle, name: string, path: string, op: Operation): Promise<void> {
  const { size } = await stat(path);
  await to.write(tarHeader({ name, size, mode: 0o644 }));
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    op.signal.throwIfAborted();
    await to.write(chunk as Buffer);
  }
  await to.write(Buffer.alloc(paddedSize(size) - size));
}

/** Writes the image in `folder` into a new file. ERROR_DEVICE_EXISTS when there is one already. */
export async function exportImage(
  folder: string,
  manifest: Omit<ImageManifest, 'files'>,
  path: string,
  op: Operation,
): Promise<void> {
  const work = await mkdtemp(join(dirname(path), `.${basename(path)}.`));
  try {
    op.progress('Compressing the disk');
    const compress = ['convert', '-c', '-O', 'qcow2', join(folder, 'dom0.qcow2'), join(work, 'dom0.qcow2')];
    await outputOf('qemu-img', compress, { signal: op.signal });
    for (const name of imageFiles) {
      if (name !== 'dom0.qcow2')
        await link(join(folder, name), join(work, name)).catch(() =>
          copyFile(join(folder, name), join(work, name)),
        );
    }
    op.progress('Writing the file', 0.8);
    const files = await describeFiles(work);
    const out = await open(join(work, 'image.tar'), 'wx', 0o644);
    try {
      const text = Buffer.from(JSON.stringify({ ...manifest, files }));
      await out.write(tarHeader({ name: manifestName, size: text.length, mode: 0o644 }));
      await out.write(Buffer.concat([text, Buffer.alloc(paddedSize(text.length) - text.length)]));
      for (const name of imageFiles) await appendFile(out, name, join(work, name), op);
      await out.write(tarEnd());
      await out.sync();
    } finally {
      await out.close();
    }
    await link(join(work, 'image.tar'), path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
      throw new DomusError('ERROR_DEVICE_EXISTS', `There is a file ${path} already.`, { field: 'path' });
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Reads a file forward, in pieces. */
class Reader {
  readonly #file: FileHandle;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async read(bytes: number): Promise<Buffer> {
    const buffer = Buffer.alloc(bytes);
    const { bytesRead } = await this.#file.read(buffer, 0, bytes, null);
    if (bytesRead < bytes) throw notAnImage('it ends too early.');
    return buffer;
  }

  async entry(name: string, maxBytes: number): Promise<number> {
    const entry = readTarHeader(await this.read(512));
    if (!entry || entry.name !== name) throw notAnImage(`"${name}" is not where it should be.`);
    if (entry.size > maxBytes || entry.size === 0) throw notAnImage(`"${name}" has an impossible size.`);
    return entry.size;
  }

  /** The next file's content, in pieces of at most 1 MiB. */
  async *content(size: number): AsyncGenerator<Buffer> {
    for (let left = size; left > 0;) {
      const piece = await this.read(Math.min(left, 1 << 20));
      left -= piece.length;
      yield piece;
    }
    await this.read(paddedSize(size) - size);
  }
}

function parseManifest(text: string): ImageManifest {
  try {
    return imageManifest.parse(JSON.parse(text));
  } catch {
    throw notAnImage('its description cannot be read; perhaps a newer Domus wrote it.');
  }
}

async function extract(
  reader: Reader,
  name: (typeof imageFiles)[number],
  { bytes, sha256 }: { bytes: number; sha256: string },
  folder: string,
  onBytes: (count: number) => void,
): Promise<void> {
  if ((await reader.entry(name, maxFileBytes)) !== bytes) throw notAnImage(`"${name}" is not as described.`);
  const hash = createHash('sha256');
  const out = await open(join(folder, name), 'wx', 0o644);
  try {
    for await (const piece of reader.content(bytes)) {
      hash.update(piece);
      await out.write(piece);
      onBytes(piece.length);
    }
  } finally {
    await out.close();
  }
  if (hash.digest('hex') !== sha256) throw notAnImage(`"${name}" is damaged.`);
}

/** A disk that names other files would give a lab's guests what is in them. */
async function checkDisk(path: string, signal: AbortSignal): Promise<void> {
  const args = ['info', '-f', 'qcow2', '--output=json', path];
  const text = await outputOf('qemu-img', args, { signal }).catch(() => '{}');
  const info = JSON.parse(text) as Record<string, unknown>;
  const specific = JSON.stringify(info['format-specific'] ?? {});
  if (info['format'] !== 'qcow2') throw notAnImage('its disk cannot be read.');
  if ('backing-filename' in info || specific.includes('data-file"'))
    throw notAnImage('its disk needs other files.');
  if (Number(info['virtual-size']) > 64 * 2 ** 30) throw notAnImage('its disk is too large.');
}

/** Unpacks an exported image into `folder`. ERROR_INVAL for anything else, with nothing but `folder` touched. */
export async function importImage(path: string, folder: string, op: Operation): Promise<ImageManifest> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    throw new DomusError('ERROR_NOTFOUND', `${path} cannot be read (${error.code ?? error.message}).`, {
      field: 'path',
    });
  });
  try {
    const { size: total } = await file.stat();
    if (!(await file.stat()).isFile()) throw notAnImage('it is not a file.');
    const reader = new Reader(file);
    const parts: Buffer[] = [];
    for await (const part of reader.content(await reader.entry(manifestName, maxManifestBytes)))
      parts.push(part);
    const manifest = parseManifest(Buffer.concat(parts).toString('utf8'));
    let done = 0;
    for (const name of imageFiles) {
      await extract(reader, name, manifest.files[name], folder, (count) => {
        op.signal.throwIfAborted();
        done += count;
        op.progress(`Unpacking ${basename(path)}`, Math.min(0.98, done / total));
      });
    }
    await checkDisk(join(folder, 'dom0.qcow2'), op.signal);
    return manifest;
  } finally {
    await file.close();
  }
}
