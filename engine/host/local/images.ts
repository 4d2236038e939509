import { copyFile, mkdir, rename, stat, utimes } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { DomusError, type ReadyImage } from '../../api/index.ts';
import type { ImageFiles } from '../../toolstack/draft.ts';
import type { StateDir } from './state-dir.ts';

interface Image extends ReadyImage {
  /** Files in the assets folder, by the name they get in the image's directory. */
  readonly files: Record<'kernel' | 'ramdisk', string>;
  readonly cmdline: string;
}

/** The ready-made guests that ship with Domus. */
const images: readonly Image[] = [
  {
    id: 'tiny-linux',
    title: 'Tiny Linux',
    summary: 'A small 32-bit Linux with BusyBox that lives in memory: at its prompt in a second or two.',
    memoryMiB: 64,
    minimumMemoryMiB: 32,
    files: { kernel: 'bzImage', ramdisk: 'initramfs.cpio' },
    cmdline: 'console=ttyS0 panic=1',
  },
];

const directory = (id: string): string => posix.join('/var/lib/xen/images', id);

/** The ready-made images, copied into Domain-0's tree so that a configuration can name them like any other file. */
export class Images {
  readonly #stateDir: StateDir;
  readonly #assetsDir: string;

  /** `assetsDir` has one `guest/` folder with the files. */
  constructor(stateDir: StateDir, assetsDir: string) {
    this.#stateDir = stateDir;
    this.#assetsDir = assetsDir;
  }

  /** Those whose files are here. */
  async list(): Promise<readonly ReadyImage[]> {
    const there = await Promise.all(images.map((image) => this.#installed(image)));
    return images
      .filter((_, index) => there[index])
      .map(({ id, title, summary, memoryMiB, minimumMemoryMiB }) => ({
        id,
        title,
        summary,
        memoryMiB,
        minimumMemoryMiB,
      }));
  }

  /** ERROR_NOTFOUND, field `source.image`, when there is no such image. */
  files(id: string): ImageFiles {
    const image = images.find((candidate) => candidate.id === id);
    if (!image) {
      throw new DomusError('ERROR_NOTFOUND', `There is no ready-made image "${id}".`, {
        field: 'source.image',
        fix: `Choose one of: ${images.map((candidate) => candidate.id).join(', ')}.`,
      });
    }
    return {
      kernel: posix.join(directory(id), image.files.kernel),
      ramdisk: posix.join(directory(id), image.files.ramdisk),
      cmdline: image.cmdline,
    };
  }

  /** Copies what is missing or of another version. Returns sentences about what could not be copied. */
  async install(): Promise<string[]> {
    const problems: string[] = [];
    for (const image of images) {
      try {
        for (const name of Object.values(image.files)) await this.#copy(image.id, name);
      } catch (error) {
        problems.push(`The ready-made image ${image.title} is not available: ${(error as Error).message}.`);
      }
    }
    return problems;
  }

  async #installed(image: Image): Promise<boolean> {
    const paths = Object.values(image.files).map((name) =>
      this.#stateDir.real(posix.join(directory(image.id), name)),
    );
    const found = await Promise.all(
      paths.map((path) =>
        stat(path).then(
          (file) => file.isFile(),
          () => false,
        ),
      ),
    );
    return found.every(Boolean);
  }

  /** Same size and time of change mean same content: the copy keeps the original's time. */
  async #copy(id: string, name: string): Promise<void> {
    const from = join(this.#assetsDir, 'guest', name);
    const to = this.#stateDir.real(posix.join(directory(id), name));
    const original = await stat(from);
    const copy = await stat(to).catch(() => null);
    const sameTime = copy !== null && Math.floor(copy.mtimeMs / 1000) === Math.floor(original.mtimeMs / 1000);
    if (copy?.size === original.size && sameTime) return;
    await mkdir(this.#stateDir.real(directory(id)), { recursive: true });
    await copyFile(from, `${to}.new`);
    await utimes(`${to}.new`, original.atime, original.mtime);
    await rename(`${to}.new`, to);
  }
}
