import { describe, expect, it } from 'vitest';
import { MachineError } from '../../../engine/guest/machine.ts';
import { parseKernel, placeRamdisk, type KernelImage } from '../../../engine/guest/v86/bzimage.ts';

const MiB = 1024 * 1024;

interface Header {
  bytes?: number;
  bootSignature?: number;
  magic?: string;
  protocol?: number;
  loadFlags?: number;
  setupSectors?: number;
  xloadFlags?: number;
}

/** A kernel file of zeros with the header fields that matter. */
function kernelFile(header: Header = {}): Uint8Array {
  const file = Buffer.alloc(header.bytes ?? 3 * MiB);
  if (file.length < 0x270) return file;
  file[0x1f1] = header.setupSectors ?? 27;
  file.writeUInt16LE(header.bootSignature ?? 0xaa55, 0x1fe);
  file.write(header.magic ?? 'HdrS', 0x202, 'latin1');
  file.writeUInt16LE(header.protocol ?? 0x020f, 0x206);
  file[0x211] = header.loadFlags ?? 1;
  file.writeUInt32LE(0x7fffffff, 0x22c);
  file.writeUInt16LE(header.xloadFlags ?? 0, 0x236);
  file.writeUInt32LE(2047, 0x238);
  file.writeUInt32LE(16 * MiB, 0x258);
  file.writeUInt32LE(11 * MiB, 0x260);
  return file;
}

describe('A kernel file', () => {
  it('tells what loading it needs', () => {
    expect(parseKernel(kernelFile())).toEqual({
      protocol: 0x020f,
      payloadBytes: 3 * MiB - 28 * 512,
      cmdlineBytes: 2047,
      ramdiskAddressMax: 0x7fffffff,
      unpackStart: 16 * MiB,
      unpackEnd: 27 * MiB,
      is64Bit: false,
    });
  });

  it('of an old protocol gets the limits of its time', () => {
    expect(parseKernel(kernelFile({ protocol: 0x0202, setupSectors: 0 }))).toMatchObject({
      payloadBytes: 3 * MiB - 5 * 512,
      cmdlineBytes: 255,
      ramdiskAddressMax: 0x37ffffff,
      unpackStart: MiB,
      is64Bit: false,
    });
  });

  it('of a 64-bit kernel is recognised', () => {
    expect(parseKernel(kernelFile({ xloadFlags: 1 })).is64Bit).toBe(true);
    expect(parseKernel(kernelFile({ xloadFlags: 1, protocol: 0x020b })).is64Bit).toBe(false);
  });

  it.each<[string, Header]>([
    ['nothing', { bytes: 0 }],
    ['too short', { bytes: 1023 }],
    ['without boot signature', { bootSignature: 0x55aa }],
    ['without "HdrS"', { magic: 'hdrs' }],
    ['of protocol 1', { protocol: 0x0105 }],
    ['a zImage', { loadFlags: 0 }],
    ['cut off in its setup part', { bytes: 28 * 512 }],
  ])('that is %s is not a kernel', (_name, header) => {
    expect(() => parseKernel(kernelFile(header))).toThrow(
      expect.objectContaining({ name: 'MachineError', code: 'not-a-kernel' }),
    );
  });
});

describe('Placing a ramdisk', () => {
  const kernel = (overrides: Partial<KernelImage> = {}): KernelImage => ({
    ...parseKernel(kernelFile()),
    ...overrides,
  });

  it.each<[string, number, number, number, Partial<KernelImage>]>([
    // memory MiB, ramdisk bytes, expected address
    ['at the top, below the firmware', 64, MiB, 62 * MiB, {}],
    ['on a page', 64, MiB + 1, 62 * MiB - 4096, {}],
    ['below the end of low memory', 1500, MiB, 0x37000000 - MiB, {}],
    ['below the highest address the kernel takes', 1500, MiB, 63 * MiB, { ramdiskAddressMax: 64 * MiB - 1 }],
    ['just above the room the kernel unpacks into', 32, 4 * MiB, 27 * MiB, {}],
    ['below that room when it does not fit above', 32, 5 * MiB, 11 * MiB, {}],
    ['nowhere in particular when there is none', 32, 0, 31 * MiB, {}],
  ])('puts it %s', (_name, memoryMiB, bytes, address, overrides) => {
    expect(placeRamdisk(kernel(overrides), bytes, memoryMiB * MiB)).toBe(address);
  });

  it.each([
    ['the kernel does not fit', 26, 0],
    ['the ramdisk fits neither above nor below', 32, 14 * MiB],
    ['the ramdisk is larger than memory', 32, 40 * MiB],
  ])('refuses when %s', (_name, memoryMiB, bytes) => {
    expect(() => placeRamdisk(kernel(), bytes, memoryMiB * MiB)).toThrow(MachineError);
    expect(() => placeRamdisk(kernel(), bytes, memoryMiB * MiB)).toThrow(/MiB of memory cannot hold/);
  });
});
