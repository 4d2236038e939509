import { z } from 'zod';
import type { FieldValue } from '../../../engine/api/hardware.ts';

/** What is in a control: switches are true or false, everything else is text as typed. */
export type Entry = string | boolean;

/** How a setting is entered, as its schema says. `nullable`: an empty field means null. */
export type Control =
  | { readonly kind: 'switch' }
  | { readonly kind: 'choice'; readonly values: readonly string[]; readonly nullable: boolean }
  | { readonly kind: 'number' | 'text'; readonly nullable: boolean };

interface Core {
  readonly inner: z.ZodType;
  readonly nullable: boolean;
}

function unwrap(schema: z.ZodType, nullable = false): Core {
  if (schema instanceof z.ZodNullable) return unwrap(schema.unwrap() as z.ZodType, true);
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional || schema instanceof z.ZodPrefault)
    return unwrap(schema.unwrap() as z.ZodType, nullable);
  return { inner: schema, nullable };
}

export function controlOf(schema: z.ZodType): Control {
  const { inner, nullable } = unwrap(schema);
  if (inner instanceof z.ZodBoolean) return { kind: 'switch' };
  if (inner instanceof z.ZodEnum) return { kind: 'choice', values: inner.options.map(String), nullable };
  return { kind: inner instanceof z.ZodNumber ? 'number' : 'text', nullable };
}

export const entryOf = (value: FieldValue | undefined): Entry =>
  typeof value === 'boolean' ? value : value === null || value === undefined ? '' : String(value);

type Issue = Parameters<z.core.$ZodErrorMap>[0];

/** zod's own sentences are for programmers. */
function inWords(issue: Issue): string | undefined {
  const { code, input } = issue;
  const letters = typeof input === 'string' ? ' characters' : '';
  if (code === 'too_small')
    return input === '' ? 'This cannot be empty.' : `At least ${issue.minimum}${letters}.`;
  if (code === 'too_big') return `At most ${issue.maximum}${letters}.`;
  if (code !== 'invalid_type') return undefined;
  return issue.expected === 'int' || issue.expected === 'number' ? 'A whole number.' : undefined;
}

export type Read =
  { readonly value: FieldValue; readonly error?: never } | { readonly value?: never; readonly error: string };

/** The value of what was entered, or what is wrong with it. */
export function readEntry(schema: z.ZodType, entry: Entry): Read {
  const control = controlOf(schema);
  const typed = typeof entry === 'string' ? entry.trim() : entry;
  const empty = typed === '' && 'nullable' in control && control.nullable;
  const given = empty ? null : control.kind === 'number' ? (typed === '' ? NaN : Number(typed)) : typed;
  const parsed = schema.safeParse(given, { error: inWords });
  if (parsed.success) return { value: parsed.data as FieldValue };
  return { error: parsed.error.issues[0]?.message ?? 'This is not valid.' };
}
