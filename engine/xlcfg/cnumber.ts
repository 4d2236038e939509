/** Number and token reading as the C library does it; the real tool's quirks come from these functions. */

export interface Scanned {
  readonly value: bigint;
  /** Index after the last character used; 0 when there is no number. */
  readonly end: number;
  readonly overflow: boolean;
}

const LONG_MAX = (1n << 63n) - 1n;
const LONG_MIN = -(1n << 63n);
const ULONG_MAX = (1n << 64n) - 1n;
/** Digits beyond this cannot change the outcome (overflow), so they are skipped instead of multiplied. */
const OVERFLOW_GUARD = 1n << 70n;

function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

function digitOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  if (code >= 0x61 && code <= 0x7a) return code - 0x61 + 10;
  if (code >= 0x41 && code <= 0x5a) return code - 0x41 + 10;
  return 99;
}

interface Magnitude {
  readonly magnitude: bigint;
  readonly negative: boolean;
  readonly end: number;
}

/** The base a number is written in, and where its digits start. */
function radixAt(text: string, at: number, base: 0 | 8 | 10 | 16): readonly [radix: number, first: number] {
  const hexPrefix =
    text[at] === '0' && (text[at + 1] ?? '').toLowerCase() === 'x' && digitOf(text.charCodeAt(at + 2)) < 16;
  if ((base === 0 || base === 16) && hexPrefix) return [16, at + 2];
  if (base !== 0) return [base, at];
  return [text[at] === '0' ? 8 : 10, at];
}

function magnitude(text: string, base: 0 | 8 | 10 | 16): Magnitude {
  let at = 0;
  while (at < text.length && isSpace(text.charCodeAt(at))) at++;
  const sign = text[at];
  if (sign === '+' || sign === '-') at++;
  const [radix, first] = radixAt(text, at, base);
  at = first;
  let total = 0n;
  for (; at < text.length; at++) {
    const digit = digitOf(text.charCodeAt(at));
    if (digit >= radix) break;
    if (total < OVERFLOW_GUARD) total = total * BigInt(radix) + BigInt(digit);
  }
  return { magnitude: total, negative: sign === '-', end: at === first ? 0 : at };
}

/** `strtol`: 64-bit signed, saturating. */
export function strtol(text: string, base: 0 | 8 | 10 | 16): Scanned {
  const { magnitude: size, negative, end } = magnitude(text, base);
  const value = negative ? -size : size;
  if (value > LONG_MAX) return { value: LONG_MAX, end, overflow: true };
  if (value < LONG_MIN) return { value: LONG_MIN, end, overflow: true };
  return { value, end, overflow: false };
}

/** `strtoul`: 64-bit unsigned; a minus sign wraps. */
export function strtoul(text: string, base: 0 | 8 | 10 | 16): Scanned {
  const { magnitude: size, negative, end } = magnitude(text, base);
  if (size > ULONG_MAX) return { value: ULONG_MAX, end, overflow: true };
  return { value: BigInt.asUintN(64, negative ? -size : size), end, overflow: false };
}

export const toInt32 = (value: bigint): number => Number(BigInt.asIntN(32, value));
export const toUint32 = (value: bigint): number => Number(BigInt.asUintN(32, value));
export const toUint64 = (value: bigint): number => Number(BigInt.asUintN(64, value));

/** `atoi`: 0 when there is no number. */
export function atoi(text: string): number {
  return toInt32(strtol(text, 10).value);
}

/** `strtok`: pieces between any of the delimiters, empty ones dropped. */
export function strtok(text: string, delimiters: string): string[] {
  const pieces: string[] = [];
  let start = 0;
  for (let at = 0; at <= text.length; at++) {
    if (at < text.length && !delimiters.includes(text[at] as string)) continue;
    if (at > start) pieces.push(text.slice(start, at));
    start = at + 1;
  }
  return pieces;
}

/** Without blanks and TABs at the end. */
export function trimEndBlanks(text: string): string {
  let end = text.length;
  while (end > 0 && (text[end - 1] === ' ' || text[end - 1] === '\t')) end--;
  return text.slice(0, end);
}

/** The fields of a device spec: split at commas, blanks (not TABs) before each skipped (xl-cfg reference §3). */
export function fields(spec: string): string[] {
  return strtok(spec, ',').map((field) => field.replace(/^ +/, ''));
}

/** Without white space at both ends (C's `isspace`). */
export function trim(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text.charCodeAt(start))) start++;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

/** `key=value` split at the first `=`, both halves trimmed; undefined without `=` or without a value. */
export function splitPair(text: string): readonly [key: string, value: string] | undefined {
  const equals = text.indexOf('=');
  if (equals < 0 || equals + 1 === text.length) return undefined;
  return [trim(text.slice(0, equals)), trim(text.slice(equals + 1))];
}
