// Brings a clone to where it can run: checks Node, installs dependencies when they are missing or stale, builds what is
// stale. Uses Node's own modules only, because it runs before there is anything else. Speaks on stderr.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
const inRoot = (...path) => join(root, ...path);

export const say = (sentence) => process.stderr.write(`${sentence}\n`);

/** Ends the process with one sentence for the person who started it. */
export function giveUp(sentence, code = 1) {
  say(sentence);
  process.exit(code);
}

const leastNode = [20, 19];

export function checkNode(version = process.versions.node) {
  const [major, minor] = version.split('.').map(Number);
  const recent = major > leastNode[0] || (major === leastNode[0] && minor >= leastNode[1]);
  return recent ? null : `Domus needs Node.js ${leastNode.join('.')} or newer; this is ${version}.`;
}

const sha256 = (data) => createHash('sha256').update(data).digest('hex');
const readJson = (path) => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
};

/** Runs npm, however this process was started; true when it succeeded. Its output goes to stderr. */
export function npm(args, options = {}) {
  const cli = process.env.npm_execpath;
  const viaNode = cli?.endsWith('.js') || cli?.endsWith('.cjs');
  const [command, prefix] = viaNode ? [process.execPath, [cli]] : ['npm', []];
  const shell = !viaNode && process.platform === 'win32';
  return (
    spawnSync(command, [...prefix, ...args], { cwd: root, stdio: ['ignore', 2, 2], shell, ...options })
      .status === 0
  );
}

/**
 * True when what npm wrote down about node_modules agrees with the lock file: every package there has the locked
 * version, and none is missing but optional ones (those of other platforms).
 */
export function agrees(lock, installed) {
  if (!lock?.packages || !installed?.packages) return false;
  const present = Object.entries(installed.packages);
  const wanted = Object.entries(lock.packages).filter(([path]) => path !== '');
  return (
    present.every(([path, { version }]) => lock.packages[path]?.version === version) &&
    wanted.every(([path, { optional }]) => optional || installed.packages[path])
  );
}

/** Installs what package-lock.json says unless that is there already. */
export function ensureInstalled() {
  const lockText = readFileSync(inRoot('package-lock.json'));
  const mark = inRoot('node_modules', '.domus-lock');
  const wanted = sha256(lockText);
  const hidden = inRoot('node_modules', '.package-lock.json');
  if (existsSync(hidden) && existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return;
  if (!agrees(JSON.parse(lockText), readJson(hidden))) {
    say('Installing dependencies …');
    // No package here needs its install script to run (decision 008).
    if (!npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'])) {
      giveUp('The dependencies could not be installed; the lines above say why. `npm ci` tries again.');
    }
  }
  writeFileSync(mark, wanted);
}

/** What each part of the build is made from, and one file that proves it was built. */
const parts = {
  engine: { from: ['engine'], proof: 'dist/engine/engine.js' },
  shell: { from: ['main', 'preload', 'engine/api', 'engine/service'], proof: 'dist/main/main.js' },
  renderer: { from: ['renderer', 'preload/api.ts', 'engine/api'], proof: 'dist/renderer/index.html' },
};
const always = ['package.json', 'package-lock.json', 'scripts/build.mjs'];

function filesUnder(path) {
  if (!existsSync(inRoot(path))) return [];
  if (statSync(inRoot(path)).isFile()) return [path];
  return readdirSync(inRoot(path), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(root.length))
    .sort();
}

/** Content of everything a part is made from. */
function fingerprint(part) {
  const hash = createHash('sha256');
  for (const file of [...always, ...part.from].flatMap(filesUnder)) {
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(inRoot(file)))
      .update('\0');
  }
  return hash.digest('hex');
}

/** Builds those of the wanted parts whose sources changed since they were built last. Returns the names of those built. */
export function ensureBuilt(wanted = Object.keys(parts)) {
  const stampsPath = inRoot('dist', '.stamps.json');
  const stamps = readJson(stampsPath) ?? {};
  const prints = Object.fromEntries(wanted.map((name) => [name, fingerprint(parts[name])]));
  const stale = wanted.filter(
    (name) => stamps[name] !== prints[name] || !existsSync(inRoot(parts[name].proof)),
  );
  for (const name of stale) {
    say(`Building ${name} …`);
    const { status } = spawnSync(process.execPath, [inRoot('scripts', 'build.mjs'), name], {
      cwd: root,
      stdio: ['ignore', 2, 2],
    });
    if (status !== 0) giveUp(`Building ${name} failed; the lines above say why.`);
    stamps[name] = prints[name];
    mkdirSync(inRoot('dist'), { recursive: true });
    writeFileSync(stampsPath, JSON.stringify(stamps));
  }
  return stale;
}

/** Everything before Domus can run; `wanted` are the parts of the build that are needed (default: all). */
export function bootstrap(wanted) {
  const tooOld = checkNode();
  if (tooOld) giveUp(tooOld);
  ensureInstalled();
  return ensureBuilt(wanted);
}

// By itself: node scripts/bootstrap.mjs [engine|shell|renderer ...]
if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const wanted = process.argv.slice(2);
  bootstrap(wanted.length > 0 ? wanted : undefined);
}
