import type { Clock } from '../lib/clock.ts';
import { DisposableStack } from '../lib/disposable.ts';
import { type BootConsole, runBootloader } from './bootloader/index.ts';
import type { BootableConfig, GuestConfig } from './guest-config.ts';
import { realDiskPath } from './disk-images.ts';

export interface LoadedBoot {
  readonly config: BootableConfig;
  /**
   * The machine has its kernel and the console, or never will: files made for it are removed, and the boot loader leaves the
   * console if it still has it. Idempotent; never rejects.
   */
  loaded(): Promise<void>;
}

export interface BootSurroundings {
  readonly clock: Clock;
  readonly runDir: string;
  resolve(path: string): string;
}

export interface BootSteps {
  readonly signal: AbortSignal;
  progress(stage: string, fraction?: number): void;
  log(line: string): void;
  bootConsole(domid: number): BootConsole;
}

/**
 * Runs the boot loader of a domain that has one (behaviour §1: on disk 0, before the memory is built); other domains are
 * as they are. Errors: those of `runBootloader`.
 */
export async function loadBoot(
  around: BootSurroundings,
  config: GuestConfig,
  domid: number,
  steps: BootSteps,
): Promise<LoadedBoot> {
  const { boot } = config;
  if (boot.kind !== 'bootloader') return { config: { ...config, boot }, loaded: () => Promise.resolve() };
  steps.progress('Running the boot loader', 0.15);
  const path = config.disks[0]?.path ?? null;
  const disk = path === null ? null : { name: path, path: realDiskPath(path, around) };
  const { program, args } = boot;
  const consoles = new DisposableStack();
  const host = {
    clock: around.clock,
    runDir: around.runDir,
    domid,
    signal: steps.signal,
    log: (line: string): void => steps.log(line),
    console(): BootConsole {
      const console = steps.bootConsole(domid);
      consoles.defer(() => console.close());
      return console;
    },
  };
  try {
    const result = await runBootloader({ program, args, disk, domain: config.name }, host);
    const { kernel, ramdisk, cmdline } = result;
    const loaded = async (): Promise<void> => {
      consoles.dispose();
      await result.dispose().catch(() => {});
    };
    return { config: { ...config, boot: { kind: 'direct', kernel, ramdisk, cmdline } }, loaded };
  } catch (error) {
    consoles.dispose();
    throw error;
  }
}
