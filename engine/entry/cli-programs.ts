import type { Output } from '../cli/xl/program.ts';
import { processTerminal } from '../cli/terminal.ts';
import { Exit, type Xl } from '../cli/xl/context.ts';
import type { EngineSession } from '../cli/engine-client.ts';
import { dom0Files } from './cli-files.ts';
import { defaultStateDirectory, hostDirectory, socketPath, UsageError } from './options.ts';

/** The embedded host, whose directory holds the engine's socket. */
const embeddedHost = 'local';

const xenstoreTools = ['ls', 'read', 'write', 'list', 'exists', 'rm', 'chmod', 'watch', 'control'];

export const programs: readonly string[] = [
  'xl',
  'xentop',
  'domus',
  'xenstore',
  ...xenstoreTools.map((tool) => `xenstore-${tool}`),
];

/** Text as bytes: the store and consoles hold bytes, one character 0..255 each. */
const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

const output: Output = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
};

const stateDirectory = (): string => defaultStateDirectory(process.env);

const embeddedRoot = (): string => hostDirectory(stateDirectory(), embeddedHost);

const notRunning = (directory: string): string =>
  `No Domus engine runs on ${directory}.\nStart one with \`domus daemon\` (in a checkout also \`npm start\`), or name another with DOMUS_STATE.\n`;

async function connect(): Promise<EngineSession> {
  const { openSession } = await import('../cli/engine-client.ts');
  const directory = stateDirectory();
  try {
    return await openSession(socketPath(directory, embeddedHost));
  } catch (error) {
    throw new Exit(1, error instanceof UsageError ? `${error.message}\n` : notRunning(directory));
  }
}

/** Words as a shell would need them, for the command mirror. */
const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/** Runs `work` in the world of this process; the connection, if one was made, is closed at the end. */
async function inWorld(line: string, work: (xl: Xl) => Promise<number>): Promise<number> {
  let session: Promise<EngineSession> | undefined;
  const xl: Xl = {
    ...output,
    host: process.env['DOMUS_HOST'] ?? embeddedHost,
    line,
    engine: () => (session ??= connect()),
    files: dom0Files(embeddedRoot()),
    terminal: processTerminal(),
    programs: async () => (await import('./cli-pipes.ts')).processPrograms(),
    now: () => new Date(),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  };
  try {
    return await work(xl);
  } catch (error) {
    if (!(error instanceof Exit)) throw error;
    xl.err(error.text);
    return error.code;
  } finally {
    await session?.then(
      (open) => open.close(),
      () => undefined,
    );
  }
}

async function xl(words: readonly string[]): Promise<number> {
  const [{ runXl }, { xlCommands }] = await Promise.all([
    import('../cli/xl/program.ts'),
    import('../cli/xl/commands/index.ts'),
  ]);
  const line = ['xl', ...words.map(quoted)].join(' ');
  return inWorld(line, (context) => runXl(words, xlCommands, context));
}

async function xentop(words: readonly string[]): Promise<number> {
  const { topWorld } = await import('../cli/xl/commands/top.ts');
  const { runTop } = await import('../cli/xentop/program.ts');
  return inWorld('xentop', (context) => runTop(words, topWorld(context)));
}

/** The store of the embedded host, unless the environment names another one as for the tools of a Xen host. */
async function xenstore(program: string, words: readonly string[]): Promise<number> {
  const [{ runXenstore }, { connectXenStore, xenstoreSocketPath }] = await Promise.all([
    import('../cli/xenstore/program.ts'),
    import('./xenstore-socket.ts'),
  ]);
  const folder = `${hostDirectory(stateDirectory(), embeddedHost)}/var/run/xenstored`;
  const { columns } = process.stdout;
  const argv = [program, ...words].map((word) => Buffer.from(word, 'utf8').toString('latin1'));
  return runXenstore(argv, {
    open: () => connectXenStore(xenstoreSocketPath(process.env, folder)),
    out: (text) => void process.stdout.write(latin1(text)),
    err: (text) => void process.stderr.write(latin1(text)),
    columns: process.stdout.isTTY ? columns : undefined,
  });
}

async function domus(words: readonly string[]): Promise<number> {
  const [name = 'help', ...rest] = words;
  if (name !== 'domus' && programs.includes(name)) return runProgram(name, rest);
  const { runDomus } = await import('../cli/domus/program.ts');
  const line = ['domus', ...words.map(quoted)].join(' ');
  return inWorld(line, (context) =>
    runDomus(words, {
      ...context,
      stateDirectory: stateDirectory(),
      writeFile: async (path, text) => (await import('node:fs/promises')).writeFile(path, text),
      makeImage: async (path, origin) =>
        (await import('./cli-images.ts')).makeImage(embeddedRoot(), path, origin),
      readInput: async () => (await import('node:stream/consumers')).text(process.stdin),
      daemon: runDaemon,
    }),
  );
}

/** Becomes the engine; comes back when it has ended, which ends the process. */
async function runDaemon(args: readonly string[]): Promise<number> {
  const engine = new URL('./engine.js', import.meta.url);
  process.argv = [process.argv[0] ?? 'node', 'engine', 'daemon', ...args];
  await import(engine.href);
  return new Promise(() => undefined);
}

/** Runs a program by its name. Resolves with the exit code. */
export async function runProgram(program: string, words: readonly string[]): Promise<number> {
  if (program === 'xl') return xl(words);
  if (program === 'xentop') return xentop(words);
  if (program.startsWith('xenstore')) return xenstore(program, words);
  return domus(program === 'domus' ? words : [program, ...words]);
}
