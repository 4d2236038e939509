import type { SchedulerView } from '../../../api/dom0.ts';
import { Exit } from '../context.ts';

export type Pool = SchedulerView['pools'][number];

/** A pool argument: digits are its number, anything else its name. Ends the command when there is none. */
export function findPool(pools: readonly Pool[], word: string): Pool {
  const pool = /^\d+$/.test(word)
    ? pools.find(({ id }) => id === Number(word))
    : pools.find(({ name }) => name === word);
  if (!pool) throw new Exit(1, `unknown cpupool '${word}'\n`);
  return pool;
}
