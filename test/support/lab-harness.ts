import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LabsInfo } from '../../engine/api/index.ts';
import { Labs } from '../../engine/host/lab/index.ts';
import { describeFiles } from '../../engine/host/lab/build.ts';
import { imageFiles, recipeOf } from '../../engine/host/lab/image-store.ts';
import type { LabRegistrar } from '../../engine/host/lab.ts';
import type { Operation } from '../../engine/host/host.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export interface LabHarness {
  readonly directory: string;
  readonly images: string;
  /** What a person would have been told, oldest first. */
  readonly changes: LabsInfo[];
  open(options?: { registrar?: LabRegistrar | null; keepRunning?: boolean }): Promise<Labs>;
  /** An image of a few bytes, as a build would have left it. */
  putImage(): Promise<void>;
  dispose(): Promise<void>;
}

/** Labs in a directory of their own, with programs that stand in for QEMU's. */
export async function labHarness(): Promise<LabHarness> {
  const directory = await mkdtemp(join(tmpdir(), 'domus-lab-'));
  const bin = join(directory, 'bin');
  const images = join(directory, 'images');
  const recipe = join(directory, 'recipe');
  await mkdir(bin);
  await mkdir(recipe);
  await writeFile(join(recipe, 'build.sh'), 'exit 1\n');
  await copyFile(here('./fake-qemu.mjs'), join(bin, 'qemu-system-x86_64'));
  // The last argument but the size is the disk's file.
  await writeFile(
    join(bin, 'qemu-img'),
    '#!/bin/sh\nfor last; do :; done\ncase $last in *G) ;; *) : >"$last" ;; esac\n',
  );
  for (const name of ['qemu-system-x86_64', 'qemu-img']) await chmod(join(bin, name), 0o755);
  const path = process.env['PATH'];
  process.env['PATH'] = `${bin}${delimiter}${path ?? ''}`;
  const changes: LabsInfo[] = [];
  const opened: Labs[] = [];

  return {
    directory,
    images,
    changes,
    async open({ registrar = null, keepRunning = false } = {}) {
      const labs = await Labs.open({
        directory: join(directory, 'labs'),
        imageDirectory: images,
        recipeDirectory: recipe,
        registrar,
        keepRunning,
        onChange: (info) => changes.push(info),
        log: () => {},
      });
      opened.push(labs);
      return labs;
    },
    async putImage() {
      const id = await recipeOf(recipe);
      const folder = join(images, id);
      await mkdir(folder, { recursive: true });
      for (const name of imageFiles) await writeFile(join(folder, name), `content of ${name}`);
      const manifest = {
        format: 1,
        recipe: id,
        version: 'Xen 4.17',
        builtAt: 1,
        files: await describeFiles(folder),
      };
      await writeFile(join(folder, 'image.json'), JSON.stringify(manifest));
    },
    async dispose() {
      for (const labs of opened) await labs.close();
      process.env['PATH'] = path;
      delete process.env['FAKE_QEMU'];
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export interface RecordedOperation extends Operation {
  readonly stages: string[];
  abort(): void;
}

export function recordedOperation(): RecordedOperation {
  const controller = new AbortController();
  const stages: string[] = [];
  return {
    signal: controller.signal,
    stages,
    progress: (stage) => void stages.push(stage),
    log: () => {},
    about: () => {},
    abort: () => controller.abort(new Error('given up')),
  };
}
