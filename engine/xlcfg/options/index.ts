import { ADVANCED } from './advanced.ts';
import { BASIC } from './basic.ts';
import { DISPLAY } from './display.ts';
import type { OptionGroup, OptionInfo } from './option.ts';
import { PLATFORM } from './platform.ts';

/** Every option, in the groups and order in which forms show them and new files are written. */
export const OPTION_GROUPS: readonly OptionGroup[] = [...BASIC, ...DISPLAY, ...PLATFORM, ...ADVANCED];

const BY_KEY: ReadonlyMap<string, OptionInfo> = new Map(
  OPTION_GROUPS.flatMap(({ options }) => options.map((option) => [option.key, option] as const)),
);

/** What is known about an option; undefined when xl would silently ignore the key. */
export function optionInfo(key: string): OptionInfo | undefined {
  return BY_KEY.get(key);
}

/** Number of single-character changes from one word to the other, at most `limit + 1`. */
function distance(from: string, to: string, limit: number): number {
  if (Math.abs(from.length - to.length) > limit) return limit + 1;
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const change = from[i - 1] === to[j - 1] ? 0 : 1;
      const best = Math.min(
        (row[j] as number) + 1,
        (next[j - 1] as number) + 1,
        (row[j - 1] as number) + change,
      );
      next.push(best);
    }
    row = next;
  }
  return row[to.length] as number;
}

const MAX_KEY_LENGTH = 64;

/** The known option a misspelt key probably means, if any is near enough. */
export function similarOption(key: string): string | undefined {
  if (key.length > MAX_KEY_LENGTH) return undefined;
  const limit = key.length < 5 ? 1 : 2;
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const known of BY_KEY.keys()) {
    const found = distance(key, known, limit);
    if (found < bestDistance) [best, bestDistance] = [known, found];
  }
  return best;
}
