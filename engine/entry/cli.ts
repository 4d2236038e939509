/**
 * The command-line programs in one file: `xl`, `xentop`, `xenstore-*` and `domus`. Which one it is says the name it was
 * started as, else the first argument.
 */
import { programs, runProgram } from './cli-programs.ts';

const baseName = (path: string): string =>
  path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1).replace(/\.[cm]?js$/, '');

const [, started = '', ...words] = process.argv;
const byName = programs.includes(baseName(started));
const [program = 'domus', ...args] = byName ? [baseName(started), ...words] : words;

// A reader that has gone away (`xl list | head -1`) is no error.
process.stdout.on('error', () => process.exit(0));
// Decided late, so that what was printed gets out first; a terminal that is still being read must not hold it up.
void runProgram(program, args).then((code) => {
  process.exitCode = code;
  setTimeout(() => process.exit(code), 100).unref();
});
