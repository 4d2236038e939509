import type { HostPrompt } from '../../../api/index.ts';

/** Something only the person can say, before it becomes a prompt. */
export interface Question extends Omit<HostPrompt, 'id' | 'rememberable'> {
  /** The same question has the same key: `passphrase:/home/u/.ssh/id_rsa`. */
  readonly key: string;
  /** The answer before was wrong: what is kept must not be used again. */
  readonly again: boolean;
  /** A one-time code must not be kept, a password may be. */
  readonly keep: boolean;
}

/** Resolves with the values in the order of the fields, with none for an accepted host key, with null for a refusal. */
export type Ask = (question: Question) => Promise<readonly string[] | null>;
