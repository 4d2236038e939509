import type { ByteRing } from '../lib/byte-ring.ts';

/** Bytes in one piece of data. */
const maxChunkBytes = 16 * 1024;
/** Credit beyond this is not counted. */
const maxCreditBytes = 4 * 1024 * 1024;
/** Events a reader has not come to yet; of a longer backlog the newest count. */
const maxMarks = 16;

export type ConsoleEventName = 'attached' | 'ended' | 'restarted';
export interface ConsoleEvent {
  readonly event: ConsoleEventName;
  readonly detail: string;
}

/** What a reader needs of its console. */
export interface ReaderHost {
  readonly ring: ByteRing;
  write(bytes: Uint8Array): number;
  leave(reader: ConsoleReader): void;
}

/** An event and the place in the stream where it belongs. */
interface Mark extends ConsoleEvent {
  readonly offset: number;
}

/**
 * One reader of a console. Data, gaps and events come in the order of the stream; nothing comes before a data listener is
 * set and credit given, and events wait for their listener, so that nobody misses what happened before they listened.
 */
export class ConsoleReader {
  readonly #host: ReaderHost;
  #offset: number;
  #credit = 0;
  #marks: Mark[] = [];
  #pumping = false;
  #closed = false;
  #onData: ((bytes: Uint8Array) => void) | null = null;
  #onGap: ((bytes: number) => void) | null = null;
  #onEvent: ((event: ConsoleEventName, detail: string) => void) | null = null;

  constructor(host: ReaderHost, offset: number) {
    this.#host = host;
    this.#offset = offset;
  }

  credit(bytes: number): void {
    if (!(bytes > 0)) return;
    this.#credit = Math.min(maxCreditBytes, this.#credit + Math.floor(bytes));
    this.pump();
  }

  write(bytes: Uint8Array): number {
    return this.#closed ? 0 : this.#host.write(bytes);
  }

  /** A serial line does not know how large the terminal is. */
  resize(_columns: number, _rows: number): void {}

  onData(listener: (bytes: Uint8Array) => void): void {
    this.#onData = listener;
    this.pump();
  }

  onGap(listener: (bytes: number) => void): void {
    this.#onGap = listener;
  }

  onEvent(listener: (event: ConsoleEventName, detail: string) => void): void {
    this.#onEvent = listener;
    this.pump();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#host.leave(this);
  }

  /** The console says what happened at `offset` of the stream. */
  mark(offset: number, event: ConsoleEvent): void {
    this.#marks.push({ ...event, offset });
    if (this.#marks.length > maxMarks) this.#marks.shift();
    this.pump();
  }

  /** Hands out what can be handed out now. Listeners may give credit or close meanwhile. */
  pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      while (!this.#closed && (this.#nextEvent() || this.#nextData())) {
        // each step hands out one thing
      }
    } finally {
      this.#pumping = false;
    }
  }

  #nextEvent(): boolean {
    const [mark] = this.#marks;
    if (!mark || !this.#onEvent || mark.offset > this.#offset) return false;
    this.#marks.shift();
    this.#onEvent(mark.event, mark.detail);
    return true;
  }

  #nextData(): boolean {
    if (!this.#onData || this.#credit === 0) return false;
    const until = this.#onEvent ? (this.#marks[0]?.offset ?? Infinity) : Infinity;
    const most = Math.min(this.#credit, maxChunkBytes, until - this.#offset);
    const { start, end, lost, bytes } = this.#host.ring.read(this.#offset, most);
    if (lost > 0) {
      this.#offset = start;
      this.#onGap?.(lost);
      return true;
    }
    if (bytes.length === 0) return false;
    this.#offset = end;
    this.#credit -= bytes.length;
    this.#onData(bytes);
    return true;
  }
}
