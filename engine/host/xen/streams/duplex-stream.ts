import type { Readable, Writable } from 'node:stream';
import { ConsoleReader, type ReaderHost } from '../../../display/console-reader.ts';
import { ByteRing } from '../../../lib/byte-ring.ts';
import type { ByteStream } from '../../host.ts';
import type { TerminalSize } from '../shell/transport.ts';

/** More than this unread stops the other side until the reader has caught up; so nothing is ever lost. */
const pauseAboveBytes = 64 * 1024;
const resumeBelowBytes = 16 * 1024;
const keptBytes = 512 * 1024;
/** What is typed while the other side does not take it. */
const maxPendingBytes = 256 * 1024;

export interface Ends {
  readonly from: Readable;
  /** null: nothing can be written. */
  readonly to: Writable | null;
  resize?(size: TerminalSize): void;
  /** The reader has gone. */
  close(): void;
}

class Reader extends ConsoleReader {
  readonly #stream: DuplexStream;

  constructor(stream: DuplexStream) {
    super(stream, 0);
    this.#stream = stream;
  }

  override onData(listener: (bytes: Uint8Array) => void): void {
    super.onData((bytes) => {
      this.#stream.taken(bytes.length);
      listener(bytes);
    });
  }

  override resize(columns: number, rows: number): void {
    this.#stream.resize(columns, rows);
  }
}

/** One stream of the host and its one reader: a terminal, a log that is followed, a tunnel to a port. */
class DuplexStream implements ReaderHost {
  readonly ring = new ByteRing(keptBytes);
  readonly reader: Reader;
  readonly #ends: Ends;
  #unread = 0;
  #ended = false;
  #left = false;

  constructor(ends: Ends) {
    this.#ends = ends;
    this.reader = new Reader(this);
    this.reader.mark(0, { event: 'attached', detail: '' });
    ends.from.on('data', (bytes: Uint8Array) => this.#output(bytes));
    ends.to?.on('error', () => undefined);
  }

  write(bytes: Uint8Array): number {
    const { to } = this.#ends;
    if (this.#ended || !to || to.destroyed || to.writableLength > maxPendingBytes) return 0;
    to.write(Buffer.from(bytes));
    return bytes.length;
  }

  leave(): void {
    if (this.#left) return;
    this.#left = true;
    this.#ends.from.resume();
    this.#ends.close();
  }

  taken(bytes: number): void {
    this.#unread -= bytes;
    if (this.#unread <= resumeBelowBytes && this.#ends.from.isPaused()) this.#ends.from.resume();
  }

  resize(columns: number, rows: number): void {
    if (!this.#ended && columns >= 2 && rows >= 2) this.#ends.resize?.({ columns, rows });
  }

  end(detail: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.reader.mark(this.ring.end, { event: 'ended', detail });
  }

  #output(bytes: Uint8Array): void {
    if (this.#left) return;
    this.#unread += bytes.length;
    this.ring.append(bytes);
    if (this.#unread > pauseAboveBytes) this.#ends.from.pause();
    this.reader.pump();
  }
}

/** `ended` resolves with the sentence the reader hears at the end. */
export function byteStream(ends: Ends, ended: Promise<string>): ByteStream {
  const stream = new DuplexStream(ends);
  void ended.then((detail) => stream.end(detail));
  return stream.reader;
}
