import { DomusError, soundFormat } from '../../api/index.ts';
import { Resampler } from '../../display/sound/resample.ts';
import type { Machine, MachineSound } from '../../guest/machine.ts';
import type { ByteStream } from '../operation.ts';

/** At one domain at a time. */
const maxListeners = 32;
/** A listener that is further behind misses the oldest: half a second. */
const maxWaiting = (soundFormat.rate * soundFormat.bytesPerFrame) / 2;

const off = 'The domain is off. Its sound comes by itself when it starts.';
const noCard =
  'The domain has no sound card. Add one under Hardware, or soundhw="sb16" to its xl.cfg, for the next start.';

/** What one domain plays: it outlives its machines, so that a listener hears the next run too. */
export class DomainSound {
  readonly #listeners = new Set<SoundListener>();
  readonly #resampler = new Resampler(soundFormat.rate);
  #on = false;
  #card: MachineSound | null = null;
  #silence: (() => void) | null = null;

  /** Why nothing can be heard; null when something could. */
  get why(): string | null {
    if (!this.#on) return off;
    return this.#card ? null : noCard;
  }

  /** Call before the machine's first instruction. Returns how to take it off. */
  connect(machine: Machine): () => void {
    const card = machine.sound ?? null;
    this.#on = true;
    this.#card = card;
    this.#hear();
    for (const listener of this.#listeners) listener.tell('restarted', this.why ?? '');
    return () => {
      if (this.#card !== card) return;
      this.#on = false;
      this.#card = null;
      this.#rest();
      for (const listener of this.#listeners) listener.tell('ended', off);
    };
  }

  /** ERROR_FAIL when there are too many listeners already. */
  open(name: string): ByteStream {
    if (this.#listeners.size >= maxListeners)
      throw new DomusError('ERROR_FAIL', `${maxListeners} listen to ${name} already.`, {
        fix: 'Close one of them.',
      });
    const listener: SoundListener = new SoundListener(this, () => this.#leave(listener));
    this.#listeners.add(listener);
    this.#hear();
    return listener;
  }

  #leave(listener: SoundListener): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size === 0) this.#rest();
  }

  /** A card nobody listens to sends nothing. */
  #hear(): void {
    if (!this.#card || this.#silence || this.#listeners.size === 0) return;
    this.#resampler.forget();
    this.#silence = this.#card.listen(({ samples, rate }) => {
      const { buffer, byteOffset, byteLength } = this.#resampler.take(samples, rate);
      for (const listener of this.#listeners) listener.play(new Uint8Array(buffer, byteOffset, byteLength));
    });
  }

  #rest(): void {
    this.#silence?.();
    this.#silence = null;
  }
}

type EventListener = Parameters<ByteStream['onEvent']>[0];

/** One who listens: samples as bytes, at most `maxWaiting` of them for whom does not take them. */
class SoundListener implements ByteStream {
  readonly #sound: Pick<DomainSound, 'why'>;
  readonly #leave: () => void;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #credit = 0;
  #onData: (bytes: Uint8Array) => void = () => {};
  #onGap: (bytes: number) => void = () => {};
  #onEvent: EventListener = () => {};

  constructor(sound: Pick<DomainSound, 'why'>, leave: () => void) {
    this.#sound = sound;
    this.#leave = leave;
  }

  play(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    this.#dropOldest();
    this.#deliver();
  }

  tell(...event: Parameters<EventListener>): void {
    this.#onEvent(...event);
  }

  credit(bytes: number): void {
    this.#credit += bytes;
    this.#deliver();
  }

  /** Nobody speaks to a guest: it has no microphone. */
  write(): number {
    return 0;
  }

  resize(): void {
    // Sound has no size.
  }

  onData(listener: (bytes: Uint8Array) => void): void {
    this.#onData = listener;
    this.#deliver();
  }

  onGap(listener: (bytes: number) => void): void {
    this.#onGap = listener;
  }

  onEvent(listener: EventListener): void {
    this.#onEvent = listener;
    const { why } = this.#sound;
    listener(why === null ? 'attached' : 'ended', why ?? '');
  }

  close(): void {
    this.#waiting = [];
    this.#leave();
  }

  #dropOldest(): void {
    let lost = 0;
    while (this.#waitingBytes > maxWaiting) {
      const oldest = this.#waiting.shift();
      if (!oldest) break;
      this.#waitingBytes -= oldest.length;
      lost += oldest.length;
    }
    if (lost > 0) this.#onGap(lost);
  }

  /** Whole frames only, so that a gap never puts left and right the wrong way round. */
  #deliver(): void {
    for (let head = this.#waiting[0]; head; head = this.#waiting[0]) {
      const room = this.#credit - (this.#credit % soundFormat.bytesPerFrame);
      if (room === 0) return;
      const part = head.subarray(0, room);
      if (part.length === head.length) this.#waiting.shift();
      else this.#waiting[0] = head.subarray(part.length);
      this.#credit -= part.length;
      this.#waitingBytes -= part.length;
      this.#onData(part);
    }
  }
}
