import { build } from 'esbuild';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const here = import.meta.dirname;

/** Environment and Node arguments that make `dist/main/main.js` run on the stand-in. */
export interface StandIn {
  readonly nodeArguments: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Where Chromium's debugger listens: specs drive the window through it. */
  readonly debuggerUrl: string;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

/** Bundles the stand-in below `root`/node_modules (so that its own imports resolve) and says how to run with it. */
export async function prepareStandIn(root: string, chromium: string | undefined): Promise<StandIn> {
  const out = join(root, 'node_modules', '.cache', 'domus-stand-in');
  await mkdir(out, { recursive: true });
  await build({
    absWorkingDir: root,
    entryPoints: {
      electron: `${here}/index.ts`,
      'child-shim': `${here}/child-shim.ts`,
      hooks: `${here}/hooks.ts`,
    },
    outdir: out,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    logLevel: 'warning',
  });
  const url = (name: string): string => pathToFileURL(join(out, name)).href;
  const register = join(out, 'register.mjs');
  await writeFile(
    register,
    `import { register } from 'node:module';\nregister(${JSON.stringify(url('hooks.mjs'))});\n`,
  );
  const port = await freePort();
  return {
    nodeArguments: ['--import', pathToFileURL(register).href],
    env: {
      STAND_IN_ELECTRON: url('electron.mjs'),
      STAND_IN_CHILD_SHIM: url('child-shim.mjs'),
      STAND_IN_CDP_PORT: String(port),
      ...(chromium ? { STAND_IN_CHROMIUM: chromium } : {}),
    },
    debuggerUrl: `http://127.0.0.1:${port}`,
  };
}
