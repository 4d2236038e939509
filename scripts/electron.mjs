// Whether the desktop shell can be opened here: a display, and Electron's binary, which its package fetches at first use.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, say } from './bootstrap.mjs';
import { failureMark } from './failure-mark.mjs';

const packageDirectory = join(root, 'node_modules', 'electron');
const mark = failureMark('.domus-no-electron');
const fetchLimitMs = 60_000;

export function hasDisplay(env = process.env, platform = process.platform) {
  return platform !== 'linux' || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}

/** Path of Electron's binary when it is there. */
export function installedElectron() {
  const pathFile = join(packageDirectory, 'path.txt');
  if (!existsSync(pathFile)) return null;
  const directory = process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(packageDirectory, 'dist');
  const binary = join(directory, readFileSync(pathFile, 'utf8'));
  return existsSync(binary) ? binary : null;
}

/** Electron's binary, fetched now if need be; null when it cannot be had. `insist` tries even after a recent failure. */
export function obtainElectron({ insist = false } = {}) {
  const present = installedElectron();
  if (present || (mark.isRecent() && !insist)) return present;
  say('Fetching Electron …');
  const { status } = spawnSync(process.execPath, [join(packageDirectory, 'install.js')], {
    stdio: 'ignore',
    timeout: fetchLimitMs,
    killSignal: 'SIGKILL',
  });
  const binary = status === 0 ? installedElectron() : null;
  if (binary) mark.forget();
  else mark.note();
  return binary;
}

const readyLine = /^Domus is ready at .*$/m;

/**
 * Runs the shell until its windows are closed. Resolves with `{ ready, code }`: whether it came up, and its exit code.
 * `onReady(line)` gets the line it prints then.
 */
export function runElectron(binary, args, { onReady }) {
  const asRoot = process.platform === 'linux' && process.getuid?.() === 0;
  // Chromium's sandbox refuses to run as root.
  const flags = asRoot ? ['--no-sandbox'] : [];
  return new Promise((resolve) => {
    const child = spawn(binary, [...flags, root, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    let ready = false;
    let seen = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      if (ready) return;
      seen = (seen + text).slice(-10_000);
      const line = readyLine.exec(seen)?.[0];
      if (!line) return;
      ready = true;
      onReady(line);
    });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
    child.on('error', () => resolve({ ready, code: 1 }));
    child.on('exit', (code) => resolve({ ready, code: code ?? 1 }));
  });
}
