/** From a plan to what v86 is built with. */
import type { DirectBoot } from './boot.ts';
import type { Drives } from './drives.ts';
import type { EmulatorOptions } from './internals.ts';
import { clockImports } from './internals-state.ts';
import type { WorkerBirth } from './protocol.ts';
import type { SliceGuard } from './slice-guard.ts';
import type { MachineClock } from './state-clock.ts';

export function emulatorOptions(
  birth: WorkerBirth,
  direct: DirectBoot | undefined,
  drives: Drives,
  clock: MachineClock,
  guard: SliceGuard,
): EmulatorOptions {
  const { plan } = birth;
  const whole = (bytes: Uint8Array): { buffer: ArrayBuffer } => ({ buffer: bytes.slice().buffer });
  return {
    wasm_fn: async (imports) =>
      (await WebAssembly.instantiate(birth.wasm, guard.watch(clockImports(imports, clock.now)))).exports,
    memory_size: plan.memoryBytes,
    vga_memory_size: plan.videoRamBytes,
    bios: whole(birth.bios),
    vga_bios: whole(birth.vgaBios),
    acpi: plan.acpi,
    net_device: { type: plan.ne2k ? 'ne2k' : 'none' },
    drives: drives.backends,
    ...(plan.bootOrder > 0 ? { boot_order: plan.bootOrder } : {}),
    ...(direct ? { bzimage: { buffer: direct.kernel.buffer }, cmdline: direct.cmdline } : {}),
  };
}
