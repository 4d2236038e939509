/**
 * Ports of the console device: what waits for the guest, and how much of its output nobody has acknowledged yet. Plain
 * data; the device moves the bytes.
 */
export interface PortSpec {
  readonly name: string;
  /** What was sent while no program had the port open waits for the next one; false: it is for nobody. */
  readonly keepsInput: boolean;
  /** The guest makes it a terminal (hvc0), which has no name there. */
  readonly terminal?: boolean;
}

/** Unacknowledged output of one port beyond which nothing more is taken from the guest: its writer waits. */
const OUTPUT_WINDOW = 64 * 1024;
const REPORT_FED_BYTES = 4096;

export class ConsolePort {
  readonly name: string;
  readonly keepsInput: boolean;
  readonly terminal: boolean;
  /** A program of the guest has it open. */
  open = false;
  #input: Uint8Array[] = [];
  #fed = 0;
  #unacknowledged = 0;

  constructor({ name, keepsInput, terminal = false }: PortSpec) {
    this.name = name;
    this.keepsInput = keepsInput;
    this.terminal = terminal;
  }

  get hasInput(): boolean {
    return this.#input.length > 0;
  }

  get congested(): boolean {
    return this.#unacknowledged > OUTPUT_WINDOW;
  }

  sent(bytes: number): void {
    this.#unacknowledged += bytes;
  }

  acknowledge(bytes: number): void {
    this.#unacknowledged = Math.max(0, this.#unacknowledged - bytes);
  }

  queue(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#input.push(bytes);
  }

  /** At most `most` bytes for the guest. */
  take(most: number): Uint8Array {
    const [first = new Uint8Array(0), ...rest] = this.#input;
    const taken = first.subarray(0, most);
    this.#input = taken.length < first.length ? [first.subarray(taken.length), ...rest] : rest;
    this.#fed += taken.length;
    return taken;
  }

  /** Bytes taken or dropped and not yet reported; 0 while a report is not worth while. */
  takeFed(): number {
    if (this.#input.length > 0 && this.#fed < REPORT_FED_BYTES) return 0;
    const fed = this.#fed;
    this.#fed = 0;
    return fed;
  }

  dropInput(): void {
    this.#fed += this.#input.reduce((sum, bytes) => sum + bytes.length, 0);
    this.#input = [];
  }

  /** What waits, in one piece. */
  get waiting(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.#input));
  }
}
