import { writeSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import type { Clock } from '../../lib/clock.ts';
import type { PseudoTerminal } from './pty.ts';
import { type ChannelEnd, Waiting } from './end.ts';

/** Of what the terminal has no room for; more is lost, as when nobody reads on a real host. */
const maxUnreadBytes = 64 * 1024;
const retryMs = 50;

/**
 * The host's side of a pseudo-terminal, raw as Xen's device model has it (but that node leaves NL to CR NL on for what the
 * program writes; programs that talk to terminals set that themselves).
 */
export class TerminalEnd implements ChannelEnd {
  readonly tty: string;
  readonly #clock: Clock;
  readonly #fd: number;
  readonly #master: ReadStream;
  /** Held open, so that the terminal outlives the programs that use it. */
  readonly #slave: ReadStream;
  readonly #waiting: Waiting;
  #unread: Uint8Array = new Uint8Array(0);
  #stopRetry: (() => void) | null = null;
  #over = false;

  constructor(terminal: PseudoTerminal, input: (bytes: Uint8Array) => number, clock: Clock) {
    this.tty = terminal.path;
    this.#clock = clock;
    this.#waiting = new Waiting(input);
    this.#fd = terminal.master;
    this.#slave = new ReadStream(terminal.slave);
    this.#slave.setRawMode(true);
    this.#slave.pause();
    this.#master = new ReadStream(terminal.master);
    this.#master.on('error', () => {});
    this.#master.on('data', (bytes: Buffer) => {
      if (!this.#waiting.send(Uint8Array.from(bytes))) this.#master.pause();
    });
  }

  write(bytes: Uint8Array): void {
    if (this.#over) return;
    const unread = this.#unread.length === 0 ? bytes : Buffer.concat([this.#unread, bytes]);
    this.#unread = unread.subarray(0, maxUnreadBytes);
    this.#flush();
  }

  drained(): void {
    if (this.#waiting.drained()) this.#master.resume();
  }

  async close(): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    this.#stopRetry?.();
    this.#master.destroy();
    this.#slave.destroy();
  }

  /** What does not fit now is tried again: nothing tells when a program has read. */
  #flush(): void {
    this.#stopRetry?.();
    this.#stopRetry = null;
    while (this.#unread.length > 0 && !this.#over) {
      const written = this.#writeSome();
      this.#unread = this.#unread.subarray(written);
      if (written > 0) continue;
      this.#stopRetry = this.#clock.after(retryMs, () => this.#flush());
      return;
    }
  }

  #writeSome(): number {
    try {
      return writeSync(this.#fd, this.#unread);
    } catch {
      return 0;
    }
  }
}
