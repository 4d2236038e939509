import { ConsoleMux } from '../../display/console-mux.ts';
import type { ConsoleReader } from '../../display/console-reader.ts';
import type { Machine } from '../../guest/machine.ts';
import type { BootConsole } from '../../toolstack/bootloader/index.ts';
import { RotatingLog } from './rotating-log.ts';

const maxPorts = 4;

interface LoggedConsole {
  readonly mux: ConsoleMux;
  readonly log: RotatingLog;
}

/**
 * The consoles of one domain: serial ports, the PV console (hvc0) and channels over terminals, which are PV consoles from 1
 * on. They outlive its machines, so that a reader sees a reboot go by. What channels say is not logged.
 */
export class DomainConsoles {
  readonly #logPath: (port: number | 'hvc0') => string;
  readonly #onLogError: (error: Error) => void;
  readonly #consoles = new Map<number | 'hvc0', LoggedConsole>();
  readonly #channels = new Map<number, ConsoleMux>();

  /** `logPath` gives the file a console's output is appended to. */
  constructor(logPath: (port: number | 'hvc0') => string, onLogError: (error: Error) => void) {
    this.#logPath = logPath;
    this.#onLogError = onLogError;
  }

  open(port: number): ConsoleReader {
    return this.#console(port).mux.open();
  }

  /** PV consoles by number; 0 is hvc0. */
  openPv(number: number): ConsoleReader {
    return number === 0 ? this.#console('hvc0').mux.open() : this.channel(number).open();
  }

  /** The console of a channel. */
  channel(number: number): ConsoleMux {
    const mux = this.#channels.get(number) ?? new ConsoleMux();
    this.#channels.set(number, mux);
    return mux;
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
    offs.push(...this.#connectPv(machine, domid));
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
    for (const mux of this.#muxes) mux.dispose('The domain was deleted.');
    this.#consoles.clear();
    this.#channels.clear();
  }

  get #muxes(): ConsoleMux[] {
    return [...[...this.#consoles.values()].map(({ mux }) => mux), ...this.#channels.values()];
  }

  #connectPv({ pvConsole }: Machine, domid: number): (() => void)[] {
    if (!pvConsole) return [];
    const { mux, log } = this.#console('hvc0');
    mux.attach({ send: (bytes) => pvConsole.send(bytes) }, `domid ${domid}`);
    return [
      pvConsole.onData((bytes) => {
        mux.push(bytes);
        return log.append(bytes);
      }),
      pvConsole.onDrain(() => mux.drained()),
    ];
  }

  #detach(detail: string): void {
    for (const mux of this.#muxes) mux.detach(detail);
  }

  #console(port: number | 'hvc0'): LoggedConsole {
    const known = this.#consoles.get(port);
    if (known) return known;
    const log = new RotatingLog(this.#logPath(port), { onError: this.#onLogError });
    const made = { mux: new ConsoleMux(), log };
    this.#consoles.set(port, made);
    return made;
  }
}
