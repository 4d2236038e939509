/** Builds the guest worker for tests that need only that: once per run and state of the sources, into a temp folder. */
import { build } from 'esbuild';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface BuiltWorker {
  readonly url: URL;
  dispose(): Promise<void>;
}

const banner =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

let building: Promise<BuiltWorker> | undefined;

/** The built worker entry. The folder is removed with `dispose`, after which the next call builds again. */
export function buildGuestWorker(): Promise<BuiltWorker> {
  building ??= buildIntoTemp();
  return building;
}

/** The worker with another emulator in it: `v86Source` is an ES module that takes v86's place. */
export async function buildGuestWorkerWith(v86Source: string, folder: string): Promise<URL> {
  const v86 = join(folder, 'other-v86.mjs');
  await writeFile(v86, v86Source);
  return buildInto(folder, { v86 });
}

async function buildIntoTemp(): Promise<BuiltWorker> {
  const folder = await mkdtemp(join(tmpdir(), 'domus-worker-'));
  const url = await buildInto(folder, {});
  return {
    url,
    dispose: async () => {
      building = undefined;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function buildInto(folder: string, alias: Record<string, string>): Promise<URL> {
  await build({
    absWorkingDir: root,
    entryPoints: { 'guest-worker': 'engine/entry/guest-worker.ts' },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    alias,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    logLevel: 'warning',
    banner: { js: banner },
  });
  return pathToFileURL(join(folder, 'guest-worker.mjs'));
}
