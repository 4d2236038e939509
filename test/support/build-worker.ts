/** Builds the guest worker for tests that need only that: once per run and state of the sources, into a temp folder. */
import { build } from 'esbuild';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface BuiltWorker {
  readonly url: URL;
  dispose(): Promise<void>;
}

let building: Promise<BuiltWorker> | undefined;

/** The built worker entry. The folder is removed with `dispose`, after which the next call builds again. */
export function buildGuestWorker(): Promise<BuiltWorker> {
  building ??= buildIntoTemp();
  return building;
}

async function buildIntoTemp(): Promise<BuiltWorker> {
  const folder = await mkdtemp(join(tmpdir(), 'domus-worker-'));
  await build({
    absWorkingDir: root,
    entryPoints: { 'guest-worker': 'engine/entry/guest-worker.ts' },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    logLevel: 'warning',
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  });
  return {
    url: pathToFileURL(join(folder, 'guest-worker.mjs')),
    dispose: async () => {
      building = undefined;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
