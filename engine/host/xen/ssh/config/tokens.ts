import { configProblem } from './problem.ts';

/** Letter → what stands for `%letter`. */
export type Tokens = Readonly<Record<string, string>>;

/**
 * Puts in what `%h` and its like stand for, in one pass; with `env` also `${NAME}`. `where` is what messages call it.
 * Throws ConnectError for a letter or a variable that is not known, as ssh does.
 */
export function expand(
  text: string,
  tokens: Tokens,
  where: string,
  env?: Readonly<Record<string, string | undefined>>,
): string {
  return text.replace(
    /%(.?)|\$\{([^}]*)\}/gsu,
    (whole, letter: string | undefined, name: string | undefined) => {
      if (name !== undefined) {
        if (!env) return whole;
        const value = env[name];
        if (value === undefined) throw configProblem(where, `the variable ${name} is not set`);
        return value;
      }
      if (letter === '%') return '%';
      const value = Object.hasOwn(tokens, letter ?? '') ? tokens[letter ?? ''] : undefined;
      if (value === undefined) throw configProblem(where, `%${letter ?? ''} stands for nothing there`);
      return value;
    },
  );
}
