/**
 * Keeps a slice of the vCPU short. v86 counts 100,003 instructions before it looks at the clock, and a string instruction
 * counts as one however much it moves: a guest that fills the adapter's memory with `rep stosd` would hold its thread for
 * minutes, and nobody could pause it. Accesses to devices pass through here. When a slice has lasted too long they set the
 * counter forward, so that v86 takes the instruction under way for the last one of the slice.
 *
 * What one single instruction does cannot be cut: with addresses of 16 bits at most 64 KiB, some ten milliseconds.
 */
import type { Cpu } from './internals.ts';

/** Longer than the millisecond v86 aims at, and short against the time a person notices. */
const LIMIT_MS = 4;
/** A look at the clock costs about as much as an access. */
const LOOK_EVERY = 64;
/** More than v86 executes without looking at the clock. */
const SKIP = 200_000;

const DEVICE_IMPORTS = /^(mmap_(read|write)\d+|io_port_(read|write)\d+)$/;
type Access = (...words: number[]) => unknown;

export class SliceGuard {
  #counter: Cpu['instruction_counter'] | undefined;
  #skipped = 0;
  #untilLook = LOOK_EVERY;
  #deadlineMs = Infinity;

  /** The imports of v86's WebAssembly module with device accesses that are watched. */
  watch(imports: object): object {
    const { env, ...rest } = imports as { env: Record<string, unknown> };
    const watched = Object.entries(env).map(([name, value]) => [
      name,
      DEVICE_IMPORTS.test(name) ? this.#watched(value as Access) : value,
    ]);
    return { ...rest, env: Object.fromEntries(watched) as Record<string, unknown> };
  }

  /** A slice begins now. */
  begin({ instruction_counter }: Cpu, nowMs: number): void {
    this.#counter = instruction_counter;
    this.#deadlineMs = nowMs + LIMIT_MS;
  }

  /** It is over: the counter says what was executed, as if nothing had been skipped. */
  end(): void {
    this.#deadlineMs = Infinity;
    if (this.#skipped === 0 || !this.#counter) return;
    this.#counter[0] = this.#counter[0] - this.#skipped;
    this.#skipped = 0;
  }

  #watched(access: Access): Access {
    // Spelt out: this is called for each byte, and a rest parameter would make an array each time.
    return (a, b, c, d, e) => {
      this.#untilLook -= 1;
      if (this.#untilLook === 0) this.#look();
      return access(a, b, c, d, e);
    };
  }

  #look(): void {
    this.#untilLook = LOOK_EVERY;
    if (this.#deadlineMs === Infinity || performance.now() < this.#deadlineMs || !this.#counter) return;
    this.#counter[0] = this.#counter[0] + SKIP;
    this.#skipped += SKIP;
  }
}
