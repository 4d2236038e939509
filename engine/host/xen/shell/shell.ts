import { DomusError } from '../../../api/index.ts';
import { abortReason } from '../../../lib/abort.ts';
import type { Clock } from '../../../lib/clock.ts';
import { Limit } from './limit.ts';
import { quoteAll, type Script, scriptWords } from './quote.ts';
import type { Sudo } from './sudo.ts';
import { asError, clean, decode } from './text.ts';
import type { Process, TerminalSize, Transport } from './transport.ts';

export interface Command extends Script {
  readonly stdin?: string | Uint8Array;
  /** `own`: as whoever logged in. Default `root`: through sudo where the host is used that way. */
  readonly as?: 'root' | 'own';
  /** Default 30 s. The process is ended, the call fails with ERROR_TIMEDOUT. */
  readonly timeoutMs?: number;
  /** Of stdout; default 4 MiB. More is ERROR_FAIL. */
  readonly maxBytes?: number;
  /** What it is for, to name it in sentences: `xl list`. */
  readonly title: string;
  readonly signal?: AbortSignal | undefined;
}

export interface Outcome {
  /** null: it died of a signal. */
  readonly code: number | null;
  readonly stdout: string;
  /** Of its last 64 KiB, without control characters but line breaks. */
  readonly stderr: string;
}

const defaultTimeoutMs = 30_000;
const defaultMaxBytes = 4 * 1024 * 1024;
const maxErrorBytes = 64 * 1024;

/** The newest `max` bytes of what is pushed. */
class Tail {
  readonly #max: number;
  #parts: Uint8Array[] = [];
  #bytes = 0;

  constructor(max: number) {
    this.#max = max;
  }

  push(bytes: Uint8Array): void {
    this.#parts.push(bytes);
    this.#bytes += bytes.length;
    while (this.#bytes - (this.#parts[0]?.length ?? 0) > this.#max)
      this.#bytes -= this.#parts.shift()?.length ?? 0;
  }

  text(): string {
    const all = Buffer.concat(this.#parts);
    return decode(all.subarray(Math.max(0, all.length - this.#max)));
  }
}

/**
 * Commands on one host: quoted, through sudo where need be, bounded in time and output, cancellable, a few at a time (an SSH
 * server allows only so many sessions on a connection).
 */
export class Shell {
  readonly #transport: Transport;
  readonly #sudo: Sudo;
  readonly #clock: Clock;
  readonly #limit: Limit;

  /** `atOnce`: how many short commands run at the same time. */
  constructor(transport: Transport, sudo: Sudo, clock: Clock, atOnce = 4) {
    this.#transport = transport;
    this.#sudo = sudo;
    this.#clock = clock;
    this.#limit = new Limit(atOnce);
  }

  /** Runs a command to its end. A code other than 0 is an outcome, not a failure. */
  run(command: Command): Promise<Outcome> {
    return this.#limit.run(() => this.#run(command), command.signal);
  }

  /** Starts a command that goes on until it is killed. */
  async open(command: Pick<Command, 'script' | 'args' | 'as'>, terminal?: TerminalSize): Promise<Process> {
    const words = scriptWords(command);
    if (command.as === 'own') return this.#transport.spawn(`exec ${quoteAll(words)}`, terminal);
    return this.#sudo.spawn(this.#transport, words, terminal);
  }

  dial(host: string, port: number): ReturnType<Transport['dial']> {
    return this.#transport.dial(host, port);
  }

  /** A server that does not even answer holds nobody up. */
  #opened(command: Command): Promise<Process> {
    const { signal, title, timeoutMs = defaultTimeoutMs } = command;
    return new Promise((resolve, reject) => {
      let over = false;
      const end = (settle: () => void): void => {
        over = true;
        cancel();
        signal?.removeEventListener('abort', onAbort);
        settle();
      };
      const onAbort = (): void => end(() => reject(asError(abortReason(signal))));
      const cancel = this.#clock.after(timeoutMs, () => end(() => reject(tooSlow(title, timeoutMs))));
      signal?.addEventListener('abort', onAbort, { once: true });
      this.open(command).then(
        (process) => (over ? process.kill() : end(() => resolve(process))),
        (error: unknown) => over || end(() => reject(asError(error))),
      );
    });
  }

  async #run(command: Command): Promise<Outcome> {
    const { signal } = command;
    signal?.throwIfAborted();
    const process = await this.#opened(command);
    return new Promise<Outcome>((resolve, reject) => {
      const out: Uint8Array[] = [];
      const err = new Tail(maxErrorBytes);
      let bytes = 0;
      let over = false;
      const finish = (settle: () => void): void => {
        if (over) return;
        over = true;
        cancel();
        signal?.removeEventListener('abort', onAbort);
        settle();
      };
      const giveUp = (error: Error): void =>
        finish(() => {
          process.kill();
          reject(error);
        });
      const onAbort = (): void => giveUp(asError(abortReason(signal)));
      const { timeoutMs = defaultTimeoutMs, maxBytes = defaultMaxBytes } = command;
      const cancel = this.#clock.after(timeoutMs, () => giveUp(tooSlow(command.title, timeoutMs)));
      signal?.addEventListener('abort', onAbort, { once: true });
      process.stdout.on('data', (chunk: Uint8Array) => {
        bytes += chunk.length;
        if (bytes > maxBytes) giveUp(tooMuch(command.title, maxBytes));
        else out.push(chunk);
      });
      process.stderr.on('data', (chunk: Uint8Array) => err.push(chunk));
      process.stdin.on('error', () => {
        // It ended without reading all of it: its code tells.
      });
      process.stdin.end(command.stdin ?? '');
      void process.ended.then(({ code, signal: died }) =>
        finish(() => {
          if (code === null && died === null) reject(lostMeanwhile(command.title));
          else
            resolve({
              code,
              stdout: decode(Buffer.concat(out)),
              stderr: clean(err.text(), 16_000, 'keep lines'),
            });
        }),
      );
      if (signal?.aborted) onAbort();
    });
  }
}

const tooSlow = (title: string, ms: number): DomusError =>
  new DomusError('ERROR_TIMEDOUT', `The host has not answered "${title}" within ${ms / 1000} s.`, {
    fix: 'Look at the host: is it very busy, or is its toolstack stuck? A terminal on it shows.',
  });

const tooMuch = (title: string, maxBytes: number): DomusError =>
  new DomusError(
    'ERROR_FAIL',
    `The host answered "${title}" with more than ${Math.round(maxBytes / 2 ** 20)} MiB; that was not read.`,
  );

/** The connection went while the command ran: nobody knows how it ended. */
export const lostMeanwhile = (title: string): DomusError =>
  new DomusError(
    'ERROR_FAIL',
    `The connection was lost while the host was at "${title}": it may have been done or not.`,
    {
      fix: 'When the host is connected again its domains show what is so.',
    },
  );
