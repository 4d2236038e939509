// npm test: everything CI runs. Brings the clone up to date, then formatter, lint, types, layering, unit, golden,
// contract and integration tests, and the end-to-end specs in a browser and on the built shell.
// Usage: npm test            all of it
//        npm run test:desktop   the end-to-end specs on real Electron only
// The last line is the sum over all runners: `N passed, N failed`.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { bootstrap, giveUp, root, say } from './bootstrap.mjs';
import { check } from './check.mjs';
import { hasDisplay, obtainElectron } from './electron.mjs';
import { provide } from './system.mjs';
import { canTestXen, testXen } from './xen.mjs';
import { ensureTerminal, hasNativePart, toCompile } from './terminal.mjs';

const results = join(root, 'test-results');

/** Runs a package's program to its end; its output is the person's. */
function runNode(file, args, env = {}, wrapper = []) {
  const [command, ...rest] = [...wrapper, process.execPath, join(root, 'node_modules', file), ...args];
  const { status } = spawnSync(command, rest, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, ...env },
  });
  return status ?? 1;
}

function report(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}

/** A runner that failed without a failed test (a file that does not load, an error outside of tests) counts as one. */
const tally = (passed, failed, status) => ({ passed, failed: status !== 0 && failed === 0 ? 1 : failed });

function vitest() {
  const out = join(results, 'vitest.json');
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${out}`];
  const status = runNode('vitest/vitest.mjs', args);
  const { numPassedTests = 0, numFailedTests = 0 } = report(out) ?? {};
  return tally(numPassedTests, numFailedTests, status);
}

const hasSpecs = () =>
  readdirSync(join(root, 'test', 'e2e'), { recursive: true }).some((name) =>
    String(name).endsWith('.spec.ts'),
  );

/**
 * What goes through main and preload. The stand-in is tried with these only: the page is the same as in the browser, where
 * all specs run; on real Electron (`npm run test:desktop`) all of them run too.
 */
const shellSpecs = ['first-guest', 'engine-killed', 'keyboard'];

function playwright(mode, env = {}, wrapper = [], specs = []) {
  if (!hasSpecs()) return { passed: 0, failed: 0 };
  say(`End-to-end specs: ${mode}`);
  const out = join(results, `playwright-${mode}.json`);
  const files = specs.map((name) => `test/e2e/${name}.spec.ts`);
  const args = ['test', ...files, '--reporter=line,json', `--output=${join(results, mode)}`];
  const variables = { PLAYWRIGHT_JSON_OUTPUT_NAME: out, DOMUS_E2E_MODE: mode, ...env };
  const status = runNode('@playwright/test/cli.js', args, variables, wrapper);
  const { expected = 0, flaky = 0, unexpected = 0 } = report(out)?.stats ?? {};
  return tally(expected + flaky, unexpected, status);
}

function everything(checks) {
  const missing = provide([
    'chromium',
    'xenstore',
    'mkfs',
    'vncViewer',
    ...(hasNativePart() ? [] : toCompile),
  ]);
  if (missing.length === 0 && !ensureTerminal({ insist: true })) missing.push('The terminal was not built.');
  for (const sentence of missing) say(sentence);
  if (missing.length > 0) giveUp('Not everything the tests need is there; nothing was tested.');
  return [
    checks,
    vitest(),
    realXen(),
    playwright('browser'),
    playwright('desktop', { DOMUS_E2E_STAND_IN: '1' }, [], shellSpecs),
  ];
}

/** A real Xen host can be built on Debian only; elsewhere the rest is tested without. */
function realXen() {
  const { missing } = existsSync('/etc/debian_version') ? canTestXen() : { missing: ['this is not Debian'] };
  if (missing.length === 0) return testXen({ whole: false });
  say(`Not tested against a real Xen host: ${missing.join(' ')}`);
  return { passed: 0, failed: 0 };
}

function desktopOnly() {
  if (!obtainElectron({ insist: true }))
    giveUp("Electron's program could not be fetched; nothing was tested.");
  const missing = hasDisplay() ? [] : provide(['display']);
  if (missing.length > 0) giveUp(missing.join('\n'));
  return [playwright('desktop', {}, hasDisplay() ? [] : ['xvfb-run', '-a'])];
}

const desktop = process.argv.includes('--desktop');
bootstrap();
rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });
const tallies = desktop ? desktopOnly() : everything(await check());
const sum = (key) => tallies.reduce((total, one) => total + one[key], 0);
process.stdout.write(`${sum('passed')} passed, ${sum('failed')} failed\n`);
process.exit(sum('failed') === 0 ? 0 : 1);
