import { ByteRing } from '../lib/byte-ring.ts';
import { type ConsoleEvent, ConsoleReader, type ReaderHost } from './console-reader.ts';

/** What is kept of the past for those who come later. */
export const scrollbackBytes = 256 * 1024;
/** What is kept of typing that the guest has not taken yet. */
const maxPendingInputBytes = 64 * 1024;

/** Where typed bytes go: the serial port of a machine that exists now. */
export interface ConsoleInput {
  /** Returns how many bytes were taken; the rest is tried again after `drained` was called on the multiplexer. */
  send(bytes: Uint8Array): number;
}

/**
 * One serial console: the output of whichever machine is attached, kept as scrollback over restarts, for any number of
 * readers at their own pace. A reader that is too far behind loses the past; it never stops the guest or other readers.
 */
export class ConsoleMux implements ReaderHost {
  readonly ring = new ByteRing(scrollbackBytes);
  readonly #readers = new Set<ConsoleReader>();
  #input: ConsoleInput | null = null;
  #everAttached = false;
  #detail = 'The domain is off.';
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;

  get readers(): number {
    return this.#readers.size;
  }

  /**
   * A machine begins to speak here: `attached` the first time, `restarted` from then on. Readers hear nothing when it takes
   * over from a boot loader that was speaking.
   */
  attach(input: ConsoleInput, detail: string): void {
    const takesOver = this.#input !== null;
    this.#input = input;
    this.#detail = detail;
    if (takesOver) return;
    this.#announce({ event: this.#everAttached ? 'restarted' : 'attached', detail });
    this.#everAttached = true;
  }

  /** The machine is gone. Scrollback and readers stay; typing is refused until the next `attach`. Idempotent. */
  detach(detail: string): void {
    if (!this.#input) return;
    this.#input = null;
    this.#detail = detail;
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#announce({ event: 'ended', detail });
  }

  /** The same, unless somebody else than `input` speaks here by now. */
  detachFrom(input: ConsoleInput, detail: string): void {
    if (this.#input === input) this.detach(detail);
  }

  /** Output of the guest. */
  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.ring.append(bytes);
    for (const reader of [...this.#readers]) reader.pump();
  }

  /** A new reader: the scrollback first, then what comes. Its first event says whether the domain runs. */
  open(): ConsoleReader {
    const state: ConsoleEvent = { event: this.#input ? 'attached' : 'ended', detail: this.#detail };
    const reader = new ConsoleReader(this, this.ring.start);
    reader.mark(this.ring.start, state);
    this.#readers.add(reader);
    return reader;
  }

  /** Bytes taken: what the machine took at once plus what waits for it, at most 64 KiB waiting. 0 when off. */
  write(bytes: Uint8Array): number {
    if (!this.#input) return 0;
    const taken = this.#pendingBytes === 0 ? this.#input.send(bytes) : 0;
    const kept = bytes.slice(taken, taken + maxPendingInputBytes - this.#pendingBytes);
    if (kept.length > 0) {
      this.#pending.push(kept);
      this.#pendingBytes += kept.length;
    }
    return taken + kept.length;
  }

  /** The machine has room again. */
  drained(): void {
    while (this.#input) {
      const [next] = this.#pending;
      if (!next) return;
      const taken = this.#input.send(next);
      this.#pendingBytes -= taken;
      if (taken < next.length) {
        this.#pending[0] = next.subarray(taken);
        return;
      }
      this.#pending.shift();
    }
  }

  leave(reader: ConsoleReader): void {
    this.#readers.delete(reader);
  }

  /** The console itself goes (its domain was deleted): readers hear it and are closed. */
  dispose(detail: string): void {
    this.detach(detail);
    for (const reader of [...this.#readers]) reader.close();
  }

  #announce(event: ConsoleEvent): void {
    for (const reader of [...this.#readers]) reader.mark(this.ring.end, event);
  }
}
