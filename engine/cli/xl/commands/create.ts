import {
  attempt,
  clientOf,
  commandLine,
  Exit,
  findDomain,
  liveDomains,
  type Xl,
  type XlContext,
} from '../context.ts';
import { argument, flag, has, valued } from '../given.ts';
import type { Options } from '../getopt.ts';
import type { CommandTable } from '../program.ts';
import { bounded, readText, withExtra } from './config-file.ts';
import { attach } from './console-attach.ts';
import { viewScreen } from './vnc-viewer.ts';
import { usage } from './usage.ts';

/** libxl numbers that `create` hands on as exit codes, negated (xl-commands §1). */
const fail = 3;
const invalid = 6;

interface Words {
  readonly file: string | undefined;
  readonly extra: string;
}

/** The file is the first word without `=`; words with one are lines of configuration. Null: a second file. */
function wordsOf(args: Options, words: readonly string[]): Words | null {
  let file = argument(args, 'f');
  let extra = '';
  for (const word of words) {
    if (word.includes('=')) extra += `${word}\n`;
    else if (file === undefined) file = word;
    else return null;
  }
  return { file, extra };
}

/** What the engine's reader says: messages for stderr, then the JSON; ends the command when it refuses. */
async function checked(xl: Xl, text: string, source: string): Promise<string> {
  const client = await clientOf(xl);
  const check = await client.config.check({ host: xl.host, text, source });
  for (const message of check.messages) xl.err(`${message}\n`);
  if (check.rc !== 0) throw new Exit(check.rc);
  return check.json;
}

async function configuration(xl: Xl, { file, extra }: Words, quiet: boolean) {
  if (file === undefined) throw new Exit(invalid, 'Config file not specified and none in save file\n');
  const read = file === '/dev/null' ? { text: '', source: file } : await readText(xl, file, fail);
  if (!quiet) xl.err(`Parsing config from ${file}\n`);
  return { text: bounded(withExtra(read.text, extra)), source: read.source, file };
}

/** Waits until the domain is gone, as a foreground monitor does. */
async function monitor(xl: Xl, domid: number): Promise<void> {
  xl.err(`Waiting for domain (domid ${domid}) to die\n`);
  while ((await liveDomains(xl)).some((row) => row.domid === domid)) await xl.sleep(500);
  xl.err(`Domain ${domid} has been destroyed.\n`);
}

async function start(args: Options, xl: Xl, text: string, source: string): Promise<number> {
  const stayPaused = has(args, 'p');
  const withConsole = has(args, 'c');
  const request = { host: xl.host, text, source, command: commandLine(xl) };
  // Attached before its first instruction, so that nothing of the boot is missed.
  const made = await attempt(xl, (client) =>
    client.live.create({ ...request, paused: stayPaused || withConsole }),
  );
  if (!made.ok) return fail;
  const { domain, domid } = made.value;
  // Part of the same command: the window shows that once.
  const target = { host: xl.host, domain };
  if (has(args, 'V') || has(args, 'A')) await viewScreen(xl, domid, domain);
  if (withConsole) {
    const unpause = async (): Promise<void> => {
      if (!stayPaused) await attempt(xl, (client) => client.domain.unpause(target), domid);
    };
    return attach(xl, domain, { attached: unpause });
  }
  if (has(args, 'F')) await monitor(xl, domid);
  return 0;
}

async function create(args: Options, dryRun: boolean, xl: Xl): Promise<number> {
  const words = wordsOf(args, args.positionals);
  if (!words) {
    usage(xl, 'create');
    return 2;
  }
  const { text, source, file } = await configuration(xl, words, has(args, 'q'));
  const json = await checked(xl, text, file);
  if (dryRun) xl.out(json);
  else if (has(args, 'd')) xl.err(json);
  return dryRun ? 0 : start(args, xl, text, source);
}

async function configUpdate(args: Options, dryRun: boolean, xl: Xl): Promise<number> {
  xl.err(
    'WARNING: xl now has better capability to manage domain configuration, ' +
      'avoid using this command when possible\n',
  );
  const [domain, ...rest] = args.positionals;
  const found = await findDomain(xl, domain);
  const words = wordsOf(args, rest);
  if (!words) {
    usage(xl, 'create');
    return 2;
  }
  if (words.file === undefined) throw new Exit(1, 'Config file not specified\n');
  const { text } = await readText(xl, words.file, fail);
  const whole = bounded(withExtra(text, words.extra));
  const json = await checked(xl, whole, words.file);
  if (dryRun) xl.out(json);
  else if (has(args, 'd')) xl.err(json);
  if (dryRun) return 0;
  xl.err(`setting dom${found.domid} configuration\n`);
  const { row } = found;
  if (!row) throw new Exit(1, `libxl: error: Domain ${found.domid}:Non-existant domain\n`);
  const target = { host: xl.host, domain: row.id, command: commandLine(xl) };
  const done = await attempt(xl, (client) => client.config.write({ ...target, text: whole }), found.domid);
  return done.ok ? 0 : 1;
}

export const createCommands: CommandTable<XlContext> = {
  create: {
    options: [
      ...['c', 'd', 'e', 'F', 'p'].map((letter) => flag(letter)),
      valued('f', 'defconfig'),
      flag('n', 'dryrun'),
      flag('q', 'quiet'),
      flag('V', 'vncviewer'),
      flag('A', 'vncviewer-autopass'),
      flag('i', 'ignore-global-affinity-masks'),
    ],
    run: (args, { dryRun }, xl) => create(args, dryRun || has(args, 'n'), xl),
  },
  'config-update': {
    options: [valued('f', 'defconfig'), flag('d'), flag('q', 'quiet')],
    atLeast: 1,
    run: (args, { dryRun }, xl) => configUpdate(args, dryRun, xl),
  },
};
