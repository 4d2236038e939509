/**
 * The guest's sound card on the worker's side. v86's Sound Blaster plays when it is asked to, as a browser's sound output
 * would; here a clock asks, so that a guest's player runs at its pace whether anybody listens or not.
 */
import { MAX_CHUNK_FRAMES } from '../machine-sound.ts';
import {
  onPlayed,
  type PlayedBlock,
  playBlock,
  type SoundBlaster,
  soundBlaster,
  takeSoundOut,
} from './internals-sound.ts';
import type { Emulator } from './internals.ts';
import type { FromWorker } from './protocol.ts';

const RATE = { min: 4000, max: 48_000 } as const;
/** A guest that stood still for longer does not catch up: that time was silent. */
const MAX_LAG_MS = 100;
/** Most blocks of one turn: a guest can make them as small as one byte. */
const MAX_BLOCKS = 64;
/** Chunks on their way that were not taken; beyond it sound is lost, as on a card nobody hears. */
const MAX_UNTAKEN = 16;

type Post = (message: FromWorker, transfer: ArrayBuffer[]) => void;

/** The guest's processor, as far as its card knows of it. */
interface Processor {
  /** False while no instruction may run. */
  readonly free: boolean;
  /** There may be an interrupt. */
  kick(): void;
}

/** Gives the machine its sound card, or takes it out of v86's board. */
export function fitSound(emulator: Emulator, wanted: boolean, post: Post, cpu: Processor): Sound | undefined {
  if (wanted) return new Sound(emulator, post, cpu);
  takeSoundOut(emulator.v86.cpu);
  return undefined;
}

export class Sound {
  readonly #emulator: Emulator;
  readonly #card: SoundBlaster;
  readonly #post: Post;
  readonly #cpu: Processor;
  #heard = false;
  #untaken = 0;
  /** Frames the card has been asked for in this turn. */
  #played = 0;
  /** What has been played lasts until then; null while nothing plays. */
  #untilMs: number | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(emulator: Emulator, post: Post, cpu: Processor) {
    this.#emulator = emulator;
    this.#card = soundBlaster(emulator.v86.cpu);
    this.#post = post;
    this.#cpu = cpu;
    onPlayed(emulator, (block) => this.#tell(block));
  }

  /** What the listener says. */
  hear(word: 'listen' | 'silence' | 'taken'): void {
    this.#untaken = word === 'taken' ? Math.max(0, this.#untaken - 1) : 0;
    if (word !== 'taken') this.#heard = word === 'listen';
  }

  /** Between slices of the guest: plays what is due. */
  tick(nowMs: number): void {
    if (!this.#playing) {
      this.#untilMs = null;
      return;
    }
    const untilMs = Math.max(this.#untilMs ?? nowMs, nowMs - MAX_LAG_MS);
    this.#untilMs = this.#playUntil(untilMs, nowMs);
    // A guest at rest has no slices: the next block must come all the same.
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#wake(), Math.max(1, this.#untilMs - nowMs)).unref();
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  get #playing(): boolean {
    const { dma_bytes_left, dma_paused, dac_buffers } = this.#card;
    return (dma_bytes_left > 0 && !dma_paused) || dac_buffers[0].length > 0;
  }

  get #rate(): number {
    return Math.min(RATE.max, Math.max(RATE.min, Math.round(this.#card.sampling_rate)));
  }

  /** Returns until when what has been played lasts. */
  #playUntil(fromMs: number, nowMs: number): number {
    let untilMs = fromMs;
    for (let blocks = 0; untilMs <= nowMs && blocks < MAX_BLOCKS && this.#playing; blocks += 1) {
      this.#played = 0;
      playBlock(this.#emulator);
      untilMs += (this.#played / this.#rate) * 1000;
    }
    // A card that is asked and plays nothing must not be asked at once again.
    return Math.max(untilMs, nowMs + 1);
  }

  #wake(): void {
    if (!this.#cpu.free) return;
    this.tick(performance.now());
    this.#cpu.kick();
  }

  #tell([left, right]: PlayedBlock): void {
    this.#played += left.length;
    if (!this.#heard) return;
    for (let at = 0; at < left.length; at += MAX_CHUNK_FRAMES) {
      if (this.#untaken >= MAX_UNTAKEN) return;
      this.#untaken += 1;
      const end = at + MAX_CHUNK_FRAMES;
      const samples = interleave(left.subarray(at, end), right.subarray(at, end));
      this.#post({ op: 'sound', chunk: { rate: this.#rate, samples } }, [samples.buffer as ArrayBuffer]);
    }
  }
}

/** -1 to 1 as 16 bits, left and right in turn. */
function interleave(left: Float32Array, right: Float32Array): Int16Array {
  const samples = new Int16Array(left.length * 2);
  for (let at = 0; at < left.length; at += 1) {
    samples[at * 2] = Math.round(left[at]! * 32_767);
    samples[at * 2 + 1] = Math.round((right[at] ?? 0) * 32_767);
  }
  return samples;
}
