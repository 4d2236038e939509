/** Reading what a guest is started from, and putting it into a new machine. */
import { readFile, stat } from 'node:fs/promises';
import { MachineError } from '../machine.ts';
import { parseKernel, placeRamdisk, RAMDISK_IMAGE_ADDRESS } from './bzimage.ts';
import type { Cpu } from './internals.ts';
import type { MachinePlan } from './plan.ts';

export interface DirectBoot {
  readonly kernel: Uint8Array<ArrayBuffer>;
  /** The command line's UTF-8 bytes, one per character, as v86 copies them. */
  readonly cmdline: string;
  readonly ramdisk?: { readonly bytes: Uint8Array; readonly address: number };
}

/**
 * Reads and checks kernel and ramdisk; undefined for a firmware boot. Throws MachineError `kernel-unreadable`,
 * `ramdisk-unreadable`, `not-a-kernel`, `memory` (they do not fit), `failed` (64-bit kernel, command line too long).
 */
export async function readDirectBoot(plan: MachinePlan): Promise<DirectBoot | undefined> {
  if (plan.boot.kind !== 'direct') return undefined;
  const { kernelPath, ramdiskPath } = plan.boot;
  const image = await readBounded(kernelPath, plan.memoryBytes, 'kernel');
  const kernel = parseKernel(image);
  if (kernel.is64Bit) {
    throw new MachineError('failed', 'The kernel is a 64-bit one; this machine runs 32-bit guests.');
  }
  const cmdline = Buffer.from(plan.boot.cmdline, 'utf8').toString('latin1');
  if (cmdline.length > kernel.cmdlineBytes) {
    throw new MachineError(
      'failed',
      `The kernel takes a command line of ${kernel.cmdlineBytes} bytes at most.`,
    );
  }
  const bytes =
    ramdiskPath === undefined ? undefined : await readBounded(ramdiskPath, plan.memoryBytes, 'ramdisk');
  const address = placeRamdisk(kernel, bytes?.length ?? 0, plan.memoryBytes);
  return { kernel: image, cmdline, ...(bytes ? { ramdisk: { bytes, address } } : {}) };
}

/**
 * v86's own ramdisk option loads at 64 MiB, out of reach of smaller guests: place it by hand and tell the kernel in
 * its header, which v86 has copied into memory by now (boot protocol: ramdisk_image, ramdisk_size).
 */
export function loadRamdisk(cpu: Cpu, boot: DirectBoot): void {
  if (!boot.ramdisk) return;
  cpu.mem8.set(boot.ramdisk.bytes, boot.ramdisk.address);
  const fields = new DataView(new ArrayBuffer(8));
  fields.setUint32(0, boot.ramdisk.address, true);
  fields.setUint32(4, boot.ramdisk.bytes.length, true);
  cpu.mem8.set(new Uint8Array(fields.buffer), RAMDISK_IMAGE_ADDRESS);
}

/** A whole file in a buffer of its own. The size is looked at first: memory is not spent on what cannot fit. */
async function readBounded(
  path: string,
  maxBytes: number,
  what: 'kernel' | 'ramdisk',
): Promise<Uint8Array<ArrayBuffer>> {
  const unreadable = (why: string): MachineError =>
    new MachineError(`${what}-unreadable`, `The ${what} cannot be read: ${why}.`);
  try {
    const status = await stat(path);
    if (!status.isFile()) throw unreadable('it is not a file');
    if (status.size > maxBytes)
      throw new MachineError('memory', `The ${what} is larger than the guest's memory.`);
    const file = await readFile(path);
    return new Uint8Array(file);
  } catch (error) {
    if (error instanceof MachineError) throw error;
    throw unreadable(error instanceof Error ? error.message : String(error));
  }
}
