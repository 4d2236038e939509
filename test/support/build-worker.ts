/** Builds the guest worker for tests that need only that: into a folder of the temp directory named after its content. */
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

const banner =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

let building: Promise<URL> | undefined;

/** The built worker entry. The same sources give the same file, so runs do not pile up copies. */
export function buildGuestWorker(): Promise<URL> {
  building ??= bundle({}).then((code) => {
    const hash = createHash('sha256').update(code).digest('hex').slice(0, 16);
    return install(code, join(tmpdir(), `domus-guest-worker-${hash}`));
  });
  return building;
}

/** The worker with another emulator in it, in `folder`: `v86Source` is an ES module that takes v86's place. */
export async function buildGuestWorkerWith(v86Source: string, folder: string): Promise<URL> {
  const v86 = join(folder, 'other-v86.mjs');
  await writeFile(v86, v86Source);
  return install(await bundle({ v86 }), folder);
}

async function bundle(alias: Record<string, string>): Promise<Uint8Array> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['engine/entry/guest-worker.ts'],
    write: false,
    alias,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    logLevel: 'warning',
    banner: { js: banner },
  });
  return outputFiles[0]!.contents;
}

/** Renamed into place, so that test files running side by side never see half of it. */
async function install(code: Uint8Array, folder: string): Promise<URL> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'guest-worker.mjs');
  const fresh = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  await writeFile(fresh, code);
  await rename(fresh, path);
  return pathToFileURL(path);
}
