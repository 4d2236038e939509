import { Exit, FileProblem, type Xl } from '../context.ts';

/** Text of a configuration file; ends the command with xl's sentence and `code` when it cannot be read. */
export async function readText(
  xl: Xl,
  file: string,
  code: number,
): Promise<{ text: string; source: string }> {
  try {
    return await xl.files.read(file);
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    throw new Exit(code, `Failed to read config file: ${file}: ${error.message}\n`);
  }
}

/** What `key=value` words do to a text: one more line each, so that they win. */
export const withExtra = (text: string, extra: string): string =>
  extra === '' ? text : `${text}\n${extra}\n`;

/** A text as the engine takes it; ends the command for one beyond the contract's 1 MiB. */
export function bounded(text: string): string {
  if (text.length > 1 << 20) throw new Exit(1, 'The configuration is larger than 1 MiB.\n');
  return text;
}
