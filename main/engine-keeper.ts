import { MessageChannelMain, utilityProcess, type MessagePortMain, type UtilityProcess } from 'electron';

export interface EngineKeeperOptions {
  /** The engine's entry file. */
  readonly entry: string;
  /** State directory that was asked for, if any. */
  readonly state: string | undefined;
  /** The engine died and a new one is ready. */
  readonly onRestarted: (detail: string) => void;
  /** The engine cannot run, and starting it again would not help. */
  readonly onFailed: (sentence: string) => void;
}

/** An engine that lived this long had started well: the next pause is short again. */
const livedWellMs = 30_000;
const pausesMs = [100, 500, 1000, 2000, 5000] as const;
const connectWithinMs = 10_000;
/** An engine that is ending, and has not said for so long that it is still at it (saving guests), is ended. */
const stopWithinMs = 25_000;

/** How long to wait before the engine is started again after `deaths` quick deaths in a row (1 = the first). */
export const pauseMs = (deaths: number): number =>
  pausesMs[Math.min(Math.max(deaths, 1), pausesMs.length) - 1] ?? 5000;

/** Exit code of an engine process that was attached to another Domus' engine, which has ended. */
const otherEnded = 75;

const deathNotice = (code: number): string =>
  code === otherEnded
    ? 'The Domus that ran the engine has ended; the engine runs here now.'
    : `The engine died (exit code ${code}) and was started again.`;

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Keeps one engine process running: starts it, starts it again when it dies, and hands out ports to it. */
export class EngineKeeper {
  readonly #options: EngineKeeperOptions;
  readonly #waiters = new Set<Waiter>();
  #process: UtilityProcess | null = null;
  #ready = false;
  #stopping = false;
  #failed = false;
  #deaths = 0;
  #lastDeath: string | null = null;

  constructor(options: EngineKeeperOptions) {
    this.#options = options;
  }

  /** Call once. */
  start(): void {
    const startedAt = Date.now();
    const state = this.#options.state;
    const args = ['desktop', ...(state === undefined ? [] : ['--state', state])];
    const engine = utilityProcess.fork(this.#options.entry, args, {
      serviceName: 'Domus engine',
      stdio: 'inherit',
    });
    this.#process = engine;
    engine.on('message', (message: unknown) => this.#hear(message));
    engine.once('exit', (code) => {
      this.#ready = false;
      this.#process = null;
      if (this.#stopping || this.#failed) return;
      this.#deaths = Date.now() - startedAt > livedWellMs ? 1 : this.#deaths + 1;
      this.#lastDeath = deathNotice(code);
      setTimeout(() => {
        if (!this.#stopping) this.start();
      }, pauseMs(this.#deaths));
    });
  }

  /** A port that speaks the control RPC. Rejects when the engine does not come up in time. */
  connect(): Promise<MessagePortMain> {
    return this.#handOver({ type: 'connect' });
  }

  /** A port to the raw channel a ticket stands for; closes at once when the ticket is not good. */
  openChannel(ticket: string): Promise<MessagePortMain> {
    return this.#handOver({ type: 'channel', ticket });
  }

  /** Asks the engine to end orderly and waits until it has; ends it when that takes too long. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const { reject } of this.#waiters) reject(new Error('Domus is closing.'));
    const engine = this.#process;
    if (!engine) return;
    await new Promise<void>((resolve) => {
      let timer = setTimeout(() => engine.kill(), stopWithinMs);
      engine.on('message', (message: unknown) => {
        if ((message as { type?: unknown } | null)?.type !== 'stopping') return;
        clearTimeout(timer);
        timer = setTimeout(() => engine.kill(), stopWithinMs);
      });
      engine.once('exit', () => {
        clearTimeout(timer);
        resolve();
      });
      engine.postMessage({ type: 'stop' });
    });
  }

  async #handOver(message: { type: string; ticket?: string }): Promise<MessagePortMain> {
    await this.#untilReady();
    const { port1, port2 } = new MessageChannelMain();
    this.#process?.postMessage(message, [port2]);
    return port1;
  }

  #untilReady(): Promise<void> {
    if (this.#ready) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
        act();
      };
      const waiter: Waiter = {
        resolve: () => settle(resolve),
        reject: (error) => settle(() => reject(error)),
      };
      const timer = setTimeout(
        () => waiter.reject(new Error('The engine did not start in time.')),
        connectWithinMs,
      );
      this.#waiters.add(waiter);
    });
  }

  #hear(message: unknown): void {
    if (typeof message !== 'object' || message === null) return;
    const { type, sentence } = message as Record<string, unknown>;
    if (type === 'failed' && typeof sentence === 'string') {
      this.#failed = true;
      this.#options.onFailed(sentence);
    }
    if (type !== 'ready') return;
    this.#ready = true;
    for (const { resolve } of this.#waiters) resolve();
    if (this.#lastDeath !== null) this.#options.onRestarted(this.#lastDeath);
  }
}
