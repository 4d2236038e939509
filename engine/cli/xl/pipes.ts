/** Nobody reads what is written. */
export class BrokenPipe extends Error {}

/** A pair of byte streams, one each way: pipes to another program, or this program's own standard input and output. */
export interface BytePipe {
  /** What comes in, chunk by chunk; ends when the other side closes. */
  readonly input: AsyncIterator<Uint8Array>;
  /** Resolves when it has left. Rejects with BrokenPipe. */
  write(bytes: Uint8Array): Promise<void>;
  /** Nothing more will be written. */
  end(): void;
}

export interface StartedProgram extends BytePipe {
  readonly pid: number;
  /**
   * How it ended, as libxl says it: `exited with error status 1`, empty for success. Waits at most so many ms; null when it
   * still runs then.
   */
  ended(withinMs: number): Promise<string | null>;
}

/** Other programs, and the pipes this one was started with. */
export interface Programs {
  /** Runs `sh -c line`. Its standard error is this program's. */
  start(line: string): StartedProgram;
  own(): BytePipe;
  /** Standard error is a terminal. */
  readonly errIsTerminal: boolean;
}

const nothing = new Uint8Array(0);

/** Takes exact amounts out of a pipe; a read that fails counts as its end. */
export class PipeReader {
  readonly #input: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = nothing;
  #ended = false;
  #reading: Promise<void> | null = null;

  constructor({ input }: Pick<BytePipe, 'input'>) {
    this.#input = input;
  }

  /** Resolves when there is something to take; false at the end. Takes nothing. */
  async ready(): Promise<boolean> {
    while (this.#rest.length === 0) {
      if (this.#ended) return false;
      this.#reading ??= this.#read();
      await this.#reading;
    }
    return true;
  }

  /** What is ready. */
  takeReady(): Uint8Array {
    const taken = this.#rest;
    this.#rest = nothing;
    return taken;
  }

  /** Exactly so many; null when the stream ends before. */
  async take(bytes: number): Promise<Uint8Array | null> {
    const taken = new Uint8Array(bytes);
    for (let at = 0; at < bytes;) {
      if (!(await this.ready())) return null;
      const part = this.#rest.subarray(0, bytes - at);
      this.#rest = this.#rest.subarray(part.length);
      taken.set(part, at);
      at += part.length;
    }
    return taken;
  }

  async #read(): Promise<void> {
    try {
      const next: IteratorResult<Uint8Array, unknown> = await this.#input.next();
      if (next.done) this.#ended = true;
      else this.#rest = next.value;
    } catch {
      this.#ended = true;
    }
    this.#reading = null;
  }
}
