import { ConsoleMux } from '../../display/console-mux.ts';
import type { ConsoleReader } from '../../display/console-reader.ts';
import type { Machine } from '../../guest/machine.ts';
import type { BootConsole } from '../../toolstack/bootloader/index.ts';
import { RotatingLog } from './rotating-log.ts';

const maxPorts = 4;

/** The serial consoles of one domain: they outlive its machines, so that a reader sees a reboot go by. */
export class DomainConsoles {
  readonly #logPath: (port: number) => string;
  readonly #onLogError: (error: Error) => void;
  readonly #consoles = new Map<number, { mux: ConsoleMux; log: RotatingLog }>();

  /** `logPath` gives the file a port's output is appended to. */
  constructor(logPath: (port: number) => string, onLogError: (error: Error) => void) {
    this.#logPath = logPath;
    this.#onLogError = onLogError;
  }

  open(port: number): ConsoleReader {
    return this.#console(port).mux.open();
  }

  /**
   * Lets a machine speak here; call before its first instruction. Returns how to take it off; that also happens by itself
   * when it ends. The guest is stopped while the log file cannot keep up, never by a reader.
   */
  connect(machine: Machine, domid: number): () => void {
    const offs = [
      machine.onSerial((port, bytes) => {
        if (port < 0 || port >= maxPorts) return undefined;
        const { mux, log } = this.#console(port);
        mux.push(bytes);
        return log.append(bytes);
      }),
      machine.onSerialDrain((port) => this.#consoles.get(port)?.mux.drained()),
      machine.onExit((exit) => this.#detach(exit.detail)),
    ];
    for (let port = 0; port < maxPorts; port += 1) {
      const input = { send: (bytes: Uint8Array) => machine.sendSerial(port, bytes) };
      this.#console(port).mux.attach(input, `domid ${domid}`);
    }
    return () => {
      for (const off of offs.splice(0)) off();
      this.#detach('The domain is off.');
    };
  }

  /**
   * Lets a boot loader speak on port 0 before there is a machine. A machine that is connected takes over without a word;
   * `close` only takes the console away from a boot loader that still has it.
   */
  bootConsole(domid: number): BootConsole {
    const { mux } = this.#console(0);
    let listener: (text: string) => void = () => {};
    const input = {
      send(bytes: Uint8Array) {
        listener(Buffer.from(bytes).toString('latin1'));
        return bytes.length;
      },
    };
    mux.attach(input, `domid ${domid}, boot loader`);
    return {
      get watched() {
        return mux.readers > 0;
      },
      write: (text) => mux.push(Buffer.from(text, 'utf8')),
      onInput: (wanted) => (listener = wanted),
      close: () => mux.detachFrom(input, 'The boot loader has ended.'),
    };
  }

  /** Writes what is still to be written to the log files. */
  async settled(): Promise<void> {
    for (const { log } of this.#consoles.values()) await log.settled();
  }

  /** The domain was deleted: readers are closed. */
  dispose(): void {
    for (const { mux } of this.#consoles.values()) mux.dispose('The domain was deleted.');
    this.#consoles.clear();
  }

  #detach(detail: string): void {
    for (const { mux } of this.#consoles.values()) mux.detach(detail);
  }

  #console(port: number): { mux: ConsoleMux; log: RotatingLog } {
    const known = this.#consoles.get(port);
    if (known) return known;
    const log = new RotatingLog(this.#logPath(port), { onError: this.#onLogError });
    const made = { mux: new ConsoleMux(), log };
    this.#consoles.set(port, made);
    return made;
  }
}
