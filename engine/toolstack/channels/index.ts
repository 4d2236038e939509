import type { ChannelConfig } from '../../device/channel/index.ts';
import { channelDevid } from '../../device/channel/store.ts';
import type { Machine, MachineChannel } from '../../guest/machine.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Unsubscribe } from '../../lib/emitter.ts';
import { openPseudoTerminal } from './pty.ts';
import type { ChannelEnd } from './end.ts';
import { openSocketEnd } from './socket-end.ts';
import { TerminalEnd } from './terminal-end.ts';

/** One of a domain's PV consoles, kept over its runs: what was said, and who reads and types. */
export interface PvConsole {
  attach(input: { send(bytes: Uint8Array): number }, detail: string): void;
  detachFrom(input: { send(bytes: Uint8Array): number }, detail: string): void;
  push(bytes: Uint8Array): void;
  drained(): void;
}

export interface ChannelEndsParts {
  readonly domid: number;
  readonly machine: Pick<Machine, 'channel'>;
  readonly clock: Clock;
  /** Where a file called `path` is made. */
  readonly place: (path: string) => string;
  /** The console of that number, as `xl console -t pv -n` counts. */
  readonly console: (number: number) => PvConsole;
}

const gone = 'The channel is gone.';

/** The host's ends of a running domain's channels. */
export class ChannelEnds {
  readonly #parts: ChannelEndsParts;
  readonly #open = new Map<string, () => Promise<void>>();

  constructor(parts: ChannelEndsParts) {
    this.#parts = parts;
  }

  /**
   * Joins a channel of the machine and its end. Returns the terminal that programs find it at, if it has one. ERROR_FAIL, field
   * `channel`, where its socket cannot be made.
   */
  async open(channel: ChannelConfig): Promise<string | null> {
    const { machine, place } = this.#parts;
    const stream = machine.channel?.(channel.name);
    // A saved machine from before it had channels goes on without.
    if (!stream) return null;
    const input = (bytes: Uint8Array): number => stream.send(bytes);
    if (channel.connection === 'socket') {
      const end = await openSocketEnd({ channel, place, input });
      return this.#join(channel.name, stream, [end]);
    }
    const terminal = openPseudoTerminal();
    const console = this.#consoleEnd(channelDevid(channel), stream);
    const ends = terminal ? [new TerminalEnd(terminal, input, this.#parts.clock), console] : [console];
    return this.#join(channel.name, stream, ends);
  }

  async close(name: string): Promise<void> {
    const close = this.#open.get(name);
    this.#open.delete(name);
    await close?.();
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.#open.keys()].map((name) => this.close(name)));
  }

  #join(name: string, stream: MachineChannel, ends: readonly ChannelEnd[]): string | null {
    const offs: Unsubscribe[] = [
      stream.onData(async (bytes) => {
        await Promise.all(ends.map(async (end) => end.write(bytes)));
      }),
      stream.onDrain(() => ends.forEach((end) => end.drained())),
    ];
    this.#open.set(name, async () => {
      for (const off of offs) off();
      await Promise.all(ends.map((end) => end.close()));
    });
    return ends[0]?.tty ?? null;
  }

  #consoleEnd(number: number, stream: MachineChannel): ChannelEnd {
    const console = this.#parts.console(number);
    const input = { send: (bytes: Uint8Array) => stream.send(bytes) };
    console.attach(input, `domid ${this.#parts.domid}`);
    return {
      tty: null,
      write: (bytes) => console.push(bytes),
      drained: () => console.drained(),
      close: async () => console.detachFrom(input, gone),
    };
  }
}
