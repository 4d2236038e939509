import { randomBytes } from 'node:crypto';
import { type ConsoleInput, ConsoleMux } from '../../../display/console-mux.ts';
import type { ConsoleReader } from '../../../display/console-reader.ts';
import type { CancelTimer, Clock } from '../../../lib/clock.ts';
import type { Script } from '../shell/quote.ts';
import type { Process } from '../shell/transport.ts';
import { LateConsole } from './late-console.ts';

/** Leaves `xl console`; it is not passed on. */
const escape = 0x1d;
const maxPending = 64 * 1024;
const size = { columns: 132, rows: 43 };

/** Pauses before `xl console` is started again while its domain runs on: the pty of a domain just made comes late. */
const pausesMs = [300, 1000, 2000, 3000, 5000, 5000, 10_000];
/** So often in a row readers hear nothing of it: a large guest is built for long before its pty is there. */
const quietTries = 8;

/** Starts `xl console`: the script, given the words of the command. */
export type OpenConsole = (
  domid: number,
  script: (argv: readonly string[]) => Script,
  terminal: typeof size,
) => Promise<Process>;

/** A terminal echoes what is typed until xl makes it raw, a second or more: it is raw before, and says so by the mark. */
const rawScript = 'stty raw -echo 2>/dev/null; printf %s "$1"; shift; "$@"';

/**
 * One console of a domain: attached to `xl console` while somebody reads it. Not longer: a console has one pty on the host,
 * and who else attaches to it would get every other word.
 */
export class XenConsole extends ConsoleMux {
  readonly #clock: Clock;
  readonly #open: OpenConsole;
  #domid: number | null = null;
  #attached: Attachment | null = null;
  /** How often in a row it ended at once. */
  #tries = 0;
  #cancelRetry: CancelTimer = () => undefined;

  constructor(clock: Clock, open: OpenConsole) {
    super();
    this.#clock = clock;
    this.#open = open;
  }

  override open(): ConsoleReader {
    this.#attach();
    return super.open();
  }

  override leave(reader: ConsoleReader): void {
    super.leave(reader);
    if (this.readers === 0) this.#release('Nobody reads the console.');
  }

  /** The domain runs with this domid. */
  begins(domid: number): void {
    this.#domid = domid;
    this.#tries = 0;
    this.#cancelRetry();
    if (this.readers > 0) this.#attach();
  }

  /** It does not run any more, or cannot be reached. */
  ends(detail: string): void {
    this.#domid = null;
    this.#release(detail);
  }

  #attach(): void {
    if (this.#domid === null || this.#attached) return;
    const domid = this.#domid;
    const mark = `@${randomBytes(9).toString('hex')}`;
    const script = (argv: readonly string[]): Script => ({ script: rawScript, args: [mark, ...argv] });
    const attached = new Attachment(this.#open(domid, script, size), mark, {
      output: (bytes) => {
        this.#tries = 0;
        this.push(bytes);
      },
      drained: () => this.drained(),
      ended: (detail) => {
        if (this.#attached !== attached) return;
        if (this.#tries < quietTries) this.#attached = null;
        else this.#release(detail);
        this.#retry();
      },
    });
    this.#attached = attached;
    this.attach(attached, `domid ${domid}`);
    this.drained();
  }

  #retry(): void {
    const pause = pausesMs[Math.min(this.#tries, pausesMs.length - 1)] ?? 0;
    this.#tries += 1;
    this.#cancelRetry = this.#clock.after(pause, () => {
      if (this.readers > 0) this.#attach();
    });
  }

  #release(detail: string): void {
    this.#cancelRetry();
    const attached = this.#attached;
    this.#attached = null;
    this.detach(detail);
    attached?.close();
  }
}

interface Ears {
  output(bytes: Uint8Array): void;
  drained(): void;
  ended(detail: string): void;
}

/** `xl console` from its start to its end. */
class Attachment implements ConsoleInput {
  readonly #ears: Ears;
  #process: Process | null = null;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  readonly #beginning: LateConsole;
  #closed = false;
  #over = false;

  constructor(opening: Promise<Process>, mark: string, ears: Ears) {
    this.#ears = ears;
    this.#beginning = new LateConsole(mark);
    opening.then(
      (process) => this.#opened(process),
      (error: unknown) => this.#end(error instanceof Error ? error.message : String(error)),
    );
  }

  send(bytes: Uint8Array): number {
    if (this.#over) return 0;
    const kept = bytes.filter((byte) => byte !== escape);
    if (!this.#process || !this.#beginning.begun) {
      if (this.#waitingBytes > maxPending) return 0;
      this.#waiting.push(kept);
      this.#waitingBytes += kept.length;
      return bytes.length;
    }
    if (this.#process.stdin.writableLength > maxPending) return 0;
    this.#process.stdin.write(Buffer.from(kept));
    return bytes.length;
  }

  close(): void {
    this.#closed = true;
    this.#process?.kill();
  }

  #sendWaiting(process: Process): void {
    if (this.#waiting.length === 0) return;
    for (const bytes of this.#waiting.splice(0)) process.stdin.write(Buffer.from(bytes));
    this.#waitingBytes = 0;
    this.#ears.drained();
  }

  #end(detail: string): void {
    this.#over = true;
    this.#ears.ended(detail);
  }

  #opened(process: Process): void {
    this.#process = process;
    if (this.#closed) return process.kill();
    process.stdin.on('error', () => undefined);
    process.stdin.on('drain', () => this.#ears.drained());
    process.stdout.on('data', (bytes: Uint8Array) => {
      const guests = this.#beginning.pass(bytes);
      if (this.#beginning.begun) this.#sendWaiting(process);
      if (!this.#closed && guests.length > 0) this.#ears.output(guests);
    });
    void process.ended.then(() =>
      this.#end(
        this.#beginning.refused ? 'Its console is not there yet.' : 'The console was closed on the host.',
      ),
    );
  }
}
