import type { ChannelConfig } from '../../device/channel/index.ts';

/** What takes the bytes of a channel on the host. */
export interface ChannelEnd {
  /** Where a program of the host finds it; null: nowhere but in the console. */
  readonly tty: string | null;
  /** From the guest. Resolves when it is ready for more: the guest's writer waits that long. */
  write(bytes: Uint8Array): void | Promise<void>;
  /** The guest has room again for what `input` was not taken of. */
  drained(): void;
  /** Resolves when nothing of it is left. */
  close(): Promise<void>;
}

export interface EndOptions {
  readonly channel: ChannelConfig;
  /** Where a file of this configured path is made on this computer. */
  readonly place: (path: string) => string;
  /** To the guest; returns how much was taken, the rest may come after `drained`. */
  readonly input: (bytes: Uint8Array) => number;
}

/** Bytes that wait for the guest; while there are some their source should be quiet. */
export class Waiting {
  readonly #input: (bytes: Uint8Array) => number;
  #bytes: Uint8Array = new Uint8Array(0);

  constructor(input: (bytes: Uint8Array) => number) {
    this.#input = input;
  }

  /** True when all of it was taken. */
  send(bytes: Uint8Array): boolean {
    this.#bytes = this.#bytes.length === 0 ? bytes : Buffer.concat([this.#bytes, bytes]);
    return this.drained();
  }

  drained(): boolean {
    if (this.#bytes.length > 0) this.#bytes = this.#bytes.subarray(this.#input(this.#bytes));
    return this.#bytes.length === 0;
  }

  clear(): void {
    this.#bytes = new Uint8Array(0);
  }
}
