import type { Machine } from '../guest/machine.ts';
import type { Connection, ConnectionState, XenStore } from '../xenstore/index.ts';

/** A guest's line to the store. */
export interface StoreLine {
  /** What has to be known to go on with this guest elsewhere; null for a machine without a line. Nothing changes here. */
  capture(): ConnectionState | null;
  close(): void;
}

/**
 * Joins a guest's own line and the store, with the guest's rights. A guest that floods is cut off by the store, and may
 * open its port again. `state`: the guest was here or elsewhere before, and goes on in the middle of what it did.
 */
export function connectStore(
  store: XenStore,
  domid: number,
  machine: Machine,
  state: ConnectionState | null | undefined = null,
): StoreLine {
  const line = machine.xenStore;
  if (!line) return { capture: () => null, close: () => {} };
  let session = new Session(store, domid, line.send.bind(line));
  const offs = [
    line.onData((bytes) => session.receive(bytes)),
    line.onDrain(() => session.drained()),
    line.onRestart(() => {
      session.close();
      session = new Session(store, domid, line.send.bind(line));
    }),
  ];
  if (state) session.revive(state);
  return {
    capture: () => session.capture(),
    close() {
      for (const off of offs) off();
      session.close();
    },
  };
}

/** One connection of the guest. What the line does not take at once is kept; the store then stops sending by itself. */
class Session {
  readonly #send: (bytes: Uint8Array) => number;
  readonly #connection: Connection;
  #waiting: Uint8Array[] = [];
  #resume: (() => void) | null = null;
  #over = false;

  constructor(store: XenStore, domid: number, send: (bytes: Uint8Array) => number) {
    this.#send = send;
    this.#connection = store.connectGuest(domid, {
      write: (bytes) => this.#write(bytes),
      resume: () => this.#letGo(),
      end: () => this.#end(),
    });
  }

  /** The guest stands still while its requests cannot be answered. */
  receive(bytes: Uint8Array): void | Promise<void> {
    if (this.#over || this.#connection.feed(bytes)) return undefined;
    if (this.#over) return undefined;
    return new Promise((resolve) => (this.#resume = resolve));
  }

  drained(): void {
    while (this.#waiting.length > 0) {
      const [first = new Uint8Array(0), ...rest] = this.#waiting;
      const taken = this.#send(first);
      this.#waiting = taken < first.length ? [first.subarray(taken), ...rest] : rest;
      if (taken < first.length) return;
    }
    if (!this.#over) this.#connection.drained();
  }

  /** What waits here goes first: it has left the connection before the rest. */
  capture(): ConnectionState | null {
    if (this.#over) return null;
    const state = this.#connection.capture();
    return { ...state, output: Buffer.concat([...this.#waiting, state.output]) };
  }

  revive(state: ConnectionState): void {
    this.#connection.revive(state);
  }

  close(): void {
    if (!this.#over) this.#connection.close();
    this.#end();
  }

  #write(bytes: Uint8Array): boolean {
    if (this.#waiting.length > 0) {
      this.#waiting.push(bytes);
      return false;
    }
    const taken = this.#send(bytes);
    if (taken === bytes.length) return true;
    this.#waiting.push(bytes.slice(taken));
    return false;
  }

  #letGo(): void {
    this.#resume?.();
    this.#resume = null;
  }

  #end(): void {
    this.#over = true;
    this.#waiting = [];
    this.#letGo();
  }
}
