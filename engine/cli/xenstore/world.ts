import type { StoreLink } from './store-link.ts';

/** The world of a command. Text is byte strings: one character 0..255 per byte. */
export interface CommandWorld {
  /** Connects to the store; rejects when it cannot be reached. */
  open(): Promise<StoreLink>;
  out(text: string): void;
  err(text: string): void;
  /** Columns of the terminal on standard output; undefined when it is none. */
  readonly columns: number | undefined;
}
