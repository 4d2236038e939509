import { trim } from '../cnumber.ts';

/** Shared by the small device languages: a spec is read into an object, with messages in the real tool's words. */

export interface SpecProblem {
  readonly severity: 'error' | 'warning';
  readonly kind: string;
  readonly text: string;
  readonly near?: string;
}

export type SpecResult<T> =
  | { readonly ok: true; readonly value: T; readonly warnings: readonly SpecProblem[] }
  | { readonly ok: false; readonly error: SpecProblem; readonly warnings: readonly SpecProblem[] };

export function read<T>(value: T, warnings: readonly SpecProblem[] = []): SpecResult<T> {
  return { ok: true, value, warnings };
}

export function reject<T>(
  kind: string,
  text: string,
  near?: string,
  warnings: readonly SpecProblem[] = [],
): SpecResult<T> {
  const error: SpecProblem = { severity: 'error', kind, text, ...(near === undefined ? {} : { near }) };
  return { ok: false, error, warnings };
}

export function splitAtEquals(field: string): readonly [key: string, value: string] | undefined {
  const equals = field.indexOf('=');
  return equals < 0 ? undefined : [field.slice(0, equals), field.slice(equals + 1)];
}

/** The member of an enumeration, compared without case as the library does. */
export function member<T extends string>(value: string, members: readonly T[]): T | undefined {
  const lower = value.toLowerCase();
  return members.find((name) => name.toLowerCase() === lower);
}

/** @throws {RangeError} when the text cannot be written into a comma separated specification */
export function writable(text: string): string {
  if (text.includes(',')) throw new RangeError(`"${text}" holds a comma, which cannot be written here`);
  return text;
}

/**
 * `key=value` pairs joined by commas, unset ones left out.
 * @throws {RangeError} when a text holds a comma, which none of these languages can express
 */
export function joinPairs(
  pairs: readonly (readonly [string, string | number | boolean | undefined])[],
): string {
  const shown = (value: string | number | boolean): string => {
    if (typeof value === 'boolean') return value ? '1' : '0';
    return typeof value === 'string' ? writable(value) : String(value);
  };
  return pairs
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${shown(value as string | number | boolean)}`)
    .join(',');
}

/**
 * The same for the languages that trim values: an empty text is written as a blank.
 * @throws {RangeError} when a text holds a comma, or white space at an end
 */
export function joinTrimmedPairs(pairs: Parameters<typeof joinPairs>[0]): string {
  const blanks = pairs.map(([key, value]) => {
    if (typeof value === 'string' && value !== trim(value))
      throw new RangeError(`"${value}" starts or ends with white space, which would be lost`);
    return [key, value === '' ? ' ' : value] as const;
  });
  return joinPairs(blanks);
}
