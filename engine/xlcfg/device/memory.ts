import { strtol } from '../cnumber.ts';

/** Doublings from the unit's KiB value: `m` or nothing is MiB. */
const SHIFT_BITS: Readonly<Record<string, bigint>> = { '': 10n, k: 0n, m: 10n, g: 20n, t: 30n };

/**
 * Size argument of `xl mem-set` and `mem-max` in KiB: a decimal number with at most one unit letter b k m g t,
 * MiB without one. Undefined when it cannot be read (where the real tool also takes the result -1 for an error).
 */
export function parseMemorySizeKiB(text: string): number | undefined {
  const { value, end } = strtol(text, 10);
  const unit = text.slice(end).toLowerCase();
  if (unit === 'b') return Number(value >> 10n);
  const shift = Object.hasOwn(SHIFT_BITS, unit) ? SHIFT_BITS[unit] : undefined;
  return shift === undefined ? undefined : Number(BigInt.asIntN(64, value << shift));
}

/** The shortest argument that means this many KiB. */
export function printMemorySize(kib: number): string {
  const units = [
    [1024 ** 3, 't'],
    [1024 ** 2, 'g'],
    [1024, 'm'],
  ] as const;
  for (const [size, letter] of units) if (kib !== 0 && kib % size === 0) return `${kib / size}${letter}`;
  return `${kib}k`;
}
