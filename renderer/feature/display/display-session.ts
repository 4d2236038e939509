import { type Attachment, LastingChannel } from '../../client/lasting-channel.ts';
import type { RawChannel } from '../../client/raw-channel.ts';
import { DomusRfb } from './domus-rfb.ts';
import { beginStream, rfbTransport } from './rfb-transport.ts';

export interface DisplaySessionOptions {
  readonly open: () => Promise<RawChannel>;
  readonly target: HTMLElement;
  /** Called for every new connection, before anything is shown. */
  readonly prepare: (rfb: DomusRfb) => void;
  readonly onStatus: (status: Attachment) => void;
}

/** Keeps one graphical console connected, through reboots and losses, until `close`. */
export class DisplaySession {
  readonly #options: DisplaySessionOptions;
  readonly #line: LastingChannel;
  #rfb: DomusRfb | null = null;

  constructor(options: DisplaySessionOptions) {
    this.#options = options;
    this.#line = new LastingChannel({
      open: options.open,
      attach: (channel) => this.#attach(channel),
      status: (status) => {
        this.#rfb = null;
        options.onStatus(status);
      },
      lost: 'The connection to the console was lost.',
    });
  }

  /** The connection there is just now. */
  get rfb(): DomusRfb | null {
    return this.#rfb;
  }

  /** Connect anew at once: after a wait, or because something about the connection has changed. */
  again(): void {
    this.#line.again();
  }

  close(): void {
    this.#line.close();
    this.#rfb = null;
  }

  #attach(channel: RawChannel): void {
    const { onStatus, target, prepare } = this.#options;
    let now: Attachment = { kind: 'attached' };
    let rfb: DomusRfb | null = null;
    const tell = (): void => {
      if (rfb && this.#rfb === rfb) onStatus(now);
    };
    const transport = rfbTransport(channel, {
      onEvent: (event, detail) => {
        now = event === 'ended' ? { kind: 'ended', detail } : { kind: 'attached' };
        tell();
      },
    });
    this.#rfb = rfb = new DomusRfb(target, transport, { shared: true });
    prepare(rfb);
    rfb.addEventListener('connect', () => {
      this.#line.settled();
      tell();
    });
    beginStream(channel);
  }
}
