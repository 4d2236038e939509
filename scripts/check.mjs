// npm run check: formatter, lint, types and layering. Prints what is wrong and ends with one line.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bootstrap, root, say } from './bootstrap.mjs';

/** name → package, its program, arguments. */
const checks = [
  ['types of the page', 'vue-tsc', 'vue-tsc', ['-p', 'renderer/tsconfig.json', '--noEmit']],
  ['lint', 'eslint', 'eslint', ['.', '--max-warnings', '0']],
  ['types', 'typescript', 'tsc', ['-p', 'tsconfig.json', '--noEmit']],
  [
    'layering',
    'dependency-cruiser',
    'depcruise',
    ['--config', '.dependency-cruiser.cjs', 'engine', 'main', 'preload', 'renderer'],
  ],
  ['format', 'prettier', 'prettier', ['--check', '--log-level', 'warn', '.']],
];

const require = createRequire(import.meta.url);

/** The JavaScript file behind a package's program, so that no shell is needed to run it. */
function programOf(name, program) {
  const manifest = join(root, 'node_modules', name, 'package.json');
  const { bin } = require(manifest);
  return join(dirname(manifest), typeof bin === 'string' ? bin : bin[program]);
}

function run([title, name, program, args]) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [programOf(name, program), ...args], { cwd: root });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
    child.on('close', (code) => {
      say(`${code === 0 ? 'ok  ' : 'FAIL'} ${title}`);
      if (code !== 0) say(output.trim());
      resolve(code === 0);
    });
  });
}

/** Runs all checks, as many at once as there are processors. Resolves with `{ passed, failed }`. */
export async function check() {
  const waiting = [...checks];
  const verdicts = [];
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) verdicts.push(await run(next));
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(availableParallelism(), 3)) }, worker));
  const passed = verdicts.filter(Boolean).length;
  return { passed, failed: verdicts.length - passed };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  bootstrap([]);
  const { passed, failed } = await check();
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  process.exit(failed === 0 ? 0 : 1);
}
