// Runs one of the command-line programs by name; in a fresh checkout builds it first.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const built = new URL('../../dist/engine/cli.js', import.meta.url);

export async function launch(program) {
  if (!existsSync(built)) {
    const { bootstrap } = await import('../bootstrap.mjs');
    bootstrap(['engine']);
  }
  process.argv = [process.argv[0], fileURLToPath(built), program, ...process.argv.slice(2)];
  await import(built.href);
}
