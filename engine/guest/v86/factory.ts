/** Makes v86 machines: loads once what they share, and ends those that are left. */
import { readFile } from 'node:fs/promises';
import {
  MachineError,
  type Machine,
  type MachineCreateOptions,
  type MachineFactory,
  type MachineSpec,
} from '../machine.ts';
import type { LogLevel } from './protocol.ts';
import { V86Machine, type V86Common } from './v86-machine.ts';

export interface V86FactoryOptions {
  /** The built worker entry (engine/entry/guest-worker). */
  readonly workerUrl: URL;
  /** v86's WebAssembly module; compiled once here, shared by all workers. */
  readonly wasmPath: string;
  /** SeaBIOS and SeaVGABIOS images. */
  readonly biosPath: string;
  readonly vgaBiosPath: string;
  /** Lines about machines, each beginning with the machine's name; rate-limited per machine. */
  readonly log?: (level: LogLevel, text: string) => void;
}

/** Rejects with MachineError `failed` when a shared file cannot be read or compiled. */
export async function createV86Factory(options: V86FactoryOptions): Promise<MachineFactory> {
  const { workerUrl, wasmPath, biosPath, vgaBiosPath, log = () => {} } = options;
  try {
    const [module, bios, vgaBios] = await Promise.all(
      [wasmPath, biosPath, vgaBiosPath].map((path) => readFile(path)),
    );
    const wasm = await WebAssembly.compile(module!);
    return new V86Factory({ workerUrl, wasm, bios: bios!, vgaBios: vgaBios!, log });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new MachineError('failed', `The v86 machine cannot be set up: ${why}`);
  }
}

class V86Factory implements MachineFactory {
  readonly kind = 'v86';
  readonly #common: V86Common;
  /** Every machine made or being made, to be ended with the factory. */
  readonly #machines = new Set<Promise<V86Machine>>();
  #disposed = false;

  constructor(common: V86Common) {
    this.#common = common;
  }

  async create(spec: MachineSpec, options?: MachineCreateOptions): Promise<Machine> {
    if (this.#disposed) throw new MachineError('gone', 'The machine factory has been closed.');
    const creating = V86Machine.create(this.#common, spec, options);
    this.#machines.add(creating);
    try {
      const machine = await creating;
      void machine.ended.finally(() => this.#machines.delete(creating));
      return machine;
    } catch (error) {
      this.#machines.delete(creating);
      throw error;
    }
  }

  /** Destroys all machines, also those being made. Idempotent. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    const machines = await Promise.allSettled([...this.#machines]);
    await Promise.all(
      machines.map(async (made) => {
        if (made.status === 'fulfilled') await made.value.destroy();
      }),
    );
  }
}
