import { importLegacy } from '../../xlcfg/index.ts';
import { EngineFailure } from '../engine-client.ts';
import { FileProblem, liveDomains } from '../xl/context.ts';
import { argument, valued } from '../xl/given.ts';
import { getopt } from '../xl/getopt.ts';
import type { DomusCommand, DomusContext } from './command.ts';
import { definitionCommands } from './definition.ts';
import { hardwareCommands } from './hardware.ts';
import { hostCommands } from './host.ts';

/** Options that the engine itself reads (engine/entry/options.ts). */
async function daemon(words: readonly string[], domus: DomusContext): Promise<number> {
  return domus.daemon(words);
}

function plural(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`;
}

async function status(_: readonly string[], domus: DomusContext): Promise<number> {
  const { client } = await domus.engine();
  const info = await client.engine.info();
  const [rows, physical] = await Promise.all([
    liveDomains(domus),
    client.dom0.physical({ host: domus.host }),
  ]);
  const guests = rows.filter(({ domid }) => domid !== 0).length;
  const minutes = Math.floor((domus.now().getTime() - info.startedAt) / 60_000);
  const mebi = (kiB: number): number => Math.floor(kiB / 1024);
  domus.out(
    [
      `Domus ${info.version}, process ${info.pid}, up ${plural(minutes, 'minute')}`,
      `State directory: ${domus.stateDirectory}`,
      `Host ${domus.host}: ${plural(guests, 'running domain')}, ${mebi(physical.freeMemoryKiB)} of ${mebi(physical.totalMemoryKiB)} MiB free`,
      ...(info.recovered ? ['The engine was started again after it had died.'] : []),
      '',
    ].join('\n'),
  );
  return 0;
}

/** Converted text to stdout or a file; what was changed and what could not be, to stderr. */
async function convert(words: readonly string[], domus: DomusContext): Promise<number> {
  const args = getopt(words, [valued('w', 'write')]);
  const [file] = 'positionals' in args ? args.positionals : [];
  if (!('positionals' in args) || file === undefined) {
    domus.err(`Usage: domus ${commands.convert?.usage ?? 'convert'}\n`);
    return 2;
  }
  const { text } = await domus.files.read(file);
  const { text: converted, changes, unconverted } = importLegacy(text);
  for (const { line, before, after, why } of changes) {
    domus.err(`${file}:${line}: ${why}\n`);
    if (before !== '') domus.err(`  - ${before.trimEnd()}\n`);
    if (after !== '') domus.err(`  + ${after.trimEnd()}\n`);
  }
  for (const problem of unconverted) domus.err(`${file}:${problem.line}: ${problem.why}\n`);
  const target = argument(args, 'w');
  if (target === undefined) domus.out(converted);
  else await domus.writeFile(domus.files.absolute(target), converted);
  return unconverted.length > 0 ? 1 : 0;
}

const commands: Readonly<Record<string, DomusCommand>> = {
  daemon: {
    usage: 'daemon [--state DIR]',
    description: 'Run the engine without a window until it is stopped.',
    run: daemon,
  },
  status: { usage: 'status', description: 'Say whether an engine runs, and what it has.', run: status },
  convert: {
    usage: 'convert FILE [-w OUT]',
    description: 'Convert an old (xm, Python) configuration to xl.cfg; changes go to stderr.',
    run: convert,
  },
  ...hardwareCommands,
  ...definitionCommands,
  ...hostCommands,
  help: {
    usage: 'help',
    description: 'This list.',
    run: async (_, domus) => {
      domus.out(helpText());
      return 0;
    },
  },
};

function helpText(): string {
  const rows = Object.values(commands).map(
    ({ usage, description }) => `  domus ${usage}\n      ${description}\n`,
  );
  return (
    `Domus: a desktop for Xen domains.\n\n${rows.join('')}` +
    `  domus xl …\n      What xl does; also xentop and the xenstore- tools.\n\n` +
    `DOMUS_HOST names another host than the embedded one, DOMUS_STATE another state directory.\n`
  );
}

/** `domus COMMAND …`. Resolves with the exit code: 2 for a misuse, 1 for a failure. */
export async function runDomus(argv: readonly string[], domus: DomusContext): Promise<number> {
  const [name = 'help', ...words] = argv;
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (name === '--help' || name === '-h') return runDomus(['help'], domus);
  if (!command) {
    domus.err(`domus: there is no command "${name}".\n${helpText()}`);
    return 2;
  }
  try {
    return await command.run(words, domus);
  } catch (error) {
    if (error instanceof EngineFailure) {
      domus.err(`domus: ${error.message}\n${error.fix === undefined ? '' : `domus: ${error.fix}\n`}`);
      return 1;
    }
    if (!(error instanceof FileProblem)) throw error;
    domus.err(`domus: ${words[0] ?? ''}: ${error.message}\n`);
    return 1;
  }
}
