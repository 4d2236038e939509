/** The streams of a machine's console device on the engine's side: the XenStore's and the channels'. */
import { Emitter } from '../../lib/emitter.ts';
import type { MachineChannel, MachineXenStore } from '../machine.ts';
import type { SerialFlow } from './serial-flow.ts';

export class ConsoleStreams {
  readonly #serial: SerialFlow;
  readonly #isOver: () => boolean;
  readonly #restarts: Emitter<{ restart: number }>;
  readonly #ports = new Map<string, number>();
  readonly #open = new Set<number>();

  constructor(serial: SerialFlow, isOver: () => boolean, onListenerError: (error: unknown) => void) {
    this.#serial = serial;
    this.#isOver = isOver;
    this.#restarts = new Emitter(onListenerError);
  }

  /** The guest opened or closed a port: its stream begins anew. */
  opened(port: number, open: boolean): void {
    if (open) this.#open.add(port);
    else this.#open.delete(port);
    this.#restarts.emit('restart', port);
  }

  named(name: string, port: number): void {
    this.#ports.set(name, port);
  }

  forget(name: string): void {
    this.#ports.delete(name);
  }

  channel(name: string): MachineChannel | undefined {
    const port = this.#ports.get(name);
    if (port === undefined) return undefined;
    const isOpen = (): boolean => this.#open.has(port);
    return {
      name,
      get open() {
        return isOpen();
      },
      ...this.stream(port),
    };
  }

  stream(port: number): MachineXenStore {
    const only =
      <T extends unknown[]>(listener: (...args: T) => void) =>
      (from: number, ...args: T): void => {
        if (from === port) listener(...args);
      };
    return {
      send: (bytes) => (this.#isOver() ? 0 : this.#serial.send(port, bytes)),
      onDrain: (listener) => this.#serial.onDrain(only(listener)),
      onData: (listener) =>
        this.#serial.onOutput((from, bytes) => (from === port ? listener(bytes) : undefined)),
      onRestart: (listener) => this.#restarts.on('restart', only(listener)),
    };
  }
}
