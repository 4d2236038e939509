/**
 * Runs the vCPU: v86's main loop behind a gate (started, paused, stopped), a token bucket and what must happen
 * between slices. One slice is about a millisecond, so the thread's messages are heard that often.
 */
import type { Cpu, Runner } from './internals.ts';
import type { SliceGuard } from './slice-guard.ts';
import { StolenTime, threadCpuClock } from './stolen-time.ts';
import { TokenBucket } from './token-bucket.ts';

/** What happens around slices. All of it runs on the worker's thread, between guest instructions. */
export interface SliceHooks {
  /** Before a slice: bring input to the devices. */
  before(): void;
  /** After a slice, and when the vCPU is about to wait: take output away. `idle`: nothing follows at once. */
  after(nowMs: number, idle: boolean): void;
  /** Output nobody takes has piled up: the guest must stand still until `kick`. */
  congested(): boolean;
  /** After a slice that halted: true when input came to a device, so that the guest has work at once. */
  refill(): boolean;
}

/** Thrown through the emulator to stop at this very instruction; the machine's end has been reported already. */
export class MachineStop extends Error {}

/** No timer: only a kick goes on from here. */
const UNTIL_KICKED = Infinity;

export class Vcpu {
  readonly #runner: Runner;
  readonly #cpu: Cpu;
  readonly #guard: SliceGuard;
  readonly #hooks: SliceHooks;
  readonly #onFault: (error: unknown) => void;
  readonly #bucket = new TokenBucket(performance.now());
  /** Made on the thread that runs the vCPU. */
  readonly #stolen = new StolenTime(threadCpuClock());
  readonly #mainLoop: () => number;
  #timer: NodeJS.Timeout | undefined;
  #started = false;
  #paused = false;
  #stopped = false;

  /** `onFault` hears what main_loop threw (a triple fault is a WASM trap); the vCPU has stopped for good then. */
  constructor(runner: Runner, guard: SliceGuard, hooks: SliceHooks, onFault: (error: unknown) => void) {
    this.#runner = runner;
    this.#guard = guard;
    this.#cpu = runner.cpu;
    this.#hooks = hooks;
    this.#onFault = onFault;
    this.#mainLoop = this.#cpu.main_loop.bind(this.#cpu);
    this.#cpu.main_loop = () => this.#slice();
    runner.yield = (ms, tick) => this.#yield(ms, tick);
  }

  get started(): boolean {
    return this.#started;
  }

  /** True while the vCPU executes or wants to; false when halted, paused, stopped or not started. */
  get running(): boolean {
    return this.free && this.#cpu.in_hlt[0] === 0;
  }

  /** Instructions may run: neither paused nor stopped nor waiting for its start. */
  get free(): boolean {
    return this.#started && !this.#paused && !this.#stopped;
  }

  get paused(): boolean {
    return this.#paused;
  }

  get usedMs(): number {
    return this.#bucket.usedMs;
  }

  get instructions(): number {
    return this.#cpu.instruction_counter[0] >>> 0;
  }

  start(): void {
    this.#started = true;
    this.#runner.run();
  }

  pause(): void {
    this.#paused = true;
    this.#hooks.after(performance.now(), true);
  }

  unpause(): void {
    this.#paused = false;
    this.kick();
  }

  /** For good: no further instruction runs. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#hooks.after(performance.now(), true);
  }

  setCap(capPercent: number): void {
    this.#bucket.setCap(capPercent, performance.now());
    this.kick();
  }

  /** Something has changed (input, an interrupt, room for output): look again at once. */
  kick(): void {
    if (this.free) this.#runner.next_tick(0);
  }

  /** One turn of the main loop; returns the milliseconds to sleep. */
  #slice(): number {
    if (this.#paused || this.#stopped) return UNTIL_KICKED;
    this.#hooks.before();
    if (this.#hooks.congested()) return UNTIL_KICKED;
    const startMs = performance.now();
    const waitMs = this.#bucket.waitMs(startMs);
    if (waitMs > 0) {
      this.#hooks.after(startMs, true);
      return waitMs;
    }
    const sleepMs = this.#execute(startMs);
    if (this.#stopped) return UNTIL_KICKED;
    // Node turns timers below 1 ms into a busy loop: an idle guest would cost a quarter of a core.
    return sleepMs > 0 && !this.#hooks.refill() ? Math.max(1, sleepMs) : 0;
  }

  #execute(startMs: number): number {
    try {
      const sleepMs = this.#mainLoopGuarded(startMs);
      const endMs = performance.now();
      this.#bucket.spend(endMs - startMs);
      const stolenMs = this.#stolen.slice(endMs - startMs);
      if (stolenMs !== 0) this.#bucket.refund(stolenMs);
      this.#hooks.after(endMs, sleepMs > 0);
      return sleepMs;
    } catch (error) {
      this.#bucket.spend(performance.now() - startMs);
      this.stop();
      if (!(error instanceof MachineStop)) this.#onFault(error);
      return UNTIL_KICKED;
    }
  }

  #mainLoopGuarded(startMs: number): number {
    this.#guard.begin(this.#cpu, startMs);
    try {
      return this.#mainLoop();
    } finally {
      this.#guard.end();
    }
  }

  /** v86's own way of waiting lets superseded timers pile up under load; one timer is enough. */
  #yield(ms: number, tick: number): void {
    clearTimeout(this.#timer);
    if (ms < 1) setImmediate(() => this.#runner.yield_callback(tick));
    else if (ms < UNTIL_KICKED) this.#timer = setTimeout(() => this.#runner.yield_callback(tick), ms);
  }
}
