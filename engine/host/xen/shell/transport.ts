import type { Duplex, Readable, Writable } from 'node:stream';

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** How a process ended: its code, or the signal it died of; both null when the connection was lost before. */
export interface Ending {
  readonly code: number | null;
  readonly signal: string | null;
}

/** A process on the host. With a terminal `stderr` stays silent. */
export interface Process {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves when it has ended and its output was read. Never rejects. */
  readonly ended: Promise<Ending>;
  resize(size: TerminalSize): void;
  /** Ends it, as far as the host lets that be done; its output is not read any more. */
  kill(): void;
}

export interface Traffic {
  readonly sentBytes: number;
  readonly receivedBytes: number;
  /** What the newest command took to be begun, there and back; null: not measured. */
  readonly roundTripMs: number | null;
}

/**
 * A way to start processes on a host and to reach its ports: an SSH connection, or this computer itself. `spawn` and
 * `dial` reject with a `DomusError` when the host refuses or the connection is gone.
 */
export interface Transport {
  /** `line` is given to the login shell as it is. */
  spawn(line: string, terminal?: TerminalSize): Promise<Process>;
  /** A TCP connection made from the host. */
  dial(host: string, port: number): Promise<Duplex>;
  traffic(): Traffic;
}
