import type { Frame } from '../../../engine/api/channel.ts';
import { maxDataBytes } from '../../../engine/api/channel.ts';
import { type Attachment, LastingChannel } from '../../client/lasting-channel.ts';
import type { RawChannel } from '../../client/raw-channel.ts';

/** What a session tells the component that shows it. */
export interface SerialView {
  /** Bytes for the screen; calls `done` once they are drawn, which is what paces the stream. */
  write(bytes: Uint8Array, done: () => void): void;
  /** A new attachment replays the kept past: forget what is shown. */
  reset(): void;
  status(status: Attachment): void;
}

export interface SerialSessionOptions {
  readonly open: () => Promise<RawChannel>;
  readonly view: SerialView;
}

/** Bytes on their way to the screen at any time: enough to keep the stream busy, little enough to stay responsive. */
const windowBytes = 256 * 1024;
/** Typed before the console is attached for the first time: a person does not wait for that. */
const maxEarlyBytes = 4096;

/** Keeps one serial console attached, and paces it by what was drawn, until `close`. */
export class SerialSession {
  readonly #view: SerialView;
  readonly #line: LastingChannel;
  #size: { columns: number; rows: number } | null = null;
  /** Null after the first attachment. */
  #early: Uint8Array[] | null = [];
  #earlyBytes = 0;

  constructor({ open, view }: SerialSessionOptions) {
    this.#view = view;
    this.#line = new LastingChannel({
      open,
      attach: (channel) => this.#attach(channel),
      late: (channel) => this.#sendEarly(channel),
      status: (status) => view.status(status),
      lost: 'The connection to the console was lost.',
    });
  }

  /**
   * Types into the guest. Longer texts are cut into frames of legal size. What is typed while the first attachment is under way
   * is sent then, also when the console is not shown any more; what is typed while it is lost goes nowhere.
   */
  send(bytes: Uint8Array): void {
    if (this.#early && this.#earlyBytes + bytes.length <= maxEarlyBytes) {
      this.#early.push(bytes);
      this.#earlyBytes += bytes.length;
    }
    for (let at = 0; at < bytes.length; at += maxDataBytes)
      this.#line.channel?.send({ type: 'data', bytes: bytes.subarray(at, at + maxDataBytes) });
  }

  resize(columns: number, rows: number): void {
    this.#size = { columns, rows };
    this.#line.channel?.send({ type: 'resize', columns, rows });
  }

  /** Try again now instead of when the wait is over. */
  retry(): void {
    if (!this.#line.channel) this.#line.again();
  }

  close(): void {
    this.#line.close();
  }

  #attach(channel: RawChannel): void {
    this.#view.reset();
    channel.onFrame((frame) => this.#receive(channel, frame));
    if (this.#size) channel.send({ type: 'resize', ...this.#size });
    channel.send({ type: 'credit', bytes: windowBytes });
    this.#sendEarly(channel);
  }

  #sendEarly(channel: RawChannel): void {
    for (const bytes of this.#early ?? []) channel.send({ type: 'data', bytes });
    this.#early = null;
  }

  #receive(channel: RawChannel, frame: Frame): void {
    if (frame.type === 'data') {
      const { length } = frame.bytes;
      this.#view.write(frame.bytes, () => channel.send({ type: 'credit', bytes: length }));
    } else if (frame.type === 'gap') {
      this.#view.write(
        new TextEncoder().encode(`\r\n[… ${frame.bytes} bytes were not kept …]\r\n`),
        () => undefined,
      );
    } else if (frame.type === 'event') {
      this.#line.settled();
      const { event, detail } = frame.event;
      this.#view.status(event === 'ended' ? { kind: 'ended', detail } : { kind: 'attached' });
    }
  }
}
