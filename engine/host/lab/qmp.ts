import { connect, type Socket } from 'node:net';
import { z } from 'zod';

/** QEMU's monitor protocol, as far as the lab needs it: lines of JSON over a Unix socket. */

const message = z.object({
  QMP: z.unknown().optional(),
  return: z.unknown().optional(),
  error: z.object({ desc: z.string() }).optional(),
  event: z.string().optional(),
});
type Message = z.infer<typeof message>;

const maxLine = 1 << 20;

function parse(line: string): Message {
  try {
    return message.safeParse(JSON.parse(line)).data ?? {};
  } catch {
    return {};
  }
}

export class Qmp {
  readonly #socket: Socket;
  readonly #waiting: ((answer: Message) => void)[] = [];
  #onEvent: (event: string) => void = () => {};
  /** Resolves when QEMU is gone (or has let go of the connection). */
  readonly closed: Promise<void>;

  private constructor(socket: Socket) {
    this.#socket = socket;
    let rest = '';
    socket.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > maxLine) socket.destroy();
      for (const line of lines) this.#receive(parse(line));
    });
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
    void this.closed.then(() => {
      for (const answer of this.#waiting.splice(0)) answer({});
    });
  }

  /**
   * Null when nobody listens there. `busy` when somebody does and does not greet within the time: another program is
   * connected, or QEMU hangs.
   */
  static async open(path: string, withinMs = 3000): Promise<Qmp | 'busy' | null> {
    const socket = connect(path);
    const qmp = new Qmp(socket);
    const reached = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.on('error', () => resolve(false));
    });
    if (!reached) return null;
    const greeting = await Promise.race([
      qmp.#answer().then(({ QMP }) => QMP !== undefined),
      new Promise<null>((resolve) => setTimeout(resolve, withinMs, null).unref()),
    ]);
    if (!greeting) {
      socket.destroy();
      return greeting === null ? 'busy' : null;
    }
    await qmp.execute('qmp_capabilities');
    return qmp;
  }

  /** Of events the names only. */
  onEvent(listener: (event: string) => void): void {
    this.#onEvent = listener;
  }

  /** Resolves with false when QEMU refused, or was gone before it answered. */
  async execute(command: string): Promise<boolean> {
    if (this.#socket.destroyed) return false;
    const answer = this.#answer();
    this.#socket.write(`${JSON.stringify({ execute: command })}\n`);
    return (await answer).return !== undefined;
  }

  close(): void {
    this.#socket.destroy();
  }

  #answer(): Promise<Message> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #receive(received: Message): void {
    if (received.event !== undefined) return this.#onEvent(received.event);
    this.#waiting.shift()?.(received);
  }
}
