import type { RawChannel } from '../../client/raw-channel.ts';
import { DomusRfb } from './domus-rfb.ts';
import { beginStream, rfbTransport } from './rfb-transport.ts';

export type DisplayStatus =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'attached' }
  /** The domain is off; its next start is shown by itself. */
  | { readonly kind: 'ended'; readonly detail: string }
  | { readonly kind: 'waiting'; readonly detail: string; readonly retryMs: number };

export interface DisplaySessionOptions {
  readonly open: () => Promise<RawChannel>;
  readonly target: HTMLElement;
  /** Called for every new connection, before anything is shown. */
  readonly prepare: (rfb: DomusRfb) => void;
  readonly onStatus: (status: DisplayStatus) => void;
}

const retryDelaysMs = [250, 500, 1000, 2000, 5000];

/** Keeps one graphical console connected, through reboots and losses, until `close`. */
export class DisplaySession {
  readonly #options: DisplaySessionOptions;
  #rfb: DomusRfb | null = null;
  #attempt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;
  /** Of the newest try: an older one that is late is thrown away. */
  #generation = 0;

  constructor(options: DisplaySessionOptions) {
    this.#options = options;
    void this.#connect();
  }

  /** The connection there is just now. */
  get rfb(): DomusRfb | null {
    return this.#rfb;
  }

  /** Connect anew at once: after a wait, or because something about the connection has changed. */
  again(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#drop();
    this.#attempt = 0;
    void this.#connect();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#drop();
  }

  #drop(): void {
    const rfb = this.#rfb;
    this.#rfb = null;
    rfb?.disconnect();
  }

  async #connect(): Promise<void> {
    const mine = ++this.#generation;
    this.#options.onStatus({ kind: 'connecting' });
    try {
      const channel = await this.#options.open();
      if (this.#closed || mine !== this.#generation) return channel.close();
      this.#attach(channel);
    } catch (error) {
      if (mine === this.#generation) this.#wait(error instanceof Error ? error.message : String(error));
    }
  }

  #attach(channel: RawChannel): void {
    const { onStatus, target, prepare } = this.#options;
    let ended: string | null = null;
    const transport = rfbTransport(channel, {
      onEvent: (event, detail) => {
        ended = event === 'ended' ? detail : null;
        if (this.#rfb === rfb) onStatus(ended === null ? { kind: 'attached' } : { kind: 'ended', detail });
      },
    });
    const rfb = new DomusRfb(target, transport, { shared: true });
    this.#rfb = rfb;
    prepare(rfb);
    rfb.addEventListener('connect', () => {
      if (this.#rfb !== rfb) return;
      this.#attempt = 0;
      onStatus(ended === null ? { kind: 'attached' } : { kind: 'ended', detail: ended });
    });
    rfb.addEventListener('disconnect', () => {
      if (this.#rfb !== rfb) return;
      this.#rfb = null;
      this.#wait('The connection to the console was lost.');
    });
    beginStream(channel);
  }

  #wait(detail: string): void {
    if (this.#closed) return;
    const retryMs = retryDelaysMs[Math.min(this.#attempt, retryDelaysMs.length - 1)] ?? 5000;
    this.#attempt += 1;
    this.#options.onStatus({ kind: 'waiting', detail, retryMs });
    this.#timer = setTimeout(() => void this.#connect(), retryMs);
  }
}
