// The native part of node-pty, without which Domain-0's Terminal has no shell. It comes ready for macOS and Windows; on
// other systems it is compiled here, once (decision 008).
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { npm, root, say } from './bootstrap.mjs';
import { failureMark } from './failure-mark.mjs';
import { isThere, needs } from './system.mjs';

const packageDirectory = join(root, 'node_modules', 'node-pty');
const mark = failureMark('.domus-no-terminal');
/** Compiling takes seconds; fetching Node's headers, where they are not beside Node, may hang. */
const compileLimitMs = 120_000;
export const toCompile = ['compiler', 'make', 'python'];

/** True when node-pty in `directory` has its native part: compiled there, or one that came with the package. */
export function hasNativePart(
  directory = packageDirectory,
  { platform, arch } = { platform: process.platform, arch: process.arch },
) {
  const file = platform === 'win32' ? 'conpty.node' : 'pty.node';
  const places = [join('build', 'Release'), join('prebuilds', `${platform}-${arch}`)];
  return places.some((place) => existsSync(join(directory, place, file)));
}

/** The folder that has `include/node` of just this Node, so that node-gyp need not fetch it; null when there is none. */
export function headersBeside(execPath = process.execPath, version = process.versions.node) {
  const prefix = dirname(dirname(execPath));
  try {
    const text = readFileSync(join(prefix, 'include', 'node', 'node_version.h'), 'utf8');
    const part = (name) => new RegExp(`^#define NODE_${name}_VERSION (\\d+)$`, 'm').exec(text)?.[1];
    return ['MAJOR', 'MINOR', 'PATCH'].map(part).join('.') === version ? prefix : null;
  } catch {
    return null;
  }
}

/** The package holds macOS's helper without the right to be run; its install script, which we do not run, does not mend it. */
function makeHelperRunnable() {
  const helper = join(packageDirectory, 'prebuilds', `${process.platform}-${process.arch}`, 'spawn-helper');
  if (existsSync(helper)) chmodSync(helper, 0o755);
}

/** True when this Node can load it. */
const loads = () =>
  spawnSync(process.execPath, ['-e', 'require(process.argv[1])', packageDirectory], { stdio: 'ignore' })
    .status === 0;

function compile() {
  const missing = toCompile.map((name) => needs[name]).filter((need) => !isThere(need));
  if (missing.length > 0) return missing.map(({ elsewhere }) => elsewhere).join(' ');
  say('Building the terminal (node-pty) …');
  const headers = process.env.npm_config_nodedir ? null : headersBeside();
  const built = npm(['rebuild', 'node-pty', '--ignore-scripts=false', '--loglevel=error'], {
    env: { ...process.env, ...(headers ? { npm_config_nodedir: headers } : {}) },
    timeout: compileLimitMs,
    killSignal: 'SIGKILL',
  });
  return built && hasNativePart() && loads()
    ? null
    : 'It could not be compiled; `npm rebuild node-pty` says why.';
}

/**
 * Sees to the native part; true when it is there. A failure is said once, remembered for some hours and never fails a
 * start: only the Terminal page needs it. `insist` tries even after a recent failure.
 */
export function ensureTerminal({ insist = false } = {}) {
  if (!existsSync(packageDirectory)) return false;
  if (hasNativePart()) {
    makeHelperRunnable();
    return true;
  }
  if (mark.isRecent() && !insist) return false;
  const failure = compile();
  if (failure === null) mark.forget();
  else {
    mark.note();
    say(
      `The Terminal of Domain-0 will have no shell, everything else works: node-pty is not built. ${failure}`,
    );
  }
  return failure === null;
}

// By itself, before packaging: node scripts/terminal.mjs
if (process.argv[1] === import.meta.filename) process.exit(ensureTerminal({ insist: true }) ? 0 : 1);
