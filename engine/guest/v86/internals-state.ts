/**
 * What saving and restoring know of v86 from the inside; the other half of internals.ts. v86 writes its processor and devices
 * as numbered places of one array (0 to 91) and can restore them into an emulator that was built in the same way.
 */
import type { Emulator } from './internals.ts';

/** A part of a machine that has a state of its own: numbers, strings, typed arrays, arrays of these, or further parts. */
export interface StatePart {
  get_state(): unknown[];
  /** Throws when the state is not one of this part. */
  set_state(state: unknown[]): void;
}

export interface OptionRom {
  readonly name: string;
  readonly data: Uint8Array;
}

export interface StatefulCpu extends StatePart {
  readonly mem8: Uint8Array;
  readonly memory_size: { readonly [0]: number };
  option_roms: OptionRom[];
  pack_memory(): { bitmap: unknown; packed_memory: Uint8Array };
  unpack_memory(bitmap: unknown, packed: Uint8Array): void;
  zero_memory(address: number, length: number): void;
  is_memory_zeroed(address: number, length: number): boolean | number;
}

/** v86's own encoding of everything but memory, once `pack_memory` has been replaced. */
export interface StateRunner {
  readonly cpu: StatefulCpu;
  save_state(): ArrayBuffer;
  restore_state(state: ArrayBuffer): void;
}

type Clocked = { microtick: () => number };

const NEEDED = [
  'get_state',
  'set_state',
  'pack_memory',
  'unpack_memory',
  'zero_memory',
  'is_memory_zeroed',
] as const;

/** The emulator as something that can be saved. Throws when this v86 is another version than Domus is made for. */
export function stateOf(emulator: Emulator): StateRunner {
  const runner = emulator.v86 as unknown as StateRunner;
  const missing =
    NEEDED.find((name) => typeof runner.cpu[name] !== 'function') ??
    (['save_state', 'restore_state'] as const).find((name) => typeof runner[name] !== 'function');
  if (missing !== undefined || !Array.isArray(runner.cpu.option_roms)) {
    throw new Error(`This v86 is not the version Domus is made for: it has no ${missing ?? 'option_roms'}.`);
  }
  return runner;
}

/** Lets the emulator's devices read their time from `now` (ms). The processor's is set by `clockImports`. */
export function setDeviceClock(emulator: Emulator, now: () => number): void {
  const type = emulator.v86.constructor as unknown as Clocked;
  if (typeof type.microtick !== 'function') throw new Error('This v86 has no microtick.');
  type.microtick = now;
}

/** The imports of v86's WebAssembly module with another clock. */
export function clockImports(imports: object, now: () => number): object {
  const { env, ...rest } = imports as { env: Record<string, unknown> };
  return { ...rest, env: { ...env, microtick: now } };
}
