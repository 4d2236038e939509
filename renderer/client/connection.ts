import { HopelessError, type ControlLine, type Transport } from './transport.ts';

/** Where the connection to the engine stands. Times are epoch ms. */
export type ConnectionStatus =
  | { readonly kind: 'connecting'; readonly attempt: number }
  | { readonly kind: 'online' }
  | { readonly kind: 'waiting'; readonly attempt: number; readonly retryAt: number; readonly reason: string }
  | { readonly kind: 'refused'; readonly reason: string };

/** Pauses between attempts: soon at first, never rarer than every 10 s. */
export const retryDelaysMs = [300, 700, 1500, 3000, 5000, 10_000] as const;

export function retryDelayMs(attempt: number): number {
  return retryDelaysMs[Math.min(Math.max(0, attempt), retryDelaysMs.length - 1)] ?? 10_000;
}

export interface ConnectionOptions {
  readonly transport: Transport;
  readonly onStatus: (status: ConnectionStatus) => void;
  /** A line is up. The signal is aborted when it is lost. */
  readonly onLine: (line: ControlLine, lost: AbortSignal) => void;
}

/** Keeps one control line to the engine: opens it, and opens it again with growing pauses whenever it is lost. */
export class Connection {
  readonly #options: ConnectionOptions;
  #line: ControlLine | null = null;
  #lost = new AbortController();
  #attempt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /** Call once. */
  start(): void {
    void this.#connect();
  }

  /** The line calls go over now; null while there is none. */
  get line(): ControlLine | null {
    return this.#line;
  }

  /** Skips the rest of a pause. */
  retryNow(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    void this.#connect();
  }

  /** Gives this line up and opens another, e.g. when the shell says the engine was restarted. */
  restart(reason: string): void {
    if (!this.#line) return this.retryNow();
    this.#line.close();
    this.#drop(reason);
  }

  /** A call proved that the line works: the next pause is short again. */
  proven(): void {
    this.#attempt = 0;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#lost.abort();
    this.#line?.close();
    this.#line = null;
  }

  async #connect(): Promise<void> {
    this.#timer = undefined;
    this.#lost = new AbortController();
    const { signal } = this.#lost;
    this.#options.onStatus({ kind: 'connecting', attempt: this.#attempt });
    try {
      const line = await this.#options.transport.connect(signal);
      if (this.#closed) return line.close();
      this.#line = line;
      line.onLost(() => {
        if (this.#line === line) this.#drop('The connection to the engine was lost.');
      });
      this.#options.onStatus({ kind: 'online' });
      this.#options.onLine(line, signal);
    } catch (error) {
      if (error instanceof HopelessError)
        return this.#options.onStatus({ kind: 'refused', reason: error.message });
      this.#drop(error instanceof Error ? error.message : String(error));
    }
  }

  #drop(reason: string): void {
    this.#line = null;
    this.#lost.abort();
    if (this.#closed) return;
    const delayMs = retryDelayMs(this.#attempt);
    this.#attempt += 1;
    this.#options.onStatus({
      kind: 'waiting',
      attempt: this.#attempt,
      retryAt: Date.now() + delayMs,
      reason,
    });
    this.#timer = setTimeout(() => void this.#connect(), delayMs);
  }
}
