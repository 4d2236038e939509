/**
 * The Linux/x86 boot protocol as far as loading needs it: reading a bzImage's setup header and finding room for
 * the ramdisk. Offsets and names are those of the kernel's Documentation/arch/x86/boot.rst. Pure.
 */
import { MachineError } from '../machine.ts';

const BOOT_SIGNATURE = 0xaa55;
const HEADER_MAGIC = 0x53726448; // "HdrS"
/** Where v86 copies the setup sectors; the header fields live there until the kernel reads them. */
export const SETUP_ADDRESS = 0x80000;
export const RAMDISK_IMAGE_ADDRESS = SETUP_ADDRESS + 0x218;
/** The protected-mode part of a bzImage is always loaded here. */
const KERNEL_ADDRESS = 0x100000;
const PAGE = 0x1000;
const MiB = 0x100000;
/** SeaBIOS keeps its tables at the top of memory. */
const FIRMWARE_RESERVE = MiB;
/** End of directly mapped memory of a 32-bit kernel, less some room for its own needs. */
const LOW_MEMORY_END = 0x37000000;

export interface KernelImage {
  /** Boot protocol version, e.g. 0x020f. */
  readonly protocol: number;
  /** Bytes of the protected-mode part. */
  readonly payloadBytes: number;
  /** Longest command line in bytes, without the terminating zero. */
  readonly cmdlineBytes: number;
  /** Highest address a ramdisk byte may have. */
  readonly ramdiskAddressMax: number;
  /** [start, end) the kernel uses while it unpacks itself, before it knows about the ramdisk. */
  readonly unpackStart: number;
  readonly unpackEnd: number;
  /** The kernel is x86-64 code, which this machine cannot execute. */
  readonly is64Bit: boolean;
}

/**
 * Reads the header of a bzImage. Throws MachineError `not-a-kernel` when `image` is none (too short, no boot
 * signature 0x55AA, no "HdrS" at 0x202, older than protocol 2.00, or a zImage, which loads low).
 */
export function parseKernel(image: Uint8Array): KernelImage {
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  const isKernel =
    image.length >= 0x400 &&
    view.getUint16(0x1fe, true) === BOOT_SIGNATURE &&
    view.getUint32(0x202, true) === HEADER_MAGIC;
  if (!isKernel) throw new MachineError('not-a-kernel', 'The file is not a Linux kernel (bzImage).');
  const protocol = view.getUint16(0x206, true);
  if (protocol < 0x0200 || (image[0x211]! & 1) === 0) {
    throw new MachineError('not-a-kernel', 'The kernel is not a bzImage (it is too old or a zImage).');
  }
  const setupBytes = ((image[0x1f1]! || 4) + 1) * 512;
  if (image.length <= setupBytes) throw new MachineError('not-a-kernel', 'The kernel file is cut short.');
  const since = (version: number, offset: number, otherwise: number): number =>
    protocol >= version ? view.getUint32(offset, true) : otherwise;
  const payloadBytes = image.length - setupBytes;
  const unpackStart = since(0x020a, 0x258, KERNEL_ADDRESS);
  return {
    protocol,
    payloadBytes,
    cmdlineBytes: since(0x0206, 0x238, 255),
    ramdiskAddressMax: since(0x0203, 0x22c, 0x37ffffff),
    unpackStart,
    unpackEnd: unpackStart + since(0x020a, 0x260, payloadBytes * 4),
    is64Bit: protocol >= 0x020c && (view.getUint16(0x236, true) & 1) !== 0,
  };
}

const pageDown = (address: number): number => address - (address % PAGE);
const pageUp = (address: number): number => pageDown(address + PAGE - 1);

/**
 * Physical address for a ramdisk of `ramdiskBytes` (0 = none, only the kernel is checked): as high as possible,
 * clear of the kernel file, of the room it unpacks into and of the firmware's tables. Throws MachineError `memory`
 * when the guest's memory cannot hold them.
 */
export function placeRamdisk(kernel: KernelImage, ramdiskBytes: number, memoryBytes: number): number {
  const kernelEnd = pageUp(KERNEL_ADDRESS + kernel.payloadBytes);
  const top = Math.min(memoryBytes - FIRMWARE_RESERVE, LOW_MEMORY_END, kernel.ramdiskAddressMax + 1);
  if (Math.max(kernelEnd, kernel.unpackEnd) > memoryBytes) {
    throw new MachineError('memory', tooSmall('the kernel', memoryBytes));
  }
  const above = pageDown(top - ramdiskBytes);
  if (above >= Math.max(kernelEnd, pageUp(kernel.unpackEnd))) return above;
  const below = pageDown(Math.min(top, kernel.unpackStart) - ramdiskBytes);
  if (below >= kernelEnd) return below;
  throw new MachineError('memory', tooSmall('the kernel and its ramdisk', memoryBytes));
}

function tooSmall(what: string, memoryBytes: number): string {
  return `${Math.floor(memoryBytes / MiB)} MiB of memory cannot hold ${what}.`;
}
