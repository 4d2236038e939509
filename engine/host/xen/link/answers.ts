import { DomusError, type HostPrompt, type PromptAnswer } from '../../../api/index.ts';
import { clean } from '../shell/text.ts';
import type { Question } from './question.ts';
import type { Secrets } from './secret-store.ts';

interface Open {
  readonly prompt: HostPrompt;
  readonly question: Question;
  readonly settle: (values: readonly string[] | null) => void;
}

/**
 * Answers of a person about one host: kept ones first, then asked for, one question at a time. What was answered stays in
 * memory for reconnecting, and in the keyring when the person wishes so.
 */
export class Answers {
  readonly #account: (key: string) => string;
  readonly #secrets: Secrets;
  readonly #onChange: () => void;
  readonly #memory = new Map<string, readonly string[]>();
  readonly #waiting: Open[] = [];
  /** Accounts in the keyring, for forgetting them; the names are no secret. */
  readonly #kept: Set<string>;
  readonly #onKept: (keys: string[]) => void;
  #count = 0;

  /** `kept`: keys of what is in the keyring; `onKept` hears when that changes. */
  constructor(options: {
    host: string;
    secrets: Secrets;
    kept: readonly string[];
    onKept: (keys: string[]) => void;
    onChange: () => void;
  }) {
    this.#account = (key) => `${options.host}:${key}`;
    this.#secrets = options.secrets;
    this.#kept = new Set(options.kept);
    this.#onKept = options.onKept;
    this.#onChange = options.onChange;
  }

  /** What is asked just now. */
  get prompt(): HostPrompt | null {
    return this.#waiting[0]?.prompt ?? null;
  }

  /** See `Ask`. An abort takes the question back and answers it with null. */
  async ask(question: Question, signal: AbortSignal): Promise<readonly string[] | null> {
    const kept = await this.#keptAnswer(question);
    if (kept) return kept;
    const rememberable = question.keep && (await this.#secrets.state()).available;
    if (signal.aborted) return null;
    return new Promise((resolve) => {
      const settle = (values: readonly string[] | null): void => {
        signal.removeEventListener('abort', onAbort);
        this.#waiting.splice(this.#waiting.indexOf(open), 1);
        this.#onChange();
        resolve(values);
      };
      const onAbort = (): void => settle(null);
      signal.addEventListener('abort', onAbort, { once: true });
      const open: Open = { prompt: this.#promptOf(question, rememberable), question, settle };
      this.#waiting.push(open);
      this.#onChange();
    });
  }

  /** ERROR_NOTFOUND when this is not what is asked just now; ERROR_INVAL for too few values. */
  async answer(prompt: string, { accept, values, remember }: PromptAnswer): Promise<void> {
    const [open] = this.#waiting;
    if (!open || open.prompt.id !== prompt) {
      throw new DomusError('ERROR_NOTFOUND', 'This is not asked any more.', { field: 'prompt' });
    }
    const { question } = open;
    if (!accept) return open.settle(null);
    if (values.length !== question.fields.length) {
      throw new DomusError('ERROR_INVAL', `${question.fields.length} answers are asked for.`, {
        field: 'values',
      });
    }
    if (question.keep) {
      this.#memory.set(question.key, values);
      if (remember) await this.#keep(question.key, values[0] ?? '');
    }
    open.settle(values);
  }

  /** Takes back what is asked: nobody needs it any more. */
  withdraw(): void {
    for (const { settle } of [...this.#waiting]) settle(null);
  }

  /** Forgets all there is, here and in the keyring. */
  async forget(): Promise<void> {
    this.#memory.clear();
    for (const key of this.#kept) await this.#secrets.remove(this.#account(key));
    this.#kept.clear();
    this.#onKept([]);
  }

  async #keptAnswer({ key, keep, again, fields }: Question): Promise<readonly string[] | null> {
    if (!keep) return null;
    if (again) {
      this.#memory.delete(key);
      if (this.#kept.has(key)) await this.#drop(key);
      return null;
    }
    const remembered = this.#memory.get(key);
    if (remembered) return remembered;
    if (!this.#kept.has(key) || fields.length !== 1) return null;
    const secret = await this.#secrets.get(this.#account(key));
    if (secret === null) return null;
    this.#memory.set(key, [secret]);
    return [secret];
  }

  async #keep(key: string, secret: string): Promise<void> {
    if (!(await this.#secrets.set(this.#account(key), secret))) return;
    this.#kept.add(key);
    this.#onKept([...this.#kept]);
  }

  async #drop(key: string): Promise<void> {
    await this.#secrets.remove(this.#account(key));
    this.#kept.delete(key);
    this.#onKept([...this.#kept]);
  }

  #promptOf(question: Question, rememberable: boolean): HostPrompt {
    const { kind, message, fields, hostKey } = question;
    this.#count += 1;
    return {
      id: String(this.#count),
      kind,
      message: clean(message, 1000),
      fields: [...fields],
      hostKey,
      rememberable,
    };
  }
}
