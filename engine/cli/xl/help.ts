import texts from './commands.json' with { type: 'json' };

/** The words of one subcommand, as Xen 4.17's own table has them (its order is the order of `xl help`). */
export interface CommandText {
  readonly name: string;
  readonly modifies: boolean;
  readonly dryRun: boolean;
  /** What follows the name on the usage line. */
  readonly usage: string;
  readonly description: string;
  readonly options?: readonly string[];
}

export const commandTexts: readonly CommandText[] = texts;

/** Names longer than this get the description on a line of their own. */
const nameWidth = 19;

/** `xl help`: the whole list. */
export function helpList(): string {
  const rows = commandTexts.map(({ name, description }) => {
    const pad =
      name.length > nameWidth ? `${name} \n${' '.repeat(nameWidth + 2)}` : `${name.padEnd(nameWidth)} `;
    return ` ${pad}${description}\n`;
  });
  return `Usage xl [-vfNtT] <subcommand> [args]\n\nxl full list of subcommands:\n\n${rows.join('')}`;
}

/** `xl help CMD` and `xl CMD -h`. */
export function helpFor(text: CommandText): string {
  const flags = `-vtT${text.modifies ? 'f' : ''}${text.dryRun ? 'N' : ''}`;
  const head = `Usage: xl [${flags}] ${text.name} ${text.usage}\n\n${text.description}.\n\n`;
  return text.options ? `${head}Options:\n\n${text.options.join('\n')}\n` : head;
}

/** The exact name wins; otherwise a unique prefix is accepted. Null when ambiguous or unknown. */
export function lookup(word: string): CommandText | null {
  const exact = commandTexts.find(({ name }) => name === word);
  if (exact) return exact;
  const matches = commandTexts.filter(({ name }) => name.startsWith(word));
  return matches.length === 1 ? (matches[0] ?? null) : null;
}
