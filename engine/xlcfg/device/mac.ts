import { strtoul } from '../cnumber.ts';

/** Six bytes of a MAC address. */
export type MacBytes = readonly [number, number, number, number, number, number];

/**
 * Reads a MAC as the real tool does: six hexadecimal numbers up to 255, any single character between them, text
 * after the sixth ignored (xl-cfg reference §6). `complete` is false when one is missing or too large; the bytes
 * before it are kept, because the real tool keeps them too.
 */
export function scanMac(text: string): { readonly bytes: MacBytes; readonly complete: boolean } {
  const bytes = [0, 0, 0, 0, 0, 0];
  let at = 0;
  for (let index = 0; index < 6; index++) {
    const part = strtoul(text.slice(at, at + 80), 16);
    const value = BigInt.asUintN(32, part.value);
    if (at > text.length || part.end === 0 || value > 255n)
      return { bytes: bytes as unknown as MacBytes, complete: false };
    bytes[index] = Number(value);
    at += part.end + 1;
  }
  return { bytes: bytes as unknown as MacBytes, complete: true };
}

/** Lower-case, colon separated; undefined for the all-zero address, which means "not set". */
export function printMac(bytes: MacBytes): string | undefined {
  if (bytes.every((byte) => byte === 0)) return undefined;
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}

/** A well-formed address in the usual spelling, or undefined. */
export function normalizeMac(text: string): string | undefined {
  const { bytes, complete } = scanMac(text);
  return complete ? printMac(bytes) : undefined;
}
