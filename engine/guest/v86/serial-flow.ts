/** Flow control of serial ports on the engine's side: what may still be queued, and when output is acknowledged. */
import { Emitter, type Unsubscribe } from '../../lib/emitter.ts';
import { ALL_PORTS, SERIAL_INPUT_LIMIT, type ToWorker } from './protocol.ts';

type OutputListener = (port: number, bytes: Uint8Array) => void | Promise<void>;

export class SerialFlow {
  readonly #post: (message: ToWorker) => void;
  readonly #onListenerError: (error: unknown) => void;
  readonly #listeners = new Set<{ readonly listener: OutputListener }>();
  readonly #drain: Emitter<{ drain: number }>;
  /** Bytes on their way to each UART. */
  readonly #queued: number[];
  /** Ports whose sender was told to wait. */
  readonly #waiting = new Set<number>();

  /** `ports` of them, numbered from 0. */
  constructor(
    post: (message: ToWorker) => void,
    onListenerError: (error: unknown) => void,
    ports = ALL_PORTS,
  ) {
    this.#queued = new Array<number>(ports).fill(0);
    this.#post = post;
    this.#onListenerError = onListenerError;
    this.#drain = new Emitter(onListenerError);
  }

  /** How many of `bytes` were taken; the rest may be tried again after `drain`. Bytes are copied. */
  send(port: number, bytes: Uint8Array): number {
    const queued = this.#queued[port];
    if (queued === undefined) return 0;
    const taken = Math.min(bytes.length, SERIAL_INPUT_LIMIT - queued);
    if (taken < bytes.length) this.#waiting.add(port);
    if (taken > 0) {
      this.#queued[port] = queued + taken;
      this.#post({ op: 'serial', port, bytes: new Uint8Array(bytes.subarray(0, taken)) });
    }
    return taken;
  }

  /** The worker has fed `bytes` to the UART. Those who wait are told when half of the room is free again. */
  fed(port: number, bytes: number): void {
    const queued = Math.max(0, (this.#queued[port] ?? 0) - bytes);
    this.#queued[port] = queued;
    if (queued <= SERIAL_INPUT_LIMIT / 2 && this.#waiting.delete(port)) this.#drain.emit('drain', port);
  }

  /** Output of the guest: acknowledged when every listener has dealt with it. */
  output(port: number, bytes: Uint8Array): void {
    const pending: Promise<void>[] = [];
    for (const { listener } of [...this.#listeners]) {
      const result = this.#hear(listener, port, bytes);
      if (result) pending.push(result.catch(this.#onListenerError));
    }
    const acknowledge = (): void => this.#post({ op: 'serial-ack', port, bytes: bytes.length });
    if (pending.length === 0) acknowledge();
    else void Promise.all(pending).then(acknowledge);
  }

  onOutput(listener: OutputListener): Unsubscribe {
    const entry = { listener };
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  }

  onDrain(listener: (port: number) => void): Unsubscribe {
    return this.#drain.on('drain', listener);
  }

  #hear(listener: OutputListener, port: number, bytes: Uint8Array): Promise<void> | undefined {
    try {
      return listener(port, bytes) ?? undefined;
    } catch (error) {
      this.#onListenerError(error);
      return undefined;
    }
  }
}
