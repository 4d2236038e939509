import type { DomainInfo } from '../../api/domain.ts';
import { clientOf, commandLine, Exit, type Xl } from '../xl/context.ts';
import { getopt, type Options, type OptionSpec } from '../xl/getopt.ts';

/** What an image is made of: so many bytes of nothing, or a copy of a file. */
export type ImageOrigin =
  { readonly kind: 'blank'; readonly bytes: number } | { readonly kind: 'copy'; readonly of: string };

/** The world of `domus`. */
export interface DomusContext extends Xl {
  readonly stateDirectory: string;
  writeFile(path: string, text: string): Promise<void>;
  /** Makes a disk image where Domain-0 means it to be. Rejects with an Error in words. */
  makeImage(path: string, origin: ImageOrigin): Promise<void>;
  /** Standard input to its end. */
  readInput(): Promise<string>;
  /** Becomes the engine. */
  daemon(args: readonly string[]): Promise<number>;
}

export interface DomusCommand {
  readonly usage: string;
  readonly description: string;
  run(words: readonly string[], domus: DomusContext): Promise<number>;
}
export type DomusCommands = Readonly<Record<string, DomusCommand>>;

interface Work {
  readonly usage: string;
  readonly description: string;
  readonly options?: readonly OptionSpec[];
  /** Fewest and most words that are no options. */
  readonly words: readonly [least: number, most: number];
  readonly run: (args: Options, domus: DomusContext) => Promise<number | void>;
}

/** A command whose words are counted: too few, too many or an unknown option print its usage and end with 2. */
export function counted({ usage, description, options = [], words: [least, most], run }: Work): DomusCommand {
  return {
    usage,
    description,
    async run(words, domus) {
      const args = getopt(words, options);
      const count = 'positionals' in args ? args.positionals.length : -1;
      if (!('positionals' in args) || count < least || count > most) {
        domus.err(`Usage: domus ${usage}\n`);
        return 2;
      }
      return (await run(args, domus)) ?? 0;
    },
  };
}

/** The domain that a word means, running or not: digits are a domid, else its name or UUID. Ends the command when none is. */
export async function domainOf(domus: DomusContext, word = ''): Promise<DomainInfo> {
  const { objects } = await (await clientOf(domus)).state.snapshot();
  const all = objects.flatMap((one) =>
    one.kind === 'domain' && one.value.host === domus.host ? [one.value] : [],
  );
  const found = /^\d+$/.test(word)
    ? all.find(({ domid }) => domid === Number(word))
    : (all.find(({ name }) => name === word) ?? all.find(({ uuid }) => uuid === word.toLowerCase()));
  if (found) return found;
  throw new Exit(1, `domus: there is no domain ${word}. \`xl list\` shows those that run.\n`);
}

/** What calls on a domain are told, the line for the command mirror included. */
export const onDomain = ({ host, id }: DomainInfo, domus: DomusContext) => ({
  host,
  domain: id,
  command: commandLine(domus),
});

/** The text of a file as Domain-0 names it; of standard input for `-` and nothing. */
export const textOf = async (domus: DomusContext, file = '-'): Promise<string> =>
  file === '-' ? domus.readInput() : (await domus.files.read(file)).text;
