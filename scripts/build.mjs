// Builds what is stale into dist/: engine and command line (esbuild), main and preload (esbuild), renderer (vite).
// Usage: node scripts/build.mjs [engine|shell|renderer ...]   (default: all)
import { build } from 'esbuild';
import { cp, mkdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(await readFile(`${root}package.json`, 'utf8'));

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  sourcemap: true,
  logLevel: 'warning',
  // Of ssh2: compiled helpers that it does without. The keyring is compiled too, and does without itself.
  external: ['electron', 'node-pty', '@napi-rs/keyring', 'cpu-features', '*.node'],
  define: { __DOMUS_VERSION__: JSON.stringify(version) },
};

/** CommonJS packages bundled into ESM need a `require` for Node's own modules, and a name for where they are. */
const requireBanner = {
  js: [
    "import { createRequire as __createRequire } from 'node:module';",
    "import { fileURLToPath as __fileURLToPath } from 'node:url';",
    'const require = __createRequire(import.meta.url);',
    "const __dirname = __fileURLToPath(new URL('.', import.meta.url));",
  ].join(' '),
};

const parts = {
  async engine() {
    await build({
      ...common,
      entryPoints: {
        engine: 'engine/entry/engine.ts',
        'guest-worker': 'engine/entry/guest-worker.ts',
        'key-worker': 'engine/entry/key-worker.ts',
        lab: 'engine/entry/lab.ts',
      },
      outdir: 'dist/engine',
      format: 'esm',
      banner: requireBanner,
    });
    // Started for every command: small, and without a source map to look for.
    await build({
      ...common,
      entryPoints: { cli: 'engine/entry/cli.ts' },
      outdir: 'dist/engine',
      format: 'esm',
      minify: true,
      sourcemap: false,
      banner: requireBanner,
    });
    await mkdir(`${root}dist/engine`, { recursive: true });
    await cp(`${root}node_modules/v86/build/v86.wasm`, `${root}dist/engine/v86.wasm`);
  },
  async shell() {
    await build({
      ...common,
      entryPoints: { main: 'main/main.ts' },
      outdir: 'dist/main',
      format: 'esm',
      banner: requireBanner,
    });
    await build({
      ...common,
      entryPoints: { preload: 'preload/preload.ts' },
      outdir: 'dist/preload',
      format: 'cjs',
      outExtension: { '.js': '.cjs' },
    });
  },
  async renderer() {
    const { build: viteBuild } = await import('vite');
    await viteBuild({ configFile: `${root}renderer/vite.config.ts`, logLevel: 'warn' });
  },
};

const wanted = process.argv.slice(2);
for (const name of wanted.length > 0 ? wanted : Object.keys(parts)) {
  const part = parts[name];
  if (!part) throw new Error(`unknown part "${name}" (one of: ${Object.keys(parts).join(', ')})`);
  await part();
}
