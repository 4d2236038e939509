// A failure that is remembered for some hours, so that each start is quick and does not try the same in vain.
import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './bootstrap.mjs';

const rememberedMs = 6 * 3600 * 1000;

/** `name` becomes a file in node_modules: what is installed anew is also tried anew. */
export function failureMark(name, directory = join(root, 'node_modules')) {
  const path = join(directory, name);
  return {
    isRecent: (now = Date.now()) => existsSync(path) && now - statSync(path).mtimeMs < rememberedMs,
    note() {
      try {
        writeFileSync(path, '');
      } catch {
        // A clone that cannot be written to tries each time.
      }
    },
    forget: () => rmSync(path, { force: true }),
  };
}
