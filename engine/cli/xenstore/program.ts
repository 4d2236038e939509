import { control } from './control.ts';
import { CommandFailure, type Mode, type ModeContext } from './mode.ts';
import { MODES } from './modes.ts';
import { type OptionSpec, readOptions } from './options.ts';
import { isStoreFailure, sentenceOf, type StoreLink } from './store-link.ts';
import type { CommandWorld } from './world.ts';

const SPECS: readonly OptionSpec[] = [
  { letter: 'h', long: 'help' },
  { letter: 'f', long: 'flat' },
  { letter: 's' },
  { letter: 'p', long: 'prefix' },
  { letter: 't', long: 'tidy' },
  { letter: 'u', long: 'upto' },
  { letter: 'r', long: 'recurse' },
  { letter: 'R', long: 'raw' },
  { letter: 'n', long: 'number', argument: true },
];

/** Only xenstore-watch knows depths; Debian's tools know no such letter. */
const WATCH_SPECS: readonly OptionSpec[] = [...SPECS, { letter: 'd', long: 'depth', argument: true }];

const PREFIX = 'xenstore-';

/** What was called, as it names itself in messages. */
interface Call {
  readonly mode: Mode;
  readonly words: readonly string[];
  /** As in `Usage: …`. */
  readonly usage: string;
  /** Before the complaints about options. */
  readonly program: string;
}

/**
 * Runs `xenstore-MODE ARGS…` or `xenstore MODE ARGS…`; `argv[0]` is the name of the program, arguments are byte
 * strings. Output and exit codes are those of Debian 12's tools. Resolves with the exit code; never rejects.
 */
export async function runXenstore(argv: readonly string[], world: CommandWorld): Promise<number> {
  const [program = 'xenstore', ...words] = argv;
  const name = program.slice(program.lastIndexOf('/') + 1);
  if (name === `${PREFIX}control`) return control(program, words, world);
  try {
    return await runCall(findCall(program, name, words), world, name);
  } catch (error) {
    world.err(`${name}: ${error instanceof CommandFailure ? error.message : sentenceOf(error)}\n`);
    return 1;
  }
}

function findCall(program: string, name: string, words: readonly string[]): Call {
  const own = name.startsWith(PREFIX) ? name.slice(PREFIX.length) : undefined;
  const modeName = own ?? words[0];
  if (modeName === undefined) throw new CommandFailure(`Usage: ${program} <mode> [-h] [...]`);
  const mode = Object.hasOwn(MODES, modeName) ? MODES[modeName] : undefined;
  if (!mode) throw new CommandFailure(`unknown mode ${modeName}\n`);
  if (own !== undefined) return { mode, words, usage: `Usage: ${program} ${mode.usage}`, program };
  const usage = `Usage: ${program} ${modeName} ${mode.usage}`;
  return { mode, words: words.slice(1), usage, program: modeName };
}

async function runCall(call: Call, world: CommandWorld, name: string): Promise<number> {
  const { mode } = call;
  const specs = mode.letters.includes('d') ? WATCH_SPECS : SPECS;
  const { given, positionals, complaints } = readOptions(call.program, call.words, specs);
  for (const complaint of complaints) world.err(complaint);
  const options = new Map<string, string>();
  for (const { letter, argument } of given) {
    if (letter !== 's' && !mode.letters.includes(letter)) throw new CommandFailure(call.usage);
    options.set(letter, argument);
  }
  if (!mode.accepts(positionals)) throw new CommandFailure(call.usage);
  const link = await world.open().catch((error: unknown) => {
    throw new CommandFailure(`xs_open: ${sentenceOf(error)}`);
  });
  try {
    return await runMode(mode, { link, words: positionals, options, world, name });
  } finally {
    link.close();
  }
}

interface Run {
  readonly link: StoreLink;
  readonly words: readonly string[];
  readonly options: ReadonlyMap<string, string>;
  readonly world: CommandWorld;
  readonly name: string;
}

/** In a transaction when the mode wants one, again and again until no conflict spoils it. */
async function runMode(mode: Mode, { link, words, options, world, name }: Run): Promise<number> {
  for (;;) {
    const transactionId = mode.transactional(words) ? await begin(link) : 0;
    let held = '';
    const context: ModeContext = {
      link,
      transactionId,
      words,
      options,
      columns: world.columns,
      print: (text) => world.out(text),
      hold: (text) => {
        held += text;
      },
      warn: (text) => world.err(`${name}: ${text}\n`),
    };
    const code = await mode.run(context);
    if (transactionId !== 0 && !(await end(link, transactionId, code === 0))) continue;
    if (held !== '') world.out(held);
    return code;
  }
}

async function begin(link: StoreLink): Promise<number> {
  try {
    return parseInt(await link.request('TRANSACTION_START', '\0'), 10);
  } catch (error) {
    if (isStoreFailure(error)) throw new CommandFailure("couldn't start transaction");
    throw error;
  }
}

/** False: a conflict, begin again. */
async function end(link: StoreLink, transactionId: number, commit: boolean): Promise<boolean> {
  try {
    await link.request('TRANSACTION_END', commit ? 'T\0' : 'F\0', transactionId);
    return true;
  } catch (error) {
    if (!isStoreFailure(error)) throw error;
    if (commit && error.code === 'EAGAIN') return false;
    throw new CommandFailure("couldn't end transaction");
  }
}
