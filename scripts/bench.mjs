// npm run bench: runs test/bench/*.bench.ts one after the other and prints one table. Each file's default export
// measures something and resolves with rows (see test/bench/row.ts).
// Usage: npm run bench -- [part of a file's name ...]
import { fork } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bootstrap, root, say } from './bootstrap.mjs';

const source = join(root, 'test', 'bench');

/** In a process of its own, so that one measurement does not disturb the next. */
function measure(bundle) {
  return new Promise((resolve) => {
    const child = fork(process.argv[1], ['--measure', bundle], { stdio: ['ignore', 2, 2, 'ipc'], cwd: root });
    let rows = null;
    child.on('message', (message) => (rows = message));
    child.on('close', () => resolve(rows));
  });
}

async function bundle(files) {
  const { build } = await import('esbuild');
  const outdir = join(root, 'node_modules', '.cache', 'domus-bench');
  mkdirSync(outdir, { recursive: true });
  await build({
    absWorkingDir: root,
    entryPoints: files.map((file) => join(source, file)),
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    logLevel: 'warning',
  });
  return files.map((file) => join(outdir, file.replace(/\.ts$/, '.mjs')));
}

const columns = ['what', 'measured', 'peer', 'ratio', 'goal'];
const number = (value) => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3));

/** A row as text, by column. */
function cells({ what, value, unit, peer, peerValue, goal }) {
  const compared = typeof peerValue === 'number';
  return {
    what,
    measured: `${number(value)} ${unit}`,
    peer: compared ? `${number(peerValue)} ${unit} (${peer})` : '',
    ratio: compared ? `${number(value / peerValue)}×` : '',
    goal: goal ?? '',
  };
}

function table(rows) {
  const lines = [Object.fromEntries(columns.map((name) => [name, name])), ...rows.map(cells)];
  const width = (name) => Math.max(...lines.map((line) => line[name].length));
  return lines.map((line) =>
    columns
      .map((name) => line[name].padEnd(width(name)))
      .join('  ')
      .trimEnd(),
  );
}

if (process.argv[2] === '--measure') {
  const { default: run } = await import(pathToFileURL(process.argv[3]).href);
  process.send(await run());
  process.disconnect();
} else {
  bootstrap();
  const wanted = process.argv.slice(2);
  const files = readdirSync(source)
    .filter((name) => name.endsWith('.bench.ts'))
    .filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
  const rows = [];
  let failed = 0;
  for (const path of await bundle(files)) {
    say(`measuring ${basename(path, '.bench.mjs')} …`);
    const measured = await measure(path);
    if (measured) rows.push(...measured);
    else failed += 1;
  }
  process.stdout.write(`${table(rows).join('\n')}\n`);
  if (failed > 0) say(`${failed} of ${files.length} measurements failed.`);
  process.exit(failed === 0 ? 0 : 1);
}
