import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { LabImage } from '../../api/index.ts';
import { writeFileAtomic } from '../local/atomic-file.ts';

/** The files of an image, in the order in which they are exported. */
export const imageFiles = ['xen', 'vmlinuz', 'initrd.img', 'dom0.qcow2'] as const;
export type ImageFile = (typeof imageFiles)[number];

export const imageManifest = z.object({
  format: z.literal(1),
  recipe: z.string().regex(/^[0-9a-f]{16}$/),
  version: z.string().max(200),
  builtAt: z.number(),
  files: z.record(
    z.enum(imageFiles),
    z.object({ bytes: z.int().min(1), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
  ),
});
export type ImageManifest = z.infer<typeof imageManifest>;

export const manifestName = 'image.json';

/** Identity of everything an image is made from: the files below the build script's directory. */
export async function recipeOf(directory: string): Promise<string> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const hash = createHash('sha256');
  for (const path of paths) {
    const name = path.slice(directory.length).replaceAll('\\', '/');
    hash
      .update(`${name}\0`)
      .update(await readFile(path))
      .update('\0');
  }
  return hash.digest('hex').slice(0, 16);
}

async function readManifest(directory: string): Promise<ImageManifest | null> {
  try {
    const manifest = imageManifest.parse(JSON.parse(await readFile(join(directory, manifestName), 'utf8')));
    for (const name of imageFiles) {
      if ((await stat(join(directory, name))).size !== manifest.files[name].bytes) return null;
    }
    return manifest;
  } catch {
    return null;
  }
}

/** A folder that is not yet an image carries the process that makes it in its name, so that leftovers can be told. */
const unfinished = /^\.making-(\d+)-/;

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/**
 * Images by recipe, in a folder that may be emptied at any time: labs keep what they need by links of their own. Several
 * engines and checkouts share it; an image appears whole, by a rename.
 */
export class ImageStore {
  readonly #directory: string;
  readonly recipe: string;

  constructor(directory: string, recipe: string) {
    this.#directory = directory;
    this.recipe = recipe;
  }

  pathOf(recipe: string): string {
    return join(this.#directory, recipe);
  }

  /** The image of this version, else the newest one of another version. */
  async current(): Promise<LabImage | null> {
    const own = await this.#look(this.recipe);
    if (own) return own;
    const names = await readdir(this.#directory).catch(() => []);
    const others = await Promise.all(
      names.filter((name) => /^[0-9a-f]{16}$/.test(name)).map((name) => this.#look(name)),
    );
    return others.filter((image) => image !== null).sort((a, b) => b.builtAt - a.builtAt)[0] ?? null;
  }

  async #look(recipe: string): Promise<LabImage | null> {
    const manifest = await readManifest(this.pathOf(recipe));
    if (manifest?.recipe !== recipe) return null;
    const { version, builtAt, files } = manifest;
    const bytes = Object.values(files).reduce((sum, file) => sum + file.bytes, 0);
    return { recipe, version, builtAt, bytes, current: recipe === this.recipe };
  }

  /**
   * Runs `make` on an empty folder beside the images; what it leaves there becomes the image it describes. Whatever
   * fails, nothing is left.
   */
  async add(make: (folder: string) => Promise<ImageManifest>): Promise<void> {
    await this.#removeLeftovers();
    const random = Math.random().toString(16).slice(2, 10);
    const folder = join(this.#directory, `.making-${process.pid}-${random}`);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    try {
      const manifest = await make(folder);
      await writeFileAtomic(join(folder, manifestName), `${JSON.stringify(manifest, null, 2)}\n`);
      await rm(this.pathOf(manifest.recipe), { recursive: true, force: true });
      await rename(folder, this.pathOf(manifest.recipe));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async forget(recipe: string): Promise<void> {
    await rm(this.pathOf(recipe), { recursive: true, force: true });
  }

  async #removeLeftovers(): Promise<void> {
    for (const name of await readdir(this.#directory).catch(() => [])) {
      const pid = Number(unfinished.exec(name)?.[1] ?? Number.NaN);
      if (Number.isInteger(pid) && !isAlive(pid)) {
        await rm(join(this.#directory, name), { recursive: true, force: true });
      }
    }
  }
}
