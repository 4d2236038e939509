import { type LayoutId, type Stroke, strokeOf } from './keyboard-layouts.ts';

/** Presses (`true`) and releases a key, by its place on the keyboard. */
export type KeySink = (keysym: number, code: string, down: boolean) => void;

/** Most characters that are typed at once. */
export const maxTyped = 4096;
/** Between characters: a PC's keyboard controller holds 16 bytes, and a guest may be slow to fetch them. */
const paceMs = 12;

const shiftKeysym = 0xffe1;
const altGrKeysym = 0xfe03;
const spaceKeysym = 0x20;

/** X11's number of a character: Latin-1 as it is, the rest of Unicode above 2^24. */
export function keysymOf(char: string): number {
  if (char === '\n') return 0xff0d;
  if (char === '\t') return 0xff09;
  const point = char.codePointAt(0) ?? 0;
  return point < 0x100 ? point : 0x0100_0000 + point;
}

/** The character of a keysym, or null for a key that makes none. */
export function charOf(keysym: number): string | null {
  if ((keysym >= 0x20 && keysym < 0x7f) || (keysym >= 0xa0 && keysym <= 0xff))
    return String.fromCharCode(keysym);
  if (keysym === 0x20ac) return '€';
  if (keysym >= 0x0100_0100 && keysym <= 0x0110_ffff) return String.fromCodePoint(keysym - 0x0100_0000);
  return null;
}

/** Types one character; `held` says which modifiers the person holds just now, so that they do not get in its way. */
export function pressStroke(
  sink: KeySink,
  char: string,
  { code, shift, altgr, dead }: Stroke,
  held: { shift: boolean } = { shift: false },
): void {
  const around: [number, string, boolean][] = [];
  if (held.shift !== shift) around.push([shiftKeysym, 'ShiftLeft', shift]);
  if (altgr) around.push([altGrKeysym, 'AltRight', true]);
  for (const [keysym, name, down] of around) sink(keysym, name, down);
  sink(keysymOf(char), code, true);
  sink(keysymOf(char), code, false);
  for (const [keysym, name, down] of [...around].reverse()) sink(keysym, name, !down);
  if (!dead) return;
  sink(spaceKeysym, 'Space', true);
  sink(spaceKeysym, 'Space', false);
}

export interface TypingResult {
  readonly typed: number;
  /** Characters that the layout does not have. */
  readonly missing: readonly string[];
  /** True when the text was longer than `maxTyped`. */
  readonly cut: boolean;
}

/** Types a text at a pace that a guest can follow. Ends early when the signal says so. */
export async function typeText(
  sink: KeySink,
  layout: LayoutId,
  text: string,
  signal: AbortSignal,
): Promise<TypingResult> {
  const all = [...text.replaceAll('\r\n', '\n').replaceAll('\r', '\n')];
  const missing = new Set<string>();
  let typed = 0;
  for (const char of all.slice(0, maxTyped)) {
    if (signal.aborted) break;
    const stroke = strokeOf(layout, char);
    if (!stroke) {
      missing.add(char);
      continue;
    }
    pressStroke(sink, char, stroke);
    typed += 1;
    await new Promise((resolve) => setTimeout(resolve, paceMs));
  }
  return { typed, missing: [...missing], cut: all.length > maxTyped };
}
