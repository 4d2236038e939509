import type { Duplex } from 'node:stream';
import type { Session } from './link/session.ts';
import { xlError } from './parse/xl-error.ts';
import { commandScript } from './shell/quote.ts';
import type { Command, Outcome } from './shell/shell.ts';
import type { Process, TerminalSize } from './shell/transport.ts';

export interface XlOptions {
  readonly timeoutMs?: number;
  readonly maxBytes?: number;
  readonly signal?: AbortSignal | undefined;
  readonly stdin?: string;
}

/** Creating a domain waits for hotplug scripts and reads the whole kernel. */
export const slowMs = 10 * 60_000;

/** xl and its like on a host that is connected. */
export class Xl {
  readonly #session: () => Session;

  /** `session` throws ERROR_NOT_READY when there is none. */
  constructor(session: () => Session) {
    this.#session = session;
  }

  /** Whatever its code is. */
  async outcome(argv: readonly string[], options: XlOptions = {}): Promise<Outcome> {
    const title = argv.slice(0, 2).join(' ');
    return this.#session().shell.run({ ...commandScript(argv), title, ...options });
  }

  /** Its output; a code other than 0 is thrown as what stderr says. */
  async run(argv: readonly string[], options: XlOptions = {}): Promise<string> {
    const { code, stdout, stderr } = await this.outcome(argv, options);
    if (code !== 0) throw xlError(argv.slice(0, 2).join(' '), code, stderr || stdout);
    return stdout;
  }

  /**
   * The same for the commands that end with 0 whatever happened (xl-commands §1: pause, unpause, trigger, sysrq …): an error
   * of libxl on stderr is one.
   */
  async strict(argv: readonly string[], options: XlOptions = {}): Promise<string> {
    const { code, stdout, stderr } = await this.outcome(argv, options);
    if (code !== 0 || /^(libxl|xc): error:/m.test(stderr)) {
      throw xlError(argv.slice(0, 2).join(' '), code, stderr || stdout);
    }
    return stdout;
  }

  /** A script of our own, as root. */
  async script(
    title: string,
    script: string,
    args: readonly string[] = [],
    options: XlOptions = {},
  ): Promise<Outcome> {
    return this.#session().shell.run({ title, script, args, ...options });
  }

  /** Something that goes on until it is killed. */
  async open(command: Pick<Command, 'script' | 'args' | 'as'>, terminal?: TerminalSize): Promise<Process> {
    return this.#session().shell.open(command, terminal);
  }

  /** A TCP connection made from the host. */
  async dial(host: string, port: number): Promise<Duplex> {
    return this.#session().shell.dial(host, port);
  }
}
