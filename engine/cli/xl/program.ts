import { getopt, type Options, type OptionSpec } from './getopt.ts';
import { commandTexts, type CommandText, helpFor, helpList, lookup } from './help.ts';

/** Where a command writes; both take text as it is. */
export interface Output {
  out(text: string): void;
  err(text: string): void;
}

export interface Globals {
  readonly dryRun: boolean;
  readonly verbosity: number;
}

/** One subcommand: which options it takes, how many words it needs, and what it does. Resolves with the exit code. */
export interface Command<Context> {
  readonly options?: readonly OptionSpec[];
  /** Fewest positionals; fewer print usage and exit 2. */
  readonly atLeast?: number;
  /** Most positionals; more print usage and exit 2. Default: any. */
  run(args: Options, globals: Globals, context: Context & Output): Promise<number>;
}

export type CommandTable<Context> = Readonly<Record<string, Command<Context>>>;

const globalOptions: readonly OptionSpec[] = ['v', 'N', 'f', 't', 'T'].map((key) => ({ key, short: key }));
const helpOption: OptionSpec = { key: 'h', short: 'h', long: 'help' };

function tooFew(text: CommandText, atLeast: number, output: Output): number {
  output.err(`'xl ${text.name}' requires at least ${atLeast} argument${atLeast > 1 ? 's' : ''}.\n\n`);
  output.out(helpFor(text));
  return 2;
}

function help(words: readonly string[], output: Output): number {
  const [name] = words;
  const text = name === undefined ? undefined : commandTexts.find((one) => one.name === name);
  if (name === undefined) output.out(helpList());
  else output.out(text ? helpFor(text) : `command "${name}" not implemented\n`);
  return 0;
}

/**
 * `xl ARGS…`: global options, command lookup, help, option errors (xl-commands §1); then the command itself. Resolves with
 * the exit code; rejects never for bad input.
 */
export async function runXl<Context>(
  argv: readonly string[],
  table: CommandTable<Context>,
  context: Context & Output,
): Promise<number> {
  const global = getopt(argv, globalOptions, { stopAtPositional: true });
  if ('badOption' in global) {
    if (global.badOption !== ' ') context.err(`xl: invalid option -- '${global.badOption}'\n`);
    context.err('unknown global option\n');
    return 1;
  }
  const [word, ...rest] = global.positionals;
  if (word === undefined) {
    context.out(helpList());
    return 1;
  }
  const globals = {
    dryRun: global.given.some(({ key }) => key === 'N'),
    verbosity: global.given.filter(({ key }) => key === 'v').length,
  };
  const text = lookup(word);
  if (!text) {
    if (word === 'help') return help(rest, context);
    context.err('command not implemented\n');
    return 1;
  }
  if (globals.dryRun && !text.dryRun) {
    context.err('command does not implement -N (dryrun) option\n');
    return 1;
  }
  return runCommand(text, table[text.name], rest, globals, context);
}

async function runCommand<Context>(
  text: CommandText,
  command: Command<Context> | undefined,
  words: readonly string[],
  globals: Globals,
  context: Context & Output,
): Promise<number> {
  const args = getopt(words, [helpOption, ...(command?.options ?? [])]);
  if ('badOption' in args) {
    context.err(`option \`${args.badOption}' not supported.\n`);
    return 2;
  }
  if (args.given.some(({ key }) => key === 'h')) {
    context.out(helpFor(text));
    return 0;
  }
  if (!command) {
    context.err('command not implemented\n');
    return 1;
  }
  const atLeast = command.atLeast ?? 0;
  if (args.positionals.length < atLeast) return tooFew(text, atLeast, context);
  return command.run(args, globals, context);
}
