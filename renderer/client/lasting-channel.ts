import type { RawChannel } from './raw-channel.ts';

/** How a channel that is opened again whenever it is lost stands. */
export type Attachment =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'attached' }
  /** The other end is off; it is attached by itself when that starts. */
  | { readonly kind: 'ended'; readonly detail: string }
  | { readonly kind: 'waiting'; readonly detail: string; readonly retryMs: number };

export interface LastingChannelOptions {
  readonly open: () => Promise<RawChannel>;
  /** Uses a new channel until it is lost. */
  readonly attach: (channel: RawChannel) => void;
  /** `connecting` and `waiting`; what comes over the channel is for its user to tell. */
  readonly status: (status: Attachment) => void;
  /** One that came when nobody wanted it any more, before it is closed. */
  readonly late?: (channel: RawChannel) => void;
  /** Said when it is lost. */
  readonly lost: string;
}

const retryDelaysMs = [250, 500, 1000, 2000, 5000];

/** Opens a channel, and opens it again whenever it is lost or cannot be had, until `close`. */
export class LastingChannel {
  readonly #options: LastingChannelOptions;
  #channel: RawChannel | null = null;
  #attempt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;
  /** Of the newest try: an older one that is late is thrown away. */
  #generation = 0;

  constructor(options: LastingChannelOptions) {
    this.#options = options;
    void this.#connect();
  }

  /** The channel there is just now. */
  get channel(): RawChannel | null {
    return this.#channel;
  }

  /** It works: after the next loss the first try comes soon. */
  settled(): void {
    this.#attempt = 0;
  }

  /** Connects anew at once: after a wait, or because something about the connection has changed. */
  again(): void {
    if (this.#closed) return;
    this.#drop();
    this.#attempt = 0;
    void this.#connect();
  }

  close(): void {
    this.#closed = true;
    this.#drop();
  }

  #drop(): void {
    clearTimeout(this.#timer);
    const channel = this.#channel;
    this.#channel = null;
    this.#generation += 1;
    channel?.close();
  }

  async #connect(): Promise<void> {
    const mine = (this.#generation += 1);
    this.#options.status({ kind: 'connecting' });
    try {
      const channel = await this.#options.open();
      if (mine === this.#generation) return this.#attach(channel);
      this.#options.late?.(channel);
      channel.close();
    } catch (error) {
      if (mine === this.#generation) this.#wait(error instanceof Error ? error.message : String(error));
    }
  }

  #attach(channel: RawChannel): void {
    this.#channel = channel;
    this.#options.attach(channel);
    channel.onClose(() => {
      if (this.#channel !== channel) return;
      this.#channel = null;
      this.#wait(this.#options.lost);
    });
  }

  #wait(detail: string): void {
    const retryMs = retryDelaysMs[Math.min(this.#attempt, retryDelaysMs.length - 1)] ?? 5000;
    this.#attempt += 1;
    this.#options.status({ kind: 'waiting', detail, retryMs });
    this.#timer = setTimeout(() => void this.#connect(), retryMs);
  }
}
