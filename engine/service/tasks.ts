import { randomUUID } from 'node:crypto';
import { DomusError, type Task } from '../api/index.ts';
import type { Operation } from '../host/host.ts';
import { type Clock, systemClock } from '../lib/clock.ts';
import { asDomusError, type ErrorLog } from './failure.ts';

/** Where tasks are shown. */
export interface TaskSink {
  task(task: Task): void;
  taskRemoved(id: string): void;
}

export interface TaskRequest {
  /** What a person asked for: `Create web`. */
  readonly title: string;
  readonly host: string | null;
  readonly domain?: string | null;
  /** The `xl` line that does the same. */
  readonly command?: string | undefined;
  readonly cancellable?: boolean;
}

export interface StartedTask<T> {
  readonly id: string;
  /** Rejects with a DomusError that carries the task's log lines. */
  readonly done: Promise<T>;
}

const keptEnded = 200;
const keptLines = 50;
const maxRunning = 200;
/** Progress of one task is shown at most this often, in ms. */
const showEveryMs = 100;

interface Entry {
  task: Task;
  readonly abort: AbortController;
  cancelAsked: boolean;
  showing: boolean;
}

/**
 * Work that outlives whoever asked for it. Tasks are state objects: everybody sees them; the last 200 that ended are
 * kept. At most 200 run at once; a further one is refused with ERROR_NOT_READY.
 */
export class Tasks {
  readonly #sink: TaskSink;
  readonly #log: ErrorLog;
  readonly #clock: Clock;
  readonly #running = new Map<string, Entry>();
  readonly #ended: string[] = [];
  /** Called when the last running task has ended. */
  #onIdle: () => void = () => {};

  constructor(sink: TaskSink, log: ErrorLog, clock: Clock = systemClock) {
    this.#sink = sink;
    this.#log = log;
    this.#clock = clock;
  }

  /** Starts `work` at once. Throws when too many tasks run. */
  run<T>(request: TaskRequest, work: (op: Operation) => Promise<T>): StartedTask<T> {
    if (this.#running.size >= maxRunning) {
      throw new DomusError('ERROR_NOT_READY', `${maxRunning} operations are running already.`, {
        fix: 'Wait until some of them have ended.',
      });
    }
    const entry = this.#begin(request);
    const done = this.#drive(entry, work);
    // Whoever started the task may be gone when it fails; the task itself tells the story.
    done.catch(() => undefined);
    return { id: entry.task.id, done };
  }

  /** True when the task was still running and was asked to stop; it may yet end as done. */
  cancel(id: string): boolean {
    const entry = this.#running.get(id);
    if (!entry?.task.cancellable) return false;
    entry.cancelAsked = true;
    entry.abort.abort(new DomusError('ERROR_ABORTED', `${entry.task.title} was cancelled.`));
    return true;
  }

  /** Forgets the tasks that have ended; returns how many. */
  clear(): number {
    const ids = this.#ended.splice(0);
    for (const id of ids) this.#sink.taskRemoved(id);
    return ids.length;
  }

  /** Asks every running task to stop and waits until they have ended, at most `withinMs`. */
  async stop(withinMs: number): Promise<void> {
    const reason = new DomusError('ERROR_ABORTED', 'Domus is closing.');
    for (const entry of this.#running.values()) {
      entry.cancelAsked = true;
      entry.abort.abort(reason);
    }
    if (this.#running.size === 0) return;
    await new Promise<void>((resolve) => {
      const cancel = this.#clock.after(withinMs, resolve);
      this.#onIdle = () => {
        cancel();
        resolve();
      };
    });
  }

  #begin(request: TaskRequest): Entry {
    const entry: Entry = {
      task: {
        id: randomUUID(),
        title: request.title.slice(0, 300),
        host: request.host,
        domain: request.domain ?? null,
        command: request.command ?? null,
        status: 'running',
        progress: null,
        stage: '',
        cancellable: request.cancellable ?? true,
        startedAt: this.#clock.wallMs(),
        endedAt: null,
        error: null,
        log: [],
      },
      abort: new AbortController(),
      cancelAsked: false,
      showing: false,
    };
    this.#running.set(entry.task.id, entry);
    this.#sink.task(entry.task);
    return entry;
  }

  async #drive<T>(entry: Entry, work: (op: Operation) => Promise<T>): Promise<T> {
    try {
      const result = await work(this.#operation(entry));
      this.#end(entry, { status: 'done', progress: 1 });
      return result;
    } catch (reason) {
      const error = asDomusError(reason, this.#log, entry.task.title);
      if (entry.task.log.length > 0) error.log = entry.task.log;
      const status = entry.cancelAsked && error.code === 'ERROR_ABORTED' ? 'cancelled' : 'failed';
      this.#end(entry, { status, error: error.toData() });
      throw error;
    }
  }

  #operation(entry: Entry): Operation {
    const change = (changes: Partial<Task>): void => {
      if (!this.#running.has(entry.task.id)) return;
      entry.task = { ...entry.task, ...changes };
      this.#show(entry);
    };
    return {
      signal: entry.abort.signal,
      progress: (stage, fraction) =>
        change({
          stage: stage.slice(0, 200),
          progress: typeof fraction === 'number' ? Math.min(1, Math.max(0, fraction || 0)) : null,
        }),
      log: (line) => change({ log: [...entry.task.log, line.slice(0, 1000)].slice(-keptLines) }),
      about: (domain) => change({ domain }),
    };
  }

  /** The first change shows at once, those soon after it together. */
  #show(entry: Entry): void {
    if (entry.showing) return;
    entry.showing = true;
    this.#sink.task(entry.task);
    const shown = entry.task;
    this.#clock.after(showEveryMs, () => {
      entry.showing = false;
      if (entry.task !== shown && this.#running.has(entry.task.id)) this.#show(entry);
    });
  }

  #end(entry: Entry, changes: Partial<Task>): void {
    entry.task = { ...entry.task, ...changes, endedAt: this.#clock.wallMs(), cancellable: false };
    this.#running.delete(entry.task.id);
    this.#sink.task(entry.task);
    this.#ended.push(entry.task.id);
    for (const id of this.#ended.splice(0, this.#ended.length - keptEnded)) this.#sink.taskRemoved(id);
    if (this.#running.size === 0) this.#onIdle();
  }
}
