import { OPTION_GROUPS } from '../options/index.ts';
import type { Value } from '../syntax/document.ts';
import { type Input, writeValue } from './write.ts';

export interface PrintOptions {
  /** Put a comment line with the group's title before each group. */
  readonly comments?: boolean;
}

type Settings = Iterable<readonly [key: string, value: Input | Value]>;

function entriesOf(settings: Settings | Readonly<Record<string, Input | Value>>): Map<string, Input> {
  return new Map(
    (Symbol.iterator in settings ? settings : Object.entries(settings)) as Iterable<[string, Input]>,
  );
}

/**
 * The text of a new file: known options in a fixed, grouped order, then the rest by name. Reading it back gives
 * the same settings; the same settings always give the same text.
 */
export function printConfig(
  settings: Settings | Readonly<Record<string, Input | Value>>,
  { comments = false }: PrintOptions = {},
): string {
  const left = entriesOf(settings);
  const blocks: string[] = [];
  const take = (title: string, keys: readonly string[]): void => {
    const lines: string[] = [];
    for (const key of keys) {
      const value = left.get(key);
      if (value === undefined) continue;
      lines.push(`${key} = ${writeValue(value)}\n`);
      left.delete(key);
    }
    if (lines.length > 0) blocks.push(`${comments ? `# ${title}\n` : ''}${lines.join('')}`);
  };
  for (const { title, options } of OPTION_GROUPS)
    take(
      title,
      options.map(({ key }) => key),
    );
  take('Other', [...left.keys()].sort());
  return blocks.join('\n');
}
