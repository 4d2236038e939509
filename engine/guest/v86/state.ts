/**
 * A machine's state on the worker's side: memory page by page, and everything else as one block. The processor stands still
 * and no disk operation is under way while this is used; see guest.ts.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { MACHINE_PAGE_BYTES, MachineError, type MachineStatePart } from '../machine.ts';
import type { Emulator } from './internals.ts';
import { stateOf, type StatefulCpu, type StatePart, type StateRunner } from './internals-state.ts';

/**
 * Where our own parts stand in v86's array of states, behind its own. Numbers are for ever: saved files have them. Devices
 * that were made by hand on the PCI bus use `plugged` plus their slot (0 to 31).
 */
export const statePlaces = {
  clock: 100,
  serial: 101,
  xenStore: 102,
  balloon: 103,
  firmware: 104,
  plugged: 128,
};

/** Pages looked at for one answer, and pages in it at most. */
const SCAN_PAGES = 16_384;
const ANSWER_PAGES = 256;
/** What devices have beside video memory: disk buffers of a few MiB at most. */
const MOST_DEVICE_BYTES = 64 * 1024 * 1024;

export type StatePages = Extract<MachineStatePart, { kind: 'pages' }>;

export interface PageAnswer {
  readonly pages: StatePages;
  /** Where to go on; null when all of memory has been looked at. */
  readonly next: number | null;
}

export class MachineState {
  readonly #runner: StateRunner;
  readonly #cpu: StatefulCpu;
  readonly #mostBytes: number;

  /** `parts` by their place. Call before the machine starts. */
  constructor(emulator: Emulator, parts: ReadonlyMap<number, StatePart>, videoRamBytes: number) {
    this.#runner = stateOf(emulator);
    this.#cpu = this.#runner.cpu;
    this.#mostBytes = MOST_DEVICE_BYTES + 2 * videoRamBytes;
    joinParts(this.#cpu, parts);
  }

  /** Everything but memory, compressed. */
  saveDevices(): Uint8Array {
    return deflateRawSync(new Uint8Array(this.#runner.save_state()), { level: 1 });
  }

  /** The pages from page `from` on that are not all zeros. */
  readPages(from: number): PageAnswer {
    const all = this.#pageCount;
    const end = Math.min(all, from + SCAN_PAGES);
    const numbers: number[] = [];
    let at = from;
    for (; at < end && numbers.length < ANSWER_PAGES; at += 1) {
      if (!this.#cpu.is_memory_zeroed(at * MACHINE_PAGE_BYTES, MACHINE_PAGE_BYTES)) numbers.push(at);
    }
    const bytes = new Uint8Array(numbers.length * MACHINE_PAGE_BYTES);
    const memory = this.#memory;
    for (const [index, number] of numbers.entries()) {
      const start = number * MACHINE_PAGE_BYTES;
      bytes.set(memory.subarray(start, start + MACHINE_PAGE_BYTES), index * MACHINE_PAGE_BYTES);
    }
    const pages: StatePages = { kind: 'pages', numbers: Uint32Array.from(numbers), bytes };
    return { pages, next: at < all ? at : null };
  }

  /** All of memory becomes zero, so that only the pages that are not have to come. */
  clearMemory(): void {
    this.#cpu.zero_memory(0, this.#cpu.memory_size[0]);
  }

  /** Throws MachineError `failed` for pages this machine does not have. */
  writePages({ numbers, bytes }: StatePages): void {
    if (bytes.length !== numbers.length * MACHINE_PAGE_BYTES) throw misfit('its pages are cut off');
    const memory = this.#memory;
    for (const [index, number] of numbers.entries()) {
      if (number >= this.#pageCount) throw misfit('it has more memory than this machine');
      const start = index * MACHINE_PAGE_BYTES;
      memory.set(bytes.subarray(start, start + MACHINE_PAGE_BYTES), number * MACHINE_PAGE_BYTES);
    }
  }

  /** Throws MachineError `failed` for a state of another machine. The machine is of no use then. */
  restoreDevices(compressed: Uint8Array): void {
    try {
      const plain = inflateRawSync(compressed, { maxOutputLength: this.#mostBytes });
      this.#runner.restore_state(new Uint8Array(plain).buffer);
    } catch (error) {
      if (error instanceof MachineError) throw error;
      throw misfit(error instanceof Error ? error.message : String(error));
    }
  }

  get #pageCount(): number {
    return Math.floor(this.#cpu.memory_size[0] / MACHINE_PAGE_BYTES);
  }

  /** Fetched anew each time: the view is worth nothing after WebAssembly's memory has grown. */
  get #memory(): Uint8Array {
    return this.#cpu.mem8.subarray(0, this.#cpu.memory_size[0]);
  }
}

/** Adds our parts to what v86 saves, and takes memory out of it. */
function joinParts(cpu: StatefulCpu, parts: ReadonlyMap<number, StatePart>): void {
  const getState = cpu.get_state.bind(cpu);
  const setState = cpu.set_state.bind(cpu);
  // v86's own packing of no memory at all: the bitmap's kind has no name outside of v86.
  const packNothing = cpu.pack_memory.bind({ mem8: new Uint8Array(0) } as unknown as StatefulCpu);
  cpu.pack_memory = packNothing;
  cpu.unpack_memory = () => {};
  cpu.get_state = () => {
    const state = getState();
    for (const [place, part] of parts) state[place] = part;
    return state;
  };
  cpu.set_state = (state) => {
    if (state[0] !== cpu.memory_size[0]) throw misfit('it has another size of memory');
    setState(state);
    for (const [place, part] of parts) {
      const own = state[place];
      if (!Array.isArray(own)) throw misfit(`it knows nothing of part ${place}`);
      part.set_state(own);
    }
  };
}

export function misfit(why: string): MachineError {
  return new MachineError('failed', `The saved state does not fit this machine: ${why}.`);
}

/** The code a direct boot gave the firmware: needed while the guest is still booting. */
export function firmwarePart(emulator: Emulator): StatePart {
  const { cpu } = stateOf(emulator);
  return {
    get_state: () => cpu.option_roms.map(({ name, data }) => [name, new Uint8Array(data)]),
    set_state(roms) {
      cpu.option_roms = roms.map((rom) => {
        const [name, data] = rom as unknown[];
        if (typeof name !== 'string' || !(data instanceof Uint8Array)) throw misfit('its firmware is broken');
        return { name, data };
      });
    },
  };
}
