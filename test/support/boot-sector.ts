/**
 * The smallest guests: boot sectors that do one thing. They run in real mode from 0x7C00, see only the first serial
 * port, and boot in a fraction of a second, so tests of a machine's behaviour need no operating system.
 */
const SECTOR = 512;
const CD_SECTOR = 2048;

/** `mov dx,0x3f8`: the data register of the first serial port. */
const SERIAL = [0xba, 0xf8, 0x03];
/** Says "." when the boot sector has taken over from the firmware. */
const READY = [...SERIAL, 0xb0, 0x2e, 0xee];
/** `cli; hlt`: halt for good. */
const HALT = [0xfa, 0xf4];

export const programs = {
  /** Says the word, then halts for good. */
  say: (word: string): number[] => [
    ...SERIAL,
    ...[...Buffer.from(word)].flatMap((byte) => [0xb0, byte, 0xee]), // mov al,byte; out dx,al
    ...HALT,
  ],
  /** Says ".", then computes for ever: `jmp $`. */
  spin: [...READY, 0xeb, 0xfe],
  /** Says ".", then waits for interrupts for ever: `sti; hlt; jmp`. */
  idle: [...READY, 0xfb, 0xf4, 0xeb, 0xfc],
  /** Sends 0, 1, … 255, 0, 1 … for ever: `out dx,al; inc al; jmp`. */
  flood: [...SERIAL, 0xb0, 0x00, 0xee, 0xfe, 0xc0, 0xeb, 0xfb],
  /** Says ".", then sends back what it receives: poll the line status, `in al,dx; out dx,al`. */
  echo: [...READY, 0xba, 0xfd, 0x03, 0xec, 0xa8, 0x01, 0x74, 0xf8, ...SERIAL, 0xec, 0xee, 0xeb, 0xf1],
  /** Says "off", then enters ACPI S5: `mov dx,0xb004; mov ax,0x2000; out dx,ax`, then says "!". */
  acpiOff: [
    ...[...SERIAL, ...[...Buffer.from('off')].flatMap((byte) => [0xb0, byte, 0xee])],
    ...[0xba, 0x04, 0xb0, 0xb8, 0x00, 0x20, 0xef, ...SERIAL, 0xb0, 0x21, 0xee, ...HALT],
  ],
  halt: HALT,
  /** Says ".", then fills text memory for ever with string instructions, 32 KiB each: `rep stosd`. */
  fillScreen: [
    ...[...READY, 0xb8, 0x00, 0xb8, 0x8e, 0xc0], // mov ax,0xb800; mov es,ax
    ...[0x31, 0xff, 0xb9, 0x00, 0x20, 0xf3, 0x66, 0xab, 0xeb, 0xf6], // xor di,di; mov cx,0x2000; rep stosd; jmp
  ],
  /** Pulses the reset line through the keyboard controller: `mov al,0xfe; out 0x64,al; jmp $`. */
  reset: [0xb0, 0xfe, 0xe6, 0x64, 0xeb, 0xfe],
  /** Enters protected mode without tables and raises an exception, which cannot be delivered. */
  fault: [0xfa, 0x0f, 0x20, 0xc0, 0x0c, 0x01, 0x0f, 0x22, 0xc0, 0xcc],
};

/** `mov dx,port; mov al,value; out dx,al` */
const out = (port: number, ...values: number[]): number[] =>
  values.flatMap((value) => [0xba, port & 255, port >> 8, 0xb0, value, 0xee]);

/** What `toneProgram` plays: a square wave, 8 bits, one channel. */
export const tone = { rate: 8000, hertz: 500 } as const;

/**
 * Plays a tone for ever on a Sound Blaster 16, by DMA channel 1 without interrupts, then says "." and waits. Without the card
 * its ports read 0xFF, and it says "-" instead.
 */
export const toneProgram: readonly number[] = [
  // 4096 samples at 0x10000, 16 a period: mov ax,0x1000; mov es,ax; xor di,di; mov cx,4096
  ...[0xb8, 0x00, 0x10, 0x8e, 0xc0, 0x31, 0xff, 0xb9, 0x00, 0x10],
  // mov ax,di; test al,8; mov al,0x40; jz +2; mov al,0xc0; stosb; loop
  ...[0x89, 0xf8, 0xa8, 0x08, 0xb0, 0x40, 0x74, 0x02, 0xb0, 0xc0, 0xaa, 0xe2, 0xf3],
  ...out(0x226, 1, 0), // reset the DSP
  ...[0xba, 0x2a, 0x02, 0xec, 0x3c, 0xaa, 0x74, 0x08], // in al,0x22a; cmp al,0xaa; jz over the next line
  ...[...SERIAL, 0xb0, 0x2d, 0xee, ...HALT], // out "-"; cli; hlt
  // DMA channel 1: mask, order of bytes, automatic again and again, page, address, length; unmask.
  ...[...out(0x0a, 5), ...out(0x0c, 0), ...out(0x0b, 0x59), ...out(0x83, 1)],
  ...[...out(0x02, 0, 0), ...out(0x03, 0xff, 0x0f), ...out(0x0a, 1)],
  // Rate; play 8 bits again and again, one channel without sign, an interrupt each 2048 samples.
  ...[...out(0x22c, 0x41, tone.rate >> 8, tone.rate & 255), ...out(0x22c, 0xc6, 0x00, 0xff, 0x07)],
  ...[...READY, 0xfb, 0xf4, 0xeb, 0xfc],
];

/** `lea dx,[bx+register]; mov al,value; out dx,al` for each pair: registers of the device whose base is in BX. */
const outAll = (pairs: readonly (readonly [register: number, value: number])[]): number[] =>
  pairs.flatMap(([register, value]) => [0x8d, 0x57, register, 0xb0, value, 0xee]);

/**
 * Drives the ne2k card: says the six bytes of its address, sends a frame of 60 bytes 0xAB, waits for a frame,
 * says "R" and halts. Register numbers are the DP8390's; the card's base is read from its PCI slot (5).
 */
export const ne2kProgram: readonly number[] = [
  ...[0x66, 0xb8, 0x10, 0x28, 0x00, 0x80, 0xba, 0xf8, 0x0c, 0x66, 0xef], // mov eax,0x80002810; out 0xcf8
  ...[0xba, 0xfc, 0x0c, 0x66, 0xed, 0x24, 0xfc, 0x89, 0xc3], // in eax,0xcfc; and al,0xfc; mov bx,ax
  // Stop; byte transfers; take broadcasts; receive ring 0x46..0x80; start.
  ...outAll([
    [0x00, 0x21],
    [0x0e, 0x48],
    [0x0c, 0x04],
    [0x0d, 0],
    [0x01, 0x46],
    [0x03, 0x46],
    [0x02, 0x80],
  ]),
  ...outAll([
    [0x07, 0xff],
    [0x00, 0x61],
    [0x07, 0x47],
    [0x00, 0x22],
  ]),
  // Remote read of 12 bytes at 0: the PROM, every byte twice.
  ...outAll([
    [0x08, 0],
    [0x09, 0],
    [0x0a, 12],
    [0x0b, 0],
    [0x00, 0x0a],
  ]),
  ...[0xb9, 6, 0, 0x8d, 0x57, 0x10, 0xec, 0x88, 0xc4, 0xec, 0x88, 0xe0, ...SERIAL, 0xee, 0xe2, 0xf1], // cx = 6
  // Remote write of 60 bytes at 0x4000, then transmit them.
  ...outAll([
    [0x04, 0x40],
    [0x08, 0],
    [0x09, 0x40],
    [0x0a, 60],
    [0x0b, 0],
    [0x00, 0x12],
  ]),
  ...[0xb9, 60, 0, 0x8d, 0x57, 0x10, 0xb0, 0xab, 0xee, 0xe2, 0xfd], // cx = 60
  ...outAll([
    [0x05, 60],
    [0x06, 0],
    [0x00, 0x26],
  ]),
  // Until the interrupt status says "received".
  ...[0x8d, 0x57, 0x07, 0xec, 0xa8, 0x01, 0x74, 0xfb, ...SERIAL, 0xb0, 0x52, 0xee, ...HALT],
];

export function bootSector(program: readonly number[]): Buffer {
  const sector = Buffer.alloc(SECTOR);
  sector.set(program);
  sector.writeUInt16LE(0xaa55, 510);
  return sector;
}

/** `sizeKiB` of image that boots: 1440 is a floppy. */
export function bootDisk(program: readonly number[], sizeKiB = 1440): Buffer {
  const image = Buffer.alloc(sizeKiB * 1024);
  bootSector(program).copy(image);
  return image;
}

/** A CD with nothing but an El Torito boot record without emulation (sectors 17, 19 and 20). */
export function bootCd(program: readonly number[]): Buffer {
  const cd = Buffer.alloc(32 * CD_SECTOR);
  const descriptor = (sector: number, type: number): Buffer => {
    const at = cd.subarray(sector * CD_SECTOR, (sector + 1) * CD_SECTOR);
    at[0] = type;
    at.write('CD001\x01', 1, 'latin1');
    return at;
  };
  descriptor(16, 1);
  const record = descriptor(17, 0);
  record.write('EL TORITO SPECIFICATION', 7, 'latin1');
  record.writeUInt32LE(19, 0x47);
  descriptor(18, 255);
  const catalogue = cd.subarray(19 * CD_SECTOR);
  catalogue[0] = 1;
  catalogue.writeUInt16LE(0xaa55, 0x1e);
  catalogue[0x20] = 0x88;
  catalogue.writeUInt16LE(1, 0x26);
  catalogue.writeUInt32LE(20, 0x28);
  bootSector(program).copy(cd, 20 * CD_SECTOR);
  return cd;
}
