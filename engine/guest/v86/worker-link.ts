/** The engine's side of one worker thread: birth, calls with replies, messages, death. Knows nothing of machines. */
import { Worker } from 'node:worker_threads';
import { MachineError } from '../machine.ts';
import { LogLimit } from './log-limit.ts';
import type { CallName, Calls, FromWorker, LogLevel, Refusal, ToWorker, WorkerBirth } from './protocol.ts';

/** Heap limits of a worker. Guest memory and compiled guest code live outside the JavaScript heap. */
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 };
/** How long an orderly end may take (writes under way) before the thread is ended by force. */
const SHUTDOWN_MS = 2000;

/** The messages that are not about birth, calls or log. */
export type StreamMessage = Exclude<FromWorker, { op: 'loaded' | 'refused' | 'reply' | 'log' }>;

export interface LinkEvents {
  onMessage(message: StreamMessage): void;
  /** The thread died by itself; `detail` is one sentence. Never after `close`. */
  onLost(detail: string): void;
}

interface PendingCall {
  resolve(result: unknown): void;
  reject(error: MachineError): void;
}

export class WorkerLink {
  readonly #worker: Worker;
  readonly #events: LinkEvents;
  readonly #log: LogLimit;
  /** Resolves when the thread has ended, however it came to that. */
  readonly ended: Promise<void>;
  readonly #calls = new Map<number, PendingCall>();
  #nextId = 1;
  /** Until the machine is loaded. */
  #loading: PendingCall | undefined;
  #error: string | undefined;
  #closing: Promise<void> | undefined;

  /** Resolves when the machine is loaded; rejects with MachineError, the thread ended, when it is refused or dies. */
  static async open(
    workerUrl: URL,
    birth: WorkerBirth,
    name: string,
    events: LinkEvents,
    log: (level: LogLevel, text: string) => void,
  ): Promise<WorkerLink> {
    const link = new WorkerLink(workerUrl, birth, name, events, log);
    try {
      await new Promise<unknown>((resolve, reject) => {
        link.#loading = { resolve, reject };
      });
      link.#loading = undefined;
      return link;
    } catch (error) {
      await link.close();
      throw error;
    }
  }

  private constructor(
    workerUrl: URL,
    birth: WorkerBirth,
    name: string,
    events: LinkEvents,
    log: (level: LogLevel, text: string) => void,
  ) {
    this.#events = events;
    this.#log = new LogLimit(log, () => performance.now());
    this.#worker = new Worker(workerUrl, {
      workerData: birth,
      name: `guest ${name}`,
      env: {},
      argv: [],
      execArgv: [],
      stdin: false,
      stdout: true,
      stderr: true,
      resourceLimits: RESOURCE_LIMITS,
    });
    this.#worker.on('message', (message: FromWorker) => this.#receive(message));
    this.#worker.on('error', (error) => {
      this.#error = error instanceof Error ? error.message : String(error);
    });
    this.#worker.on('messageerror', (error) =>
      this.#abandon(`its messages cannot be read: ${error.message}`),
    );
    this.ended = new Promise((resolve) => {
      this.#worker.on('exit', (code) => {
        this.#die(this.#error ?? `it ended with code ${code}`);
        resolve();
      });
    });
    for (const stream of [this.#worker.stdout, this.#worker.stderr]) {
      stream.on('data', (chunk: Buffer) => this.#log.log('warn', chunk.toString('utf8').trimEnd()));
    }
  }

  /** Rejects with MachineError: what the worker refused with, or `gone`. */
  call<Name extends CallName>(name: Name, argument: Calls[Name]['argument']): Promise<Calls[Name]['result']> {
    return new Promise((resolve, reject) => {
      if (this.#closing) return reject(gone());
      const id = this.#nextId++;
      this.#calls.set(id, { resolve: resolve, reject });
      this.post({ op: 'call', id, name, argument });
    });
  }

  /** To nobody, without complaint, when the thread has ended. */
  post(message: ToWorker, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  /** Ends the thread: in order, by force when that takes too long. Idempotent; never rejects. */
  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    this.post({ op: 'call', id: 0, name: 'shutdown', argument: undefined });
    const force = setTimeout(() => void this.#worker.terminate(), SHUTDOWN_MS);
    // A worker that never came to listen has nothing to put in order.
    if (this.#loading) void this.#worker.terminate();
    await this.ended;
    clearTimeout(force);
    this.#failCalls();
  }

  #receive(message: FromWorker): void {
    switch (message.op) {
      case 'loaded':
        this.#loading?.resolve(undefined);
        return;
      case 'refused':
        this.#loading?.reject(toError(message.refusal));
        return;
      case 'reply':
        this.#settleCall(message.id, message.result, message.refusal);
        return;
      case 'log':
        this.#log.log(message.level, message.text);
        return;
      default:
        if (!this.#closing) this.#pass(message);
    }
  }

  /** A worker that sends nonsense is ended; the engine goes on. */
  #pass(message: StreamMessage): void {
    try {
      this.#events.onMessage(message);
    } catch (error) {
      this.#abandon(`it sent nonsense: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #abandon(why: string): void {
    this.#error = why;
    void this.#worker.terminate();
  }

  #settleCall(id: number, result: unknown, refusal: Refusal | undefined): void {
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    if (refusal) call?.reject(toError(refusal));
    else call?.resolve(result);
  }

  #die(why: string): void {
    const detail = `The machine's worker died: ${why}.`;
    this.#loading?.reject(new MachineError('failed', detail));
    this.#failCalls();
    if (this.#closing) return;
    this.#closing = this.ended;
    this.#events.onLost(detail);
  }

  #failCalls(): void {
    for (const call of this.#calls.values()) call.reject(gone());
    this.#calls.clear();
  }
}

function gone(): MachineError {
  return new MachineError('gone', 'The machine is gone.');
}

function toError(refusal: Refusal): MachineError {
  return new MachineError(refusal.code, refusal.message);
}
