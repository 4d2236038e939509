import type { Frame } from '../../../engine/api/channel.ts';
import { maxDataBytes } from '../../../engine/api/channel.ts';
import type { RawChannel } from '../../client/raw-channel.ts';

/** What a session tells the component that shows it. */
export interface SerialView {
  /** Bytes for the screen; calls `done` once they are drawn, which is what paces the stream. */
  write(bytes: Uint8Array, done: () => void): void;
  /** A new attachment replays the kept past: forget what is shown. */
  reset(): void;
  status(status: SerialStatus): void;
}

export type SerialStatus =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'attached' }
  | { readonly kind: 'ended'; readonly detail: string }
  | { readonly kind: 'waiting'; readonly detail: string; readonly retryMs: number };

export interface SerialSessionOptions {
  readonly open: () => Promise<RawChannel>;
  readonly view: SerialView;
}

/** Bytes on their way to the screen at any time: enough to keep the stream busy, little enough to stay responsive. */
const windowBytes = 256 * 1024;
/** Typed before the console is attached for the first time: a person does not wait for that. */
const maxEarlyBytes = 4096;
const retryDelaysMs = [250, 500, 1000, 2000, 5000];

/**
 * Keeps one serial console attached: opens the raw channel, paces it by what was drawn, and opens it again whenever it
 * is lost, until `close`.
 */
export class SerialSession {
  readonly #options: SerialSessionOptions;
  #channel: RawChannel | null = null;
  #attempt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;
  #size: { columns: number; rows: number } | null = null;
  /** Null after the first attachment. */
  #early: Uint8Array[] | null = [];
  #earlyBytes = 0;

  constructor(options: SerialSessionOptions) {
    this.#options = options;
    void this.#connect();
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
      this.#channel?.send({ type: 'data', bytes: bytes.subarray(at, at + maxDataBytes) });
  }

  resize(columns: number, rows: number): void {
    this.#size = { columns, rows };
    this.#channel?.send({ type: 'resize', columns, rows });
  }

  /** Try again now instead of when the wait is over. */
  retry(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    void this.#connect();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#channel?.close();
    this.#channel = null;
  }

  async #connect(): Promise<void> {
    this.#timer = undefined;
    this.#options.view.status({ kind: 'connecting' });
    try {
      const channel = await this.#options.open();
      if (!this.#closed) this.#attach(channel);
      for (const bytes of this.#early ?? []) channel.send({ type: 'data', bytes });
      this.#early = null;
      if (this.#closed) channel.close();
    } catch (error) {
      this.#again(error instanceof Error ? error.message : String(error));
    }
  }

  #attach(channel: RawChannel): void {
    this.#channel = channel;
    this.#options.view.reset();
    channel.onFrame((frame) => this.#receive(channel, frame));
    channel.onClose(() => {
      if (this.#channel !== channel) return;
      this.#channel = null;
      this.#again('The connection to the console was lost.');
    });
    if (this.#size) channel.send({ type: 'resize', ...this.#size });
    channel.send({ type: 'credit', bytes: windowBytes });
  }

  #receive(channel: RawChannel, frame: Frame): void {
    const { view } = this.#options;
    if (frame.type === 'data') {
      const { length } = frame.bytes;
      view.write(frame.bytes, () => {
        if (this.#channel === channel) channel.send({ type: 'credit', bytes: length });
      });
    } else if (frame.type === 'gap') {
      view.write(
        new TextEncoder().encode(`\r\n[… ${frame.bytes} bytes were not kept …]\r\n`),
        () => undefined,
      );
    } else if (frame.type === 'event') {
      this.#attempt = 0;
      const { event, detail } = frame.event;
      view.status(event === 'ended' ? { kind: 'ended', detail } : { kind: 'attached' });
    }
  }

  #again(detail: string): void {
    if (this.#closed) return;
    const retryMs = retryDelaysMs[Math.min(this.#attempt, retryDelaysMs.length - 1)] ?? 5000;
    this.#attempt += 1;
    this.#options.view.status({ kind: 'waiting', detail, retryMs });
    this.#timer = setTimeout(() => void this.#connect(), retryMs);
  }
}
