/** Real guests for integration tests: a factory on the built worker, specs, and a console to talk to. */
import { join } from 'node:path';
import type { Machine, MachineExit, MachineFactory, MachineSpec } from '../../engine/guest/machine.ts';
import { createV86Factory } from '../../engine/guest/v86/factory.ts';
import { buildGuestWorker, root } from './build-worker.ts';

export const kernelPath = join(root, 'assets/guest/bzImage');
export const ramdiskPath = join(root, 'assets/guest/initramfs.cpio');
const CMDLINE = 'console=ttyS0 tsc=reliable mitigations=off random.trust_cpu=on quiet';

/** `workerUrl` replaces the real worker, for tests of what happens when one misbehaves. */
export async function createTestFactory(workerUrl?: URL): Promise<MachineFactory> {
  return createV86Factory({
    workerUrl: workerUrl ?? (await buildGuestWorker()),
    wasmPath: join(root, 'node_modules/v86/build/v86.wasm'),
    biosPath: join(root, 'assets/firmware/seabios.bin'),
    vgaBiosPath: join(root, 'assets/firmware/vgabios.bin'),
  });
}

/** The ready-made guest with 64 MiB and no devices, unless told otherwise. */
export function linuxSpec(overrides: Partial<MachineSpec> = {}): MachineSpec {
  return {
    name: 'test',
    uuid: '7c1f2f3e-53f7-4e6b-9f0c-6b8f3a8a1d10',
    memoryKiB: 64 * 1024,
    boot: { kind: 'direct', kernelPath, ramdiskPath, cmdline: CMDLINE },
    disks: [],
    nics: [],
    videoRamKiB: 0,
    acpi: true,
    ...overrides,
  };
}

/** A guest that runs one busybox command as its first program instead of a whole system: the quickest Linux. */
export function commandSpec(command: string, overrides: Partial<MachineSpec> = {}): MachineSpec {
  const cmdline = `${CMDLINE} rdinit=/bin/busybox -- ${command}`;
  return linuxSpec({ boot: { kind: 'direct', kernelPath, ramdiskPath, cmdline }, ...overrides });
}

/** Resolves with the machine's end. Subscribe before starting it. */
export function exitOf(machine: Machine): Promise<MachineExit> {
  return new Promise((resolve) => machine.onExit(resolve));
}

/** A person at a serial console. */
export class TestConsole {
  readonly #machine: Machine;
  readonly #port: number;
  #text = '';
  #heard: (() => void) | undefined;

  constructor(machine: Machine, port = 0) {
    this.#machine = machine;
    this.#port = port;
    machine.onSerial((from, bytes) => {
      if (from !== port) return;
      this.#text += Buffer.from(bytes).toString('latin1');
      this.#heard?.();
    });
  }

  get text(): string {
    return this.#text;
  }

  type(text: string): void {
    this.#machine.sendSerial(this.#port, Buffer.from(text));
  }

  /** Waits until the output matches; forgets it up to the end of the match and returns it. */
  async expect(pattern: RegExp, timeoutMs = 60_000): Promise<string> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const match = pattern.exec(this.#text);
      if (match) {
        const end = match.index + match[0].length;
        const seen = this.#text.slice(0, end);
        this.#text = this.#text.slice(end);
        return seen;
      }
      const leftMs = deadline - Date.now();
      if (leftMs <= 0) throw new Error(`No ${pattern} on the console; it shows: ${this.#text.slice(-500)}`);
      await this.#more(leftMs);
    }
  }

  /** Runs a shell command; returns what it printed. The shell's echo must be off (see `login`). */
  async run(command: string, timeoutMs?: number): Promise<string> {
    this.#text = '';
    // Typed in two halves, so that the end mark is not found in an echo of the command.
    this.type(`${command}; echo "<<en""d>>"\n`);
    const seen = await this.expect(/<<end>>\r?\n/, timeoutMs);
    return seen
      .replace(/\r/g, '')
      .replace(/<<end>>\n$/, '')
      .trim();
  }

  /** Waits for the ready-made guest's prompt and switches the terminal's echo off. */
  async login(): Promise<void> {
    await this.expect(/# /);
    await this.run('stty -echo; PS1=');
  }

  #more(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#heard = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
