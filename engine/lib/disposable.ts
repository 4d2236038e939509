/**
 * Clean-up in one place. An operation adds what must be undone as it goes; `dispose` undoes it in reverse order,
 * every step once, going on when a step fails.
 */
export interface Disposable {
  dispose(): void;
}

export interface AsyncDisposable {
  dispose(): Promise<void>;
}

/** One error as it is, several as an AggregateError, none: no throw. */
function throwCollected(errors: readonly unknown[]): void {
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1) throw new AggregateError(errors, `${errors.length} clean-up steps failed`);
}

/** Synchronous steps. Adding to a disposed stack runs the step at once, so that nothing leaks. */
export class DisposableStack implements Disposable {
  #steps: (() => void)[] = [];
  #disposed = false;

  get disposed(): boolean {
    return this.#disposed;
  }

  /** Runs `step` on dispose. */
  defer(step: () => void): void {
    if (this.#disposed) step();
    else this.#steps.push(step);
  }

  /** Disposes `resource` on dispose; returns it. */
  use<T extends Disposable>(resource: T): T {
    this.defer(() => resource.dispose());
    return resource;
  }

  /** Hands all steps to a new stack; this one is then disposed and empty. For "all went well, keep it". */
  move(): DisposableStack {
    const moved = new DisposableStack();
    moved.#steps = this.#steps;
    this.#steps = [];
    this.#disposed = true;
    return moved;
  }

  /** Idempotent. Throws what the steps threw, after all of them have run. */
  dispose(): void {
    this.#disposed = true;
    const errors: unknown[] = [];
    for (let step = this.#steps.pop(); step; step = this.#steps.pop()) {
      try {
        step();
      } catch (error) {
        errors.push(error);
      }
    }
    throwCollected(errors);
  }
}

/** The same for steps that take time: they run one after the other. */
export class AsyncDisposableStack implements AsyncDisposable {
  #steps: (() => void | Promise<void>)[] = [];
  #done: Promise<void> | undefined;

  get disposed(): boolean {
    return this.#done !== undefined;
  }

  /** Throws when already disposed: a step that can no longer be awaited would be lost silently. */
  defer(step: () => void | Promise<void>): void {
    if (this.#done) throw new Error('Clean-up added after it has run');
    this.#steps.push(step);
  }

  use<T extends Disposable | AsyncDisposable>(resource: T): T {
    this.defer(() => resource.dispose());
    return resource;
  }

  /** Hands all steps to a new stack; this one is then disposed and empty. */
  move(): AsyncDisposableStack {
    const moved = new AsyncDisposableStack();
    if (!this.#done) {
      moved.#steps = this.#steps;
      this.#steps = [];
      this.#done = Promise.resolve();
    }
    return moved;
  }

  /** Idempotent: later calls wait for the first. Rejects with what the steps threw, after all of them have run. */
  dispose(): Promise<void> {
    this.#done ??= this.#run();
    return this.#done;
  }

  async #run(): Promise<void> {
    const errors: unknown[] = [];
    for (let step = this.#steps.pop(); step; step = this.#steps.pop()) {
      try {
        await step();
      } catch (error) {
        errors.push(error);
      }
    }
    throwCollected(errors);
  }
}
