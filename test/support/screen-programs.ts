/** Boot sectors that draw: the same picture on v86's adapter and on QEMU's, both Bochs VBE. */
import { bootSector } from './boot-sector.ts';

const word = (value: number): number[] => [value & 255, (value >> 8) & 255];
const dword = (value: number): number[] => [...word(value & 0xffff), ...word(value >>> 16)];
/** `mov dx,0x1ce; mov ax,INDEX; out dx,ax; inc dx; mov ax,VALUE; out dx,ax` */
const vbe = (index: number, value: number): number[] => [
  ...[0xba, ...word(0x1ce), 0xb8, ...word(index), 0xef, 0x42, 0xb8, ...word(value), 0xef],
];

export const benchScreen = { width: 1024, height: 768 } as const;
/** Where each puts the picture in memory. */
export const pictureAt = { v86: 0xe000_0000, qemu: 0xfd00_0000 } as const;

/** 1024 × 768, 32 bits, all of it in memory; DS is 0, and neither machine minds addresses above its limit. */
const mode = [
  ...[vbe(4, 0), vbe(1, benchScreen.width), vbe(2, benchScreen.height), vbe(3, 32), vbe(4, 0x41)].flat(),
  ...[0x31, 0xc0, 0x8e, 0xd8, 0x66, 0x31, 0xed], // xor ax,ax; mov ds,ax; xor ebp,ebp
];

/** Fills `rows` rows from EDI on with EBP, pixel by pixel as drawing programs do. */
function fill(rows: number): number[] {
  // mov [edi],ebp; add edi,4; dec ecx
  const pixel = [0x67, 0x66, 0x89, 0x2f, 0x66, 0x83, 0xc7, 0x04, 0x66, 0x49];
  return [0x66, 0xb9, ...dword(rows * benchScreen.width), ...pixel, 0x75, back(pixel.length)];
}
const pointAt = (address: number): number[] => [0x66, 0xbf, ...dword(address)]; // mov edi,address
const nextColour = [0x66, 0x81, 0xc5, 0x09, 0x05, 0x03, 0x00]; // add ebp,0x00030509

/** A relative jump over `distance` bytes back, from behind a jump of two bytes. */
function back(distance: number): number {
  return (256 - distance - 2) & 255;
}

/** The whole screen in bands of 16 rows, again and again, in other colours each time. */
function redraw(picture: number): number[] {
  const band = [...fill(16), ...nextColour, 0x4b]; // dec bx
  const bands = [0xbb, ...word(benchScreen.height / 16), ...band, 0x75, back(band.length)]; // mov bx,48; …; jnz
  const frame = [...pointAt(picture), ...bands];
  return [...mode, ...frame, 0xeb, back(frame.length)];
}

/** The uppermost 16 rows get another colour with each key. */
function colourByKey(picture: number): number[] {
  const loop = [...pointAt(picture), ...fill(16), 0x31, 0xc0, 0xcd, 0x16, ...nextColour]; // xor ax,ax; int 0x16
  return [...mode, ...loop, 0xeb, back(loop.length)];
}

export const screenPrograms = {
  redraw: (picture: number) => bootSector(redraw(picture)),
  colourByKey: (picture: number) => bootSector(colourByKey(picture)),
} as const;
