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

type Read = (address: number) => number;
type Write = (address: number, value: number) => void;

/** The imports of v86's WebAssembly module by which string instructions reach devices. */
interface DeviceImports {
  readonly mmap_read8: Read;
  readonly mmap_read32: Read;
  readonly mmap_write8: Write;
  readonly mmap_write16: Write;
  readonly mmap_write32: Write;
  readonly io_port_read8: Read;
  readonly io_port_read16: Read;
  readonly io_port_read32: Read;
  readonly io_port_write8: Write;
  readonly io_port_write16: Write;
  readonly io_port_write32: Write;
}

/**
 * These imports, each of which calls `look` once in a while. Spelt out: a guest makes millions of these calls, and only a
 * function of its own for each is compiled into one with what it calls.
 */
function watched(device: DeviceImports, look: () => void): DeviceImports {
  let left = LOOK_EVERY;
  const count = (): void => {
    left -= 1;
    if (left > 0) return;
    left = LOOK_EVERY;
    look();
  };
  return {
    mmap_read8: (address) => (count(), device.mmap_read8(address)),
    mmap_read32: (address) => (count(), device.mmap_read32(address)),
    mmap_write8: (address, value) => (count(), device.mmap_write8(address, value)),
    mmap_write16: (address, value) => (count(), device.mmap_write16(address, value)),
    mmap_write32: (address, value) => (count(), device.mmap_write32(address, value)),
    io_port_read8: (port) => (count(), device.io_port_read8(port)),
    io_port_read16: (port) => (count(), device.io_port_read16(port)),
    io_port_read32: (port) => (count(), device.io_port_read32(port)),
    io_port_write8: (port, value) => (count(), device.io_port_write8(port, value)),
    io_port_write16: (port, value) => (count(), device.io_port_write16(port, value)),
    io_port_write32: (port, value) => (count(), device.io_port_write32(port, value)),
  };
}

export class SliceGuard {
  #counter: Cpu['instruction_counter'] | undefined;
  #skipped = 0;
  #deadlineMs = Infinity;

  /** The imports of v86's WebAssembly module with device accesses that are watched. */
  watch(imports: object): object {
    const { env, ...rest } = imports as { env: DeviceImports };
    return { ...rest, env: { ...env, ...watched(env, () => this.#look()) } };
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

  #look(): void {
    if (this.#deadlineMs === Infinity || performance.now() < this.#deadlineMs || !this.#counter) return;
    this.#counter[0] = this.#counter[0] + SKIP;
    this.#skipped += SKIP;
  }
}
