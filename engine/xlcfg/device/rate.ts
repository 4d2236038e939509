import { strtoul } from '../cnumber.ts';

/** A rate limit as stored: this many bytes may pass in each interval. */
export interface Rate {
  readonly bytesPerInterval: bigint;
  readonly intervalMicroseconds: number;
}

export type RateResult =
  | { readonly ok: true; readonly rate: Rate }
  | { readonly ok: false; readonly what: string; readonly near: string };

const SPEED = /^[0-9]+([GMK]?)([Bb])\/s$/;
const INTERVAL = /^[0-9]+[mu]?s?$/;
const UINT32_MAX = 0xffff_ffffn;
const UINT64_MAX = (1n << 64n) - 1n;
const DEFAULT_INTERVAL_MICROSECONDS = 50_000n;
const MULTIPLIERS: Readonly<Record<string, bigint>> = { G: 1_000_000_000n, M: 1_000_000n, K: 1000n };
const MICROSECONDS_IN: Readonly<Record<string, bigint>> = { s: 1_000_000n, '': 1_000_000n, m: 1000n };

function fail(what: string, near: string): RateResult {
  return { ok: false, what, near };
}

function bytesPerSecond(text: string): bigint | string {
  if (!SPEED.test(text)) return 'invalid rate';
  const { value, end } = strtoul(text, 0);
  if (value === 0n || value > UINT32_MAX) return 'rate overflow';
  // A leading 0 means octal, so reading may stop before a digit 8 or 9; the unit is then not where it should be.
  const bytes = value * (MULTIPLIERS[text[end] as string] ?? 1n);
  return text[end] === 'b' || text[end + 1] === 'b' ? bytes / 8n : bytes;
}

function microseconds(text: string): bigint | string {
  if (!INTERVAL.test(text)) return 'invalid replenishment interval';
  const { value, end } = strtoul(text, 0);
  const overflow = 'replenishment interval overflow';
  if (value === 0n || value > UINT32_MAX) return overflow;
  const total = value * (MICROSECONDS_IN[text[end] ?? ''] ?? 1n);
  return total > UINT32_MAX ? overflow : total;
}

/** Reads `N[GMK](B|b)/s[@T[us|ms|s]]` (xl-cfg reference §6): K, M, G are powers of 1000, a bare T is seconds. */
export function parseRate(text: string): RateResult {
  const at = text.indexOf('@');
  const speedText = at < 0 ? text : text.slice(0, at);
  if (speedText === '') return fail('no rate specified', text);
  const speed = bytesPerSecond(speedText);
  if (typeof speed === 'string') return fail(speed, speedText);
  const intervalText = at < 0 ? undefined : text.slice(at + 1);
  const interval = intervalText === undefined ? DEFAULT_INTERVAL_MICROSECONDS : microseconds(intervalText);
  if (typeof interval === 'string') return fail(interval, intervalText as string);
  if (speed > UINT64_MAX / interval) return fail('rate overflow', text);
  const bytesPerInterval = (speed * interval) / 1_000_000n;
  return { ok: true, rate: { bytesPerInterval, intervalMicroseconds: Number(interval) } };
}

const UNITS = [
  [1_000_000_000n, 'G'],
  [1_000_000n, 'M'],
  [1000n, 'K'],
  [1n, ''],
] as const;

/** The shortest text that stands for a rate; reading it back gives the same bytes per interval. */
export function printRate({ bytesPerInterval, intervalMicroseconds }: Rate): string {
  const interval = BigInt(intervalMicroseconds);
  // Rounded up, so that rounding down while reading ends on the same number.
  const rounded = (bytesPerInterval * 1_000_000n + interval - 1n) / interval;
  const perSecond = rounded === 0n ? 1n : rounded;
  const [size, letter] = UNITS.find(([unit]) => perSecond % unit === 0n) ?? UNITS[3];
  const speed = `${perSecond / size}${letter}B/s`;
  if (interval === DEFAULT_INTERVAL_MICROSECONDS) return speed;
  if (interval % 1_000_000n === 0n) return `${speed}@${interval / 1_000_000n}s`;
  return interval % 1000n === 0n ? `${speed}@${interval / 1000n}ms` : `${speed}@${interval}us`;
}

/** The error line as printed on stderr. */
export function rateErrorText(source: string, what: string, near: string): string {
  return `${source}: config parsing error in vif: ${what} in \`${near}'`;
}
