/** Brings 16-bit stereo sound to another rate, piece by piece, by drawing straight lines between samples. Pure. */
export class Resampler {
  readonly #to: number;
  #from = 0;
  /** Where the next frame to make lies, in frames of the source; 0 is `#last`. */
  #position = 0;
  /** The last frame of the piece before. */
  #last: readonly [number, number] = [0, 0];

  /** `to`: frames a second that come out. */
  constructor(to: number) {
    this.#to = to;
  }

  /** Frames of `samples` (left and right in turn), which has `rate` of them a second, in the other rate. */
  take(samples: Int16Array, rate: number): Int16Array {
    if (rate === this.#to) return samples;
    if (rate !== this.#from) {
      this.#from = rate;
      this.#position = 1;
    }
    const frames = samples.length >> 1;
    const step = rate / this.#to;
    const count = Math.max(0, Math.ceil((frames - this.#position) / step));
    const out = new Int16Array(count * 2);
    for (let made = 0; made < count; made += 1) {
      const at = this.#position + made * step;
      const before = Math.floor(at);
      for (const side of [0, 1] as const) {
        const a = this.#sample(samples, before, side);
        const b = this.#sample(samples, before + 1, side);
        out[made * 2 + side] = Math.round(a + (b - a) * (at - before));
      }
    }
    this.#position += count * step - frames;
    if (frames > 0) this.#last = [samples[frames * 2 - 2]!, samples[frames * 2 - 1]!];
    return out;
  }

  /** What came before has nothing to do with what comes next. */
  forget(): void {
    this.#from = 0;
  }

  #sample(samples: Int16Array, frame: number, side: 0 | 1): number {
    if (frame === 0) return this.#last[side];
    return samples[Math.min(samples.length - 2, (frame - 1) * 2) + side] ?? 0;
  }
}
