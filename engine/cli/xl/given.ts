import type { Options, OptionSpec } from './getopt.ts';

/** An option without an argument. */
export const flag = (short: string, long?: string): OptionSpec => ({
  key: short,
  short,
  ...(long === undefined ? {} : { long }),
});

/** An option with an argument. */
export const valued = (short: string, long?: string): OptionSpec => ({
  ...flag(short, long),
  argument: true,
});

/** A long option alone. */
export const longOnly = (long: string, key = long): OptionSpec => ({ key, long });

export const has = ({ given }: Options, key: string): boolean => given.some((one) => one.key === key);
export const count = ({ given }: Options, key: string): number =>
  given.filter((one) => one.key === key).length;

/** The argument of an option; the last one counts. */
export function argument({ given }: Options, key: string): string | undefined {
  const value = given.findLast((one) => one.key === key)?.value;
  return typeof value === 'string' ? value : undefined;
}

/** C's strtol on the beginning of a text, as an int: 0 when there is no number, bounded. */
export function leadingInt(text: string): number {
  const match = /^\s*([+-]?\d{1,18})/.exec(text);
  if (!match) return 0;
  return Math.max(-0x8000_0000, Math.min(0x7fff_ffff, Number(match[1])));
}
