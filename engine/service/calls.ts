import { DomusError } from '../api/index.ts';
import type { Host, Operation } from '../host/host.ts';
import { abortReason } from '../lib/abort.ts';
import type { TaskRequest, Tasks } from './tasks.ts';

export interface OnDomain {
  readonly host: string;
  readonly domain: string;
  readonly command?: string | undefined;
}

interface Call<I> {
  input: I;
  signal?: AbortSignal | undefined;
}

/** Waits for a task as long as the caller does; the task itself goes on when the caller is gone. */
function whileCalled<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(abortReason(signal));
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** What the handlers of all calls have in common: finding the host, running as a task. */
export class Calls {
  readonly #hosts: ReadonlyMap<string, Host>;
  readonly #tasks: Tasks;

  constructor(hosts: ReadonlyMap<string, Host>, tasks: Tasks) {
    this.#hosts = hosts;
    this.#tasks = tasks;
  }

  /** ERROR_NOTFOUND. */
  host(id: string): Host {
    const host = this.#hosts.get(id);
    if (!host) throw new DomusError('ERROR_NOTFOUND', `There is no host "${id}".`, { field: 'host' });
    return host;
  }

  nameOf(host: Host, domain: string): string {
    return host.domains().find(({ id }) => id === domain)?.name ?? domain;
  }

  async asTask<T extends object | void>(
    request: TaskRequest,
    signal: AbortSignal | undefined,
    work: (op: Operation) => Promise<T>,
  ): Promise<T & { task: string }> {
    const { id, done } = this.#tasks.run(request, work);
    const result = await whileCalled(done, signal);
    return { ...result, task: id };
  }

  /** Starts a task and does not wait for it; others tell it what comes next. Resolves with its id. */
  begin(request: TaskRequest, work: (op: Operation) => Promise<void>): string {
    return this.#tasks.run(request, work).id;
  }

  /** One command on one domain: `verb` begins the task's title, `work` is the host's part of it. */
  onDomain<I extends OnDomain, T extends object | void>(
    verb: string,
    cancellable: boolean,
    work: (host: Host, input: I, op: Operation) => Promise<T>,
  ): (call: Call<I>) => Promise<T & { task: string }> {
    return ({ input, signal }) => {
      const host = this.host(input.host);
      const title = `${verb} ${this.nameOf(host, input.domain)}`;
      const { host: id, domain, command } = input;
      return this.asTask({ title, host: id, domain, command, cancellable }, signal, (op) =>
        work(host, input, op),
      );
    };
  }
}
