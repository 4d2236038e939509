import { DomusError, type DomainInfo } from '../api/index.ts';

export type OperationName = NonNullable<DomainInfo['operation']>;

/** How a sentence about a domain says what is being done to it. */
const doing: Record<OperationName, string> = {
  creating: 'is being created',
  starting: 'is being started',
  pausing: 'is being paused',
  unpausing: 'is being unpaused',
  'shutting-down': 'is being shut down',
  rebooting: 'is being rebooted',
  destroying: 'is being forced off',
  removing: 'is being deleted',
  saving: 'is being saved',
  restoring: 'is being restored',
  migrating: 'is being migrated',
  configuring: 'is being configured',
};

interface Current {
  readonly name: OperationName;
  readonly abort: AbortController;
  readonly ended: Promise<void>;
}

/**
 * One operation at a time on one domain. A second one is refused, not queued: a person who clicked twice does not want the
 * second click to come true later. Forcing off is the exception: it ends what is in progress and takes its place.
 */
export class Exclusive {
  readonly #label: () => string;
  readonly #onChange: () => void;
  #current: Current | null = null;
  #taking = false;

  /** `label` names the domain in sentences; `onChange` hears when an operation begins or ends. */
  constructor(label: () => string, onChange: () => void) {
    this.#label = label;
    this.#onChange = onChange;
  }

  get name(): OperationName | null {
    return this.#current?.name ?? null;
  }

  /** Runs `step` alone. Its signal is aborted by `signal` or by a `take`. ERROR_LOCK_FAIL when another one runs. */
  async run<T>(
    name: OperationName,
    signal: AbortSignal | null,
    step: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    if (this.#current || this.#taking) throw this.#refusal();
    return this.#begin(name, signal, step);
  }

  /** Ends the operation in progress, then runs `step` alone. ERROR_LOCK_FAIL when another `take` was first. */
  async take<T>(
    name: OperationName,
    signal: AbortSignal | null,
    step: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    if (this.#taking || this.#current?.name === name) throw this.#refusal();
    this.#taking = true;
    try {
      const reason = new DomusError('ERROR_ABORTED', `${this.#label()} was forced off meanwhile.`);
      this.#current?.abort.abort(reason);
      await this.#current?.ended;
    } finally {
      this.#taking = false;
    }
    return this.#begin(name, signal, step);
  }

  /** Resolves when no operation is in progress or about to begin; at once when there is none. */
  async idle(): Promise<void> {
    while (this.#current || this.#taking) await this.#current?.ended;
  }

  async #begin<T>(
    name: OperationName,
    signal: AbortSignal | null,
    step: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const abort = new AbortController();
    let end = (): void => {};
    const ended = new Promise<void>((resolve) => (end = resolve));
    this.#current = { name, abort, ended };
    this.#onChange();
    try {
      return await step(signal ? AbortSignal.any([abort.signal, signal]) : abort.signal);
    } finally {
      this.#current = null;
      end();
      this.#onChange();
    }
  }

  #refusal(): DomusError {
    const name = this.#current?.name ?? 'destroying';
    return new DomusError('ERROR_LOCK_FAIL', `${this.#label()} ${doing[name]} just now.`, {
      fix:
        name === 'destroying' ? 'Wait until that has ended.' : 'Wait until that has ended, or use Force off.',
    });
  }
}
