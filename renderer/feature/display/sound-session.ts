import type { RawChannel } from '../../client/raw-channel.ts';

/** Bytes on their way to the window at any time: a third of a second. */
const windowBytes = 64 * 1024;
const retryMs = 2000;
/** No sound for so long: the guest plays nothing just now. */
const silentMs = 700;

export type SoundState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'heard' }
  | { readonly kind: 'silent' }
  /** Nothing can come just now; `detail` says why. */
  | { readonly kind: 'off'; readonly detail: string };

export interface SoundSessionOptions {
  readonly open: () => Promise<RawChannel>;
  readonly play: (bytes: Uint8Array) => void;
  readonly onState: (state: SoundState) => void;
}

/** Hears one domain, through reboots and lost connections, until `close`. */
export class SoundSession {
  readonly #options: SoundSessionOptions;
  #channel: RawChannel | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;
  #kind: SoundState['kind'] = 'connecting';

  constructor(options: SoundSessionOptions) {
    this.#options = options;
    void this.#connect();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#channel?.close();
  }

  async #connect(): Promise<void> {
    this.#say({ kind: 'connecting' });
    try {
      const channel = await this.#options.open();
      if (this.#closed) return channel.close();
      this.#attach(channel);
    } catch (error) {
      this.#again(error instanceof Error ? error.message : String(error));
    }
  }

  #attach(channel: RawChannel): void {
    this.#channel = channel;
    channel.onFrame((frame) => {
      if (frame.type === 'event') {
        const { detail } = frame.event;
        this.#say(detail === '' ? { kind: 'silent' } : { kind: 'off', detail });
      }
      if (frame.type !== 'data') return;
      channel.send({ type: 'credit', bytes: frame.bytes.length });
      this.#options.play(frame.bytes);
      if (this.#kind !== 'heard') this.#say({ kind: 'heard' });
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#say({ kind: 'silent' }), silentMs);
    });
    channel.onClose(() => this.#again('The connection was lost.'));
    channel.send({ type: 'credit', bytes: windowBytes });
  }

  #again(detail: string): void {
    this.#channel = null;
    clearTimeout(this.#timer);
    if (this.#closed) return;
    this.#say({ kind: 'off', detail });
    this.#timer = setTimeout(() => void this.#connect(), retryMs);
  }

  /** What was due to be said by the clock is overtaken. */
  #say(state: SoundState): void {
    if (state.kind !== 'heard') clearTimeout(this.#timer);
    this.#kind = state.kind;
    if (!this.#closed) this.#options.onState(state);
  }
}
