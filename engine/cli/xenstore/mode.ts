import type { StoreLink } from './store-link.ts';

/** Ends a command with a line on standard error and exit code 1. */
export class CommandFailure extends Error {}

/** What a mode has to work with. All text is byte strings. */
export interface ModeContext {
  readonly link: StoreLink;
  /** 0 when the mode runs outside a transaction. */
  readonly transactionId: number;
  readonly words: readonly string[];
  /** Given options by letter, with their arguments. */
  readonly options: ReadonlyMap<string, string>;
  /** Columns of the terminal on standard output; undefined when it is none. */
  readonly columns: number | undefined;
  /** Standard output, at once. */
  readonly print: (text: string) => void;
  /** Standard output when all is done; forgotten when the transaction has to be repeated. */
  readonly hold: (text: string) => void;
  /** A line on standard error. */
  readonly warn: (text: string) => void;
}

/** One tool. */
export interface Mode {
  readonly usage: string;
  /** Letters of the options it takes besides h and s; another's letter prints the usage. */
  readonly letters: string;
  /** Whether these positionals are right. */
  accepts(words: readonly string[]): boolean;
  transactional(words: readonly string[]): boolean;
  /** Resolves with the exit code; rejects with CommandFailure. */
  run(context: ModeContext): Promise<number>;
}

/** C's atoi, good enough for counts. */
export function leadingInteger(text: string): number {
  const value = parseInt(text, 10);
  return Number.isNaN(value) ? 0 : value;
}
