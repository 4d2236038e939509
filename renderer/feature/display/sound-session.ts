import { LastingChannel } from '../../client/lasting-channel.ts';
import type { RawChannel } from '../../client/raw-channel.ts';

/** Bytes on their way to the window at any time: a third of a second. */
const windowBytes = 64 * 1024;
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
  readonly #line: LastingChannel;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #kind: SoundState['kind'] = 'connecting';

  constructor(options: SoundSessionOptions) {
    this.#options = options;
    this.#line = new LastingChannel({
      open: options.open,
      attach: (channel) => this.#attach(channel),
      status: (status) =>
        this.#say('detail' in status ? { kind: 'off', detail: status.detail } : { kind: 'connecting' }),
      lost: 'The connection was lost.',
    });
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#line.close();
  }

  #attach(channel: RawChannel): void {
    channel.onFrame((frame) => {
      if (frame.type === 'event') {
        this.#line.settled();
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
    channel.send({ type: 'credit', bytes: windowBytes });
  }

  /** What was due to be said by the clock is overtaken. */
  #say(state: SoundState): void {
    if (state.kind !== 'heard') clearTimeout(this.#timer);
    this.#kind = state.kind;
    this.#options.onState(state);
  }
}
