// The tests against a real Xen host, for `npm test` and `npm run test:xen`.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './bootstrap.mjs';
import { provide } from './system.mjs';

/** `missing`: sentences about what the tests need and what could not be had. */
export const canTestXen = () => ({ missing: provide(['qemu', 'labBuild', 'ssh']) });

/** What is tried in a minute or two, in one lab; the rest (the whole contract suite) takes a quarter of an hour. */
const short = ['test/xen/xen-host.test.ts'];

export function testXen({ whole }) {
  const results = join(root, 'test-results');
  mkdirSync(results, { recursive: true });
  const out = join(results, 'xen.json');
  const args = ['run', '--config', 'vitest.xen.config.ts', '--reporter=default', '--reporter=json'];
  if (!whole) args.push(...short);
  const program = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const { status } = spawnSync(process.execPath, [program, ...args, `--outputFile.json=${out}`], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  try {
    const { numPassedTests: passed, numFailedTests: failed } = JSON.parse(readFileSync(out, 'utf8'));
    return { passed, failed: status !== 0 && failed === 0 ? 1 : failed };
  } catch {
    return { passed: 0, failed: 1 };
  }
}
