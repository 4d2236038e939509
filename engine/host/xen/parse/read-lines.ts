import { setImmediate } from 'node:timers/promises';

/** Lines after which others get their turn. */
const sliceLines = 1000;

/** What `read` makes of each line, but for those it makes nothing of. */
export async function readLines<T>(lines: readonly string[], read: (line: string) => T | null): Promise<T[]> {
  const values: T[] = [];
  for (const [at, line] of lines.entries()) {
    const value = read(line);
    if (value !== null) values.push(value);
    if (at % sliceLines === sliceLines - 1) await setImmediate();
  }
  return values;
}
